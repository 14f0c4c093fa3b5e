import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { NoBlock, ReadBlock } from '../../lib/chains/kit/chain-reader.ts';
import { type BlockReader, type Dissent, jointReader } from '../../lib/chains/kit/joint-reader.ts';

const network = 'eip155:1';

const row = (amount: bigint): ReadBlock['rows'][number] => ({
  asset: 'eip155:1/slip44:60',
  to: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  amount,
  position: 'native',
  transactionId: `0x${amount}`,
  success: true,
});

const blockOf = (number: bigint, hash = `0x${number}`, rows: ReadBlock['rows'] = [row(number)]): ReadBlock => ({
  number,
  hash,
  parentHash: `0x${number - 1n}`,
  time: Number(number) * 1_000,
  rows,
});

/** What is wrong with a node. */
type Fault = 'none' | 'away' | 'empty' | 'invents' | 'other chain' | 'behind' | 'ahead' | 'pruned' | 'skips';
const faults: readonly Fault[] = [
  'none',
  'away',
  'empty',
  'invents',
  'other chain',
  'behind',
  'ahead',
  'pruned',
  'skips',
];

interface Asked extends BlockReader {
  questions: number;
}

function node(fault: Fault, newest = 100n): Asked {
  const top = fault === 'behind' ? newest - 40n : fault === 'ahead' ? newest + 1_000n : newest;
  const answer = (number: bigint): ReadBlock | NoBlock | undefined => {
    if (number > top) return undefined;
    if (fault === 'empty') return blockOf(number, `0x${number}`, []);
    if (fault === 'invents') return blockOf(number, `0x${number}`, [row(number), row(9_999n)]);
    if (fault === 'other chain') return blockOf(number, `0xff${number}`, [row(9_999n)]);
    if (fault === 'pruned') return 'unavailable';
    if (fault === 'skips') return 'skipped';
    return blockOf(number);
  };
  const one: Asked = {
    questions: 0,
    async head() {
      if (fault === 'away') throw new Error('socket hang up');
      return { ...blockOf(top, fault === 'other chain' ? `0xff${top}` : `0x${top}`), rows: [] };
    },
    async finalized() {
      if (fault === 'away') throw new Error('socket hang up');
      return top - 10n;
    },
    async block(number, isWanted) {
      one.questions += 1;
      if (fault === 'away') throw new Error('socket hang up');
      const found = answer(number);
      return typeof found === 'object' && !isWanted ? { ...found, rows: [] } : found;
    },
  };
  return one;
}

const everything = (): boolean => true;

describe('several nodes as one', () => {
  it('tell what is in the chain whatever one of three nodes does, wherever it stands', async () => {
    for (const fault of faults) {
      for (const place of [0, 1, 2]) {
        const nodes = [node('none'), node('none'), node('none')].with(place, node(fault));
        const joint = jointReader({ network, nodes, quorum: 2 });
        for (let round = 0; round < 3; round += 1) {
          assert.deepEqual(await joint.block(50n, everything), blockOf(50n), `${fault} at ${place}`);
          assert.deepEqual(await joint.head(), { ...blockOf(100n), rows: [] }, `${fault} at ${place}`);
          assert.equal(await joint.finalized(), 90n, `${fault} at ${place}`);
        }
      }
    }
  });

  it('never tell anything else while fewer nodes are at fault than must agree', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.constantFrom(...faults), { minLength: 1, maxLength: 5 }),
        async (quorum, given) => {
          const liars = given.filter((one) => one !== 'none' && one !== 'away');
          fc.pre(quorum <= given.length && liars.length < quorum);
          const joint = jointReader({ network, nodes: given.map((one) => node(one)), quorum });
          const isWell = given.filter((one) => one === 'none').length >= quorum;
          const read = joint.block(50n, everything);
          if (isWell) assert.deepEqual(await read, blockOf(50n));
          else {
            // A node that lies about its height alone tells the truth of this block.
            const told = await read.catch(() => undefined);
            if (typeof told === 'object') assert.deepEqual(told, blockOf(50n));
          }
        },
      ),
    );
  });

  it('ask no more nodes than must agree while those agree, and one that failed last', async () => {
    const [away, one, two, spare] = [node('away'), node('none'), node('none'), node('none')];
    const joint = jointReader({ network, nodes: [away, one, two, spare], quorum: 2 });
    for (let number = 1n; number <= 10n; number += 1n) await joint.block(number, everything);
    assert.deepEqual(
      [away, one, two, spare].map((each) => each.questions),
      [1, 10, 10, 0],
    );
  });

  it('name the node that contradicts the others', async () => {
    const told: Dissent[] = [];
    const nodes = [node('invents'), node('none'), node('none')];
    await jointReader({ network, nodes, quorum: 2, report: (one) => told.push(one) }).block(7n, everything);
    assert.deepEqual(told, [{ node: 0, block: 7n }]);
  });

  it('say that too few agree, rather than wait in silence or choose', async () => {
    const joint = jointReader({ network, nodes: [node('empty'), node('none')], quorum: 2 });
    await assert.rejects(joint.block(7n, everything), {
      code: 'REQUEST_FAILED',
      message: 'Only 1 of 2 nodes say the same of block 7 of eip155:1; the quorum is 2',
    });
    const few = jointReader({ network, nodes: [node('away'), node('none')], quorum: 2 });
    await assert.rejects(few.head(), { code: 'REQUEST_FAILED', message: /Only 1 nodes of eip155:1 answer/ });
  });

  it('wait for a block that too few nodes have, and say so of one that too few keep', async () => {
    const late = jointReader({ network, nodes: [node('none'), node('behind'), node('behind')], quorum: 2 });
    assert.equal(await late.block(90n, everything), undefined);
    const old = jointReader({ network, nodes: [node('none'), node('pruned'), node('pruned')], quorum: 2 });
    assert.equal(await old.block(90n, everything), 'unavailable');
  });
});
