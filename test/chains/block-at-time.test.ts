import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blockAtTime } from '../../lib/chains/kit/block-at-time.ts';
import type { ChainReader, NoBlock, ReadBlock } from '../../lib/chains/kit/chain-reader.ts';
import { isDepositCallbackError } from '../../lib/errors.ts';

interface Chain {
  /** Of each number: the time, or undefined for one that was skipped. */
  times: (number | undefined)[];
  /** Numbers below are not kept. */
  firstKept: number;
}

function readerOf({ times, firstKept }: Chain): { node: ChainReader; asked: () => number } {
  let asked = 0;
  const at = (number: number): ReadBlock | NoBlock | undefined => {
    asked += 1;
    if (number >= times.length) return undefined;
    if (number < firstKept) return 'unavailable';
    const time = times[number];
    return time === undefined ? 'skipped' : { number: BigInt(number), hash: `0x${number}`, time, rows: [] };
  };
  const node: ChainReader = {
    head: async () => at(times.length - 1) as ReadBlock,
    finalized: async () => undefined,
    block: async (number) => at(Number(number)),
    transaction: async () => ({ status: 'absent' }),
  };
  return { node, asked: () => asked };
}

/** Times that rise, with numbers that are skipped between them; the newest block is there. */
const chain = fc
  .record({
    gaps: fc.array(fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined, freq: 4 }), { maxLength: 80 }),
    firstKept: fc.nat(40),
  })
  .map(({ gaps, firstKept }): Chain => {
    let time = 1_000;
    const times = [...gaps, 1].map((gap) => {
      time += gap ?? 0;
      return gap === undefined ? undefined : time;
    });
    return { times, firstKept: Math.min(firstKept, times.length - 1) };
  });

test('the first block at a time is found, or it is said that the node may not keep it', async () => {
  await fc.assert(
    fc.asyncProperty(chain, fc.integer({ min: 900, max: 4_000 }), async ({ times, firstKept }, time) => {
      const kept = times.flatMap((at, number) => (at === undefined || number < firstKept ? [] : [{ at, number }]));
      const first = kept.find(({ at }) => at >= time);
      const { node } = readerOf({ times, firstKept });
      if (firstKept > 0 && first !== undefined && first === kept[0] && times.length > 1) {
        await assert.rejects(
          blockAtTime(node, time),
          (error) => isDepositCallbackError(error) && error.code === 'BLOCK_UNAVAILABLE',
        );
        return;
      }
      const found = Number(await blockAtTime(node, time));
      if (first === undefined) assert.equal(found, times.length);
      else {
        assert.ok(found <= first.number, `${found} is not behind ${first.number}`);
        assert.ok(!kept.some(({ number }) => number >= found && number < first.number), 'nothing older is read');
      }
    }),
  );
});

test('of a million blocks some twenty are asked for', async () => {
  const { node, asked } = readerOf({ times: Array.from({ length: 1_000_000 }, (_, at) => 5_000 + at), firstKept: 0 });
  assert.equal(await blockAtTime(node, 405_000), 400_000n);
  assert.ok(asked() <= 22, `${asked()} questions`);
});

test('blocks that do not say when they were made cannot be found by time', async () => {
  const { node } = readerOf({ times: [0, 0, 0], firstKept: 0 });
  await assert.rejects(blockAtTime(node, 5), /give a block number/);
});
