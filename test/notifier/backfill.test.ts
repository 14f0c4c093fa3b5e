import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { NotifierOptions } from '../../lib/notifier/index.ts';
import { type Anvil, rich, startAnvil } from '../chains/anvil.ts';
import { openExchange } from '../chains/exchange.ts';
import { logged } from './logged.ts';
import { type Stage, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
const network = 'eip155:1';
const ether = `${network}/slip44:60`;

type Json = Record<string, unknown>;
type Node = { request(call: { method: string; params?: unknown }): Promise<unknown> };

describe('deposits of before an address was watched', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
    await anvil.mine(5);
  });
  after(() => anvil.close());

  async function staged(t: TestContext, options: Partial<NotifierOptions> & { node?: Node; keepBlocks?: number } = {}) {
    const { node, keepBlocks = 1_000, ...others } = options;
    const chain = node ? { client: node } : { url: anvil.url };
    const networks = [{ network, ...chain, confirmations: 3, keepBlocks }];
    const made = await stage(t, anvil, { networks, backfillBlocksPerMinute: 1_000_000, ...others });
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    return made;
  }

  async function pay(value: bigint, to = alice): Promise<string> {
    await anvil.send({ to, value });
    await anvil.mine();
    return String(await anvil.height());
  }

  const told = ({ receiver }: Stage): string[] =>
    receiver.received.map(({ type, data }) => `${type} ${data.amount} ${data.confirmations}`);
  const listed = async ({ api }: Stage): Promise<Json[]> =>
    (await api('GET', '/v1/backfills')).body.backfills as Json[];
  const watch = (made: Stage, from: object, address = alice) =>
    made.api('POST', '/v1/watches', { network, address, ...from });

  it('are told from the block that the watch names, as what they are by now, and those alone', async (t) => {
    const made = await staged(t);
    await pay(1n);
    const fromBlock = await pay(2n);
    await pay(50n, bob);
    await anvil.mine(3);
    await pay(3n);
    await made.run();
    const added = await watch(made, { fromBlock });
    assert.equal(added.status, 201);
    await made.run();
    assert.deepEqual(told(made).sort(), ['deposit.confirmed 2 6', 'deposit.pending 3 1']);
    await pay(4n);
    await anvil.mine(1);
    await made.run();
    assert.deepEqual(told(made).slice(2), ['deposit.pending 4 1', 'deposit.confirmed 3 3']);
    const [backfill, ...more] = await listed(made);
    assert.deepEqual(more, []);
    const { id, toBlock, nextBlock, createdAt, doneAt } = backfill ?? {};
    const { backfill: answered } = added.body as { backfill: Json };
    assert.equal(answered.id, id);
    assert.deepEqual(backfill, {
      ...{ id, network, fromBlock, toBlock, nextBlock, state: 'done', found: 2, createdAt, doneAt, error: null },
    });
    assert.equal(BigInt(String(nextBlock)), BigInt(String(toBlock)) + 1n);
    assert.deepEqual(times(made), [...times(made)].sort());
  });

  const times = ({ receiver }: Stage): number[] => receiver.received.map((one) => Date.parse(one.timestamp)).sort();

  it('are told from a time on', async (t) => {
    const made = await staged(t);
    await pay(1n);
    const { timestamp } = await anvil.rpc<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false]);
    const from = (Number(timestamp) + 1) * 1_000;
    await anvil.rpc('evm_setNextBlockTimestamp', [Number(timestamp) + 5]);
    await pay(2n);
    await anvil.mine(3);
    await made.run();
    const added = await watch(made, { from });
    assert.equal(added.status, 201, JSON.stringify(added.body));
    await made.run();
    assert.deepEqual(told(made), ['deposit.confirmed 2 4']);
  });

  it('are told though their block was on its way when the address was watched', async (t) => {
    let hold: Promise<void> | undefined;
    let release = (): void => {};
    let isHeld = (): void => {};
    const node: Node = {
      async request({ method, params }) {
        const answer = await anvil.rpc(method, params as unknown[]);
        if (hold && method === 'eth_getBlockReceipts') {
          isHeld();
          await hold;
        }
        return answer;
      },
    };
    const made = await staged(t, { node });
    const fromBlock = await pay(1n);
    await pay(2n);
    const held = new Promise<void>((resolve) => {
      isHeld = resolve;
    });
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const reading = made.notifier().catchUp();
    await held;
    hold = undefined;
    assert.equal((await watch(made, { fromBlock })).status, 201);
    release();
    await reading;
    await anvil.mine(3);
    await made.run();
    const confirmed = told(made).filter((one) => one.startsWith('deposit.confirmed'));
    assert.deepEqual(confirmed.map((one) => one.split(' ')[1]).sort(), ['1', '2']);
  });

  it('are taken back if their block leaves the chain, and those in its place are told', async (t) => {
    const made = await staged(t);
    const snapshot = await anvil.rpc('evm_snapshot');
    const fromBlock = await pay(1n);
    await pay(2n);
    await made.run();
    await watch(made, { fromBlock });
    await made.run();
    assert.deepEqual(told(made), ['deposit.pending 1 2', 'deposit.pending 2 1']);
    await watch(made, { fromBlock }, bob);
    await anvil.rpc('evm_revert', [snapshot]);
    await anvil.send({ from: rich[1], to: bob, value: 9n });
    await pay(3n);
    await anvil.mine(3);
    await made.run();
    assert.deepEqual(told(made).slice(2).sort(), [
      'deposit.confirmed 3 3',
      'deposit.confirmed 9 3',
      'deposit.pending 3 1',
      'deposit.pending 9 1',
      'deposit.reverted 1 0',
      'deposit.reverted 2 0',
    ]);
  });

  it('are taken back by a reorg deeper than the blocks kept, too', async (t) => {
    const made = await staged(t, { keepBlocks: 10 });
    const snapshot = await anvil.rpc('evm_snapshot');
    const fromBlock = await pay(1n);
    await anvil.mine(60);
    await made.run();
    await watch(made, { fromBlock });
    await made.run();
    assert.deepEqual(told(made), ['deposit.confirmed 1 61']);
    await anvil.rpc('evm_revert', [snapshot]);
    await anvil.mine(62);
    await made.run();
    assert.deepEqual(told(made).slice(1), ['deposit.reverted 1 0']);
  });

  it('are read on from where a stop or a crash left it', async (t) => {
    let blocks = 0;
    let broken = false;
    const node: Node = {
      async request({ method, params }) {
        if (method === 'eth_getBlockByNumber' && (params as unknown[])[1] === true) blocks += 1;
        if (broken && blocks > 40) throw new Error('socket hang up');
        return anvil.rpc(method, params as unknown[]);
      },
    };
    const made = await staged(t, { node });
    const fromBlock = await pay(1n);
    await anvil.mine(60);
    await pay(2n);
    await made.run();
    await watch(made, { fromBlock });
    [blocks, broken] = [0, true];
    await made.run();
    assert.match(String((await listed(made))[0]?.error), /did not answer/);
    await made.restart();
    [blocks, broken] = [0, false];
    await made.run();
    assert.deepEqual(told(made), ['deposit.confirmed 1 62', 'deposit.pending 2 1']);
    assert.ok(blocks < 50, `${blocks} blocks were read again`);
  });

  it('wait for a node that keeps the block, and say so once', async (t) => {
    const { logger, errors } = logged();
    let pruned = false;
    const node: Node = {
      async request({ method, params }) {
        if (pruned && method === 'eth_getBlockByNumber' && (params as unknown[])[1] === true) {
          throw Object.assign(new Error('pruned history unavailable'), { code: 4444 });
        }
        return anvil.rpc(method, params as unknown[]);
      },
    };
    const made = await staged(t, { node, logger });
    const fromBlock = await pay(1n);
    await anvil.mine(3);
    await made.run();
    await watch(made, { fromBlock });
    pruned = true;
    for (let time = 0; time < 3; time += 1)
      await made
        .notifier()
        .catchUp()
        .catch(() => {});
    const [backfill] = await listed(made);
    assert.deepEqual([backfill?.state, backfill?.nextBlock, typeof backfill?.error], ['open', fromBlock, 'string']);
    assert.deepEqual(errors, ['A backfill makes no progress']);
    pruned = false;
    await made.run();
    assert.deepEqual(told(made), ['deposit.confirmed 1 4']);
    assert.equal((await listed(made))[0]?.error, null);
  });

  it('are read once for all who ask for the same blocks', async (t) => {
    let blocks = 0;
    const node: Node = {
      async request({ method, params }) {
        if (method === 'eth_getBlockByNumber' && (params as unknown[])[1] === true) blocks += 1;
        return anvil.rpc(method, params as unknown[]);
      },
    };
    const made = await staged(t, { node });
    const fromBlock = await pay(1n);
    await pay(2n, bob);
    await anvil.mine(100);
    await made.run();
    const other = await made.notifier().createKey('other');
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url }, other.key);
    await watch(made, { fromBlock });
    await watch(made, { fromBlock: String(Number(fromBlock) + 1) }, bob);
    await made.api('POST', '/v1/watches', { network, address: alice, fromBlock }, other.key);
    blocks = 0;
    await made.run();
    assert.deepEqual(told(made).sort(), [
      'deposit.confirmed 1 102',
      'deposit.confirmed 1 102',
      'deposit.confirmed 2 101',
    ]);
    assert.ok(blocks <= 104, `${blocks} blocks were read`);
  });

  it('are told again for all that a key watches, until it says that it is enough', async (t) => {
    const made = await staged(t);
    await watch(made, {});
    const fromBlock = await pay(1n);
    await pay(2n, bob);
    await anvil.mine(3);
    await made.run();
    assert.equal(told(made).length, 2);
    const added = await made.api('POST', '/v1/backfills', { network, fromBlock });
    assert.equal(added.status, 201);
    await made.run();
    assert.deepEqual(told(made).slice(2), ['deposit.confirmed 1 5']);
    const again = await made.api('POST', '/v1/backfills', { network, fromBlock });
    assert.equal((await made.api('DELETE', `/v1/backfills/${again.body.id}`)).status, 204);
    assert.equal((await made.api('DELETE', `/v1/backfills/${again.body.id}`)).status, 404);
    await made.run();
    assert.equal(told(made).length, 3);
  });

  it('are told from a new database when the old one is lost, and credited once', async (t) => {
    const first = await staged(t);
    const fromBlock = await pay(10n);
    const assets = [{ asset: ether, decimals: 18 }];
    const start = async (made: Stage, folder?: string) => {
      made.clock.set(Date.now());
      const exchange = await openExchange(
        t,
        { url: anvil.url },
        {
          ours: [alice, bob],
          secret: made.key.signingSecret,
          chains: [],
          policy: { assets, confirmations: { [network]: 3 } },
          ...(folder === undefined ? {} : { folder }),
        },
      );
      await made.api('PUT', '/v1/callback-url', { url: exchange.url });
      return exchange;
    };
    const exchange = await start(first);
    await watch(first, { fromBlock });
    await anvil.mine(20);
    await first.run();
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 10n });
    await first.notifier().close();
    await pay(5n);
    await anvil.mine(20);
    const second = await staged(t);
    second.clock.set(Date.now());
    // The same receiver, with the new secret.
    await exchange.callbacks().close();
    const resumed = await start(second, exchange.folder);
    await watch(second, { fromBlock });
    await second.run();
    await resumed.settle();
    assert.deepEqual(resumed.balances(), { [`${ether} ${alice}`]: 15n });
    const again = await second.api('POST', '/v1/backfills', { network, fromBlock });
    assert.equal(again.status, 201);
    await second.run();
    await resumed.settle();
    assert.deepEqual(resumed.balances(), { [`${ether} ${alice}`]: 15n });
  });

  it('are not promised if they cannot be told', async (t) => {
    const networks = [
      { network, url: anvil.url, backfillBlocks: 10 },
      { network: 'polkadot:91b171bb158e2d3848fa23a9f1c25182', url: anvil.url },
    ];
    const made = await stage(t, anvil, { networks, catchUp: false });
    await anvil.mine(30);
    const head = await anvil.height();
    const refusal = async (body: object): Promise<unknown> => {
      const { status, body: problem } = await watch(made, body);
      return `${status} ${problem.code}`;
    };
    assert.equal(await refusal({ fromBlock: String(head - 11) }), '422 FROM_REFUSED');
    assert.equal(await refusal({ from: 1 }), '422 FROM_REFUSED');
    assert.equal(await refusal({ fromBlock: 5 }), '400 REQUEST_INVALID');
    assert.equal(await refusal({ fromBlock: '-5' }), '400 REQUEST_INVALID');
    assert.equal(await refusal({ from: 'yesterday' }), '400 REQUEST_INVALID');
    assert.equal(await refusal({ from: 1, fromBlock: '1' }), '400 REQUEST_INVALID');
    assert.deepEqual((await made.api('GET', '/v1/watches')).body.watches, []);
    for (let time = 0; time < 20; time += 1) {
      assert.equal((await watch(made, { fromBlock: String(head - 5) })).status, 201);
    }
    assert.equal(await refusal({ fromBlock: String(head - 5) }), '409 TOO_MANY_BACKFILLS');
  });
});
