import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { token, transferCall } from '../chains/contracts.ts';
import { promised } from '../helpers/promised.ts';
import { stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

describe('the notifier over a node that fails in part', () => {
  let anvil: Anvil;
  let usdt: string;

  before(async () => {
    anvil = await startAnvil();
    usdt = await anvil.deploy(token);
  });
  after(() => anvil.close());

  it('reads a block again whose logs the node left out, and loses no deposit', async (t) => {
    let isBroken = false;
    const client = {
      async request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
        if (method === 'eth_getBlockReceipts') throw Object.assign(new Error('no such method'), { code: -32601 });
        if (isBroken && method === 'eth_getLogs') return [];
        return anvil.rpc(method, params as unknown[]);
      },
    };
    const made = await stage(t, anvil, { networks: [{ network: 'eip155:1', client, confirmations: 3 }] });
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice });
    await anvil.send({ to: usdt, data: transferCall(alice, 5n) });
    await anvil.mine();
    isBroken = true;
    await assert.rejects(made.run(), { code: 'REQUEST_FAILED', message: /leaves out logs/ });
    isBroken = false;
    await made.run();
    assert.deepEqual(
      made.receiver.received.map(({ type, data }) => [type, data.amount]),
      [['deposit.pending', '5']],
    );
  });

  it('is not ended by a receipt that fails while the logs are still on their way', async (t) => {
    let isBroken = false;
    const refused = promised();
    const client = {
      async request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
        if (method === 'eth_getBlockReceipts') throw Object.assign(new Error('no such method'), { code: -32601 });
        if (isBroken && method === 'eth_getTransactionReceipt') {
          refused.resolve();
          throw new Error('The node has no receipt');
        }
        if (isBroken && method === 'eth_getLogs') {
          await refused.promise;
          // Until whoever nobody listens to is heard: Node ends a process for it.
          for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
        }
        return anvil.rpc(method, params as unknown[]);
      },
    };
    const made = await stage(t, anvil, { networks: [{ network: 'eip155:1', client, confirmations: 3 }] });
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice });
    await anvil.send({ to: alice, value: 8n });
    await anvil.mine();
    isBroken = true;
    await assert.rejects(made.run(), { code: 'REQUEST_FAILED' });
    isBroken = false;
    await made.run();
    assert.deepEqual(
      made.receiver.received.map(({ type, data }) => [type, data.amount]),
      [['deposit.pending', '8']],
    );
  });

  it('waits for a block that the node does not give, but not for ever in silence', async (t) => {
    let isBroken = false;
    const client = {
      async request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
        const isNumber = String((params as unknown[] | undefined)?.[0]).startsWith('0x');
        if (isBroken && method === 'eth_getBlockByNumber' && isNumber) return null;
        return anvil.rpc(method, params as unknown[]);
      },
    };
    const made = await stage(t, anvil, { networks: [{ network: 'eip155:1', client, confirmations: 3 }] });
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice });
    await anvil.send({ to: alice, value: 5n });
    await anvil.mine();
    isBroken = true;
    await made.run();
    made.clock.advance(59_000);
    await made.run();
    made.clock.advance(1_000);
    await assert.rejects(made.run(), { code: 'REQUEST_FAILED', message: /does not give block/ });
    isBroken = false;
    await made.run();
    assert.deepEqual(
      made.receiver.received.map(({ type, data }) => [type, data.amount]),
      [['deposit.pending', '5']],
    );
  });
});
