import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { token, transferCall } from '../chains/contracts.ts';
import { type Stage, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

describe('a token that a stranger deployed', () => {
  let anvil: Anvil;
  let usdt: string;
  before(async () => {
    anvil = await startAnvil();
    usdt = await anvil.deploy(token);
  });
  after(() => anvil.close());

  async function watching(t: TestContext, call: (params: unknown) => Promise<unknown>): Promise<Stage> {
    const client = {
      request: ({ method, params }: { method: string; params?: unknown }): Promise<unknown> =>
        method === 'eth_call' ? call(params) : anvil.rpc(method, params as unknown[]),
    };
    const made = await stage(t, anvil, { networks: [{ network: 'eip155:1', client, confirmations: 3 }] });
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice });
    return made;
  }

  /** A node that says nothing of tokens until `answer` is called. */
  async function hanging(t: TestContext): Promise<{ made: Stage; answer: () => void }> {
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const made = await watching(t, async (params) => {
      await asked;
      return anvil.rpc('eth_call', params as unknown[]);
    });
    return { made, answer };
  }

  const told = ({ receiver }: Stage) => receiver.received.map(({ type, data }) => [type, data.amount, data.symbol]);

  const codes = {
    endless: '0x5b600056',
    reverting: '0x60006000fd',
    huge: '0x621000006000f3',
    invalid: '0xfe',
    none: '0x',
  };
  for (const [name, code] of Object.entries(codes)) {
    it(`is told without its symbol if its contract is ${name}, beside others as ever`, async (t) => {
      const gas: number[] = [];
      const made = await watching(t, (params) => {
        gas.push(Number((params as [{ gas: string }])[0].gas));
        return anvil.rpc('eth_call', params as unknown[]);
      });
      const strange = await anvil.deploy(token);
      await anvil.send({ to: strange, data: transferCall(alice, 5n) });
      await anvil.send({ to: usdt, data: transferCall(alice, 6n) });
      await anvil.mine();
      await anvil.rpc('anvil_setCode', [strange, code]);
      await made.run();
      const [first, second] = told(made).sort();
      assert.deepEqual(first, ['deposit.pending', '5', undefined]);
      assert.deepEqual(second, ['deposit.pending', '6', 'USDT']);
      assert.ok(gas.length >= 2 && gas.every((one) => one <= 1_000_000), gas.join());
    });
  }

  it('holds no block up: what it says is asked beside, and put into what waits for it', async (t) => {
    const { made, answer } = await hanging(t);
    await anvil.send({ to: usdt, data: transferCall(alice, 7n) });
    await anvil.mine(2);
    const head = String(await anvil.height());
    const reading = made.notifier().catchUp();
    for (let read = ''; read !== head; await turn()) {
      const { body } = await made.api('GET', '/v1/networks');
      read = String((body.networks as { block: string }[])[0]?.block);
    }
    answer();
    await reading;
    await made.notifier().deliver();
    assert.deepEqual(told(made), [['deposit.pending', '7', 'USDT']]);
    assert.equal(made.receiver.received[0]?.data.decimals, 6);
  });

  it('is told without its symbol a second later if the node never answers, and keeps that body at each attempt', async (t) => {
    const { made, answer } = await hanging(t);
    made.receiver.answer = () => 500;
    await anvil.send({ to: usdt, data: transferCall(alice, 8n) });
    await anvil.send({ to: alice, value: 9n });
    await anvil.mine();
    await made.run();
    assert.deepEqual(told(made), [['deposit.pending', '9', 'ETH']], 'only its own callbacks wait');
    made.clock.advance(1_000);
    await made.notifier().deliver();
    assert.deepEqual(told(made).slice(1), [['deposit.pending', '8', undefined]]);
    answer();
    await made.notifier().catchUp();
    made.clock.advance(60_000);
    made.receiver.answer = () => 200;
    await made.notifier().deliver();
    const bodies = made.receiver.received.filter((one) => one.data.amount === '8').map((one) => one.body);
    assert.equal(bodies.length, 2);
    assert.equal(new Set(bodies).size, 1);
    await anvil.mine(2);
    await made.run();
    const confirmed = told(made).filter(([type]) => type === 'deposit.confirmed');
    assert.deepEqual(confirmed.sort(), [
      ['deposit.confirmed', '8', 'USDT'],
      ['deposit.confirmed', '9', 'ETH'],
    ]);
  });
});
