import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createNotifier } from '../../lib/notifier/index.ts';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { token, transferCall } from '../chains/contracts.ts';
import { logged } from './logged.ts';
import { secretsKey, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

type Fields = Record<string, unknown>;
type Lie = (method: string, answer: unknown) => unknown;

/** A node that answers something else than the chain holds. */
function lying(anvil: Anvil, lie: Lie) {
  return {
    request: async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> =>
      lie(method, await anvil.rpc(method, params as unknown[])),
  };
}

const honest: Lie = (_method, answer) => answer;

/** No transactions, and a filter that fits. */
const empty: Lie = (method, answer) => {
  if (method === 'eth_getBlockByNumber')
    return { ...(answer as Fields), transactions: [], logsBloom: `0x${'0'.repeat(512)}` };
  return method === 'eth_getBlockReceipts' || method === 'eth_getLogs' ? [] : answer;
};

/** One payment more in each block that has any. */
const inventive: Lie = (method, answer) => {
  const hash = `0x${'99'.repeat(32)}`;
  const twice = (list: Fields[], change: Fields): Fields[] =>
    list.flatMap((one) => (typeof one === 'string' ? [one] : [one, { ...one, ...change }]));
  if (method === 'eth_getBlockByNumber') {
    const block = answer as Fields & { transactions: Fields[] };
    return { ...block, transactions: twice(block.transactions, { hash, to: alice.toLowerCase(), value: '0xffff' }) };
  }
  return method === 'eth_getBlockReceipts' ? twice(answer as Fields[], { transactionHash: hash, logs: [] }) : answer;
};

/** A chain that has come further than any. */
const ahead: Lie = (method, answer) =>
  method === 'eth_getBlockByNumber' && answer !== null ? { ...(answer as Fields), number: '0xffffff' } : answer;

describe('the notifier over three nodes, of which two must agree', () => {
  let anvil: Anvil;
  let usdt: string;
  before(async () => {
    anvil = await startAnvil();
    usdt = await anvil.deploy(token);
  });
  after(() => anvil.close());

  for (const [name, lie] of Object.entries({ empty, inventive, ahead })) {
    it(`neither loses nor invents a deposit when one is ${name}`, async (t) => {
      for (const confirmations of [3, 'finalized'] as const) {
        const { logger, errors } = logged();
        const clients = [lying(anvil, lie), lying(anvil, honest), lying(anvil, honest)];
        const made = await stage(t, anvil, {
          networks: [{ network: 'eip155:1', clients, quorum: 2, confirmations }],
          logger,
        });
        await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
        await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice });
        await anvil.send({ to: alice, value: 7n });
        await anvil.send({ to: usdt, data: transferCall(alice, 5n) });
        await anvil.mine();
        await made.run();
        await anvil.mine(100);
        await made.run();
        const told = made.receiver.received.map(({ type, data }) => `${type} ${data.amount}`).sort();
        assert.deepEqual(told, [
          'deposit.confirmed 5',
          'deposit.confirmed 7',
          'deposit.pending 5',
          'deposit.pending 7',
        ]);
        const contradicted = errors.filter((one) => one.startsWith('A node contradicts the others'));
        assert.equal(contradicted.length, 1, errors.join('; '));
      }
    });
  }

  it('is refused with fewer nodes than must agree', () => {
    const networks = [{ network: 'eip155:1', urls: [anvil.url], quorum: 2 }];
    assert.throws(() => createNotifier({ path: 'never.db', secretsKey, networks }), {
      code: 'OPTION_INVALID',
      message: /quorum: requires 2 nodes, but only 1 are configured/,
    });
  });
});
