import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { evmChain } from '../../../lib/chains/evm.ts';
import type { EvmClient } from '../../../lib/chains/readers/evm/node.ts';
import { type Anvil, startAnvil } from '../anvil.ts';
import { liar, token, transferCall, words } from '../contracts.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const stranger = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';

describe('an EVM node that leaves logs out', () => {
  let anvil: Anvil;
  let usdt: string;
  let block: bigint;

  before(async () => {
    anvil = await startAnvil();
    usdt = await anvil.deploy(token);
    await anvil.send({ to: usdt, data: transferCall(stranger, 1n) });
    await anvil.send({ to: usdt, data: transferCall(alice, 5n) });
    await anvil.send({ to: alice, value: 7n });
    await anvil.mine();
    block = BigInt(await anvil.height());
  });
  after(() => anvil.close());

  /** Changes the answers of the node; what throws is the error that it answers with. */
  const client = (change: (method: string, answer: unknown) => unknown): EvmClient => ({
    request: async ({ method, params }) => change(method, await anvil.rpc(method, params as unknown[])),
  });
  const withoutReceipts = (change: (method: string, answer: unknown) => unknown): EvmClient =>
    client((method, answer) => {
      if (method === 'eth_getBlockReceipts') throw Object.assign(new Error('no such method'), { code: -32601 });
      return change(method, answer);
    });

  async function found(given: EvmClient, options: { ignoreBlooms?: boolean } = {}): Promise<bigint[]> {
    const chain = evmChain({ network: 'eip155:1', client: given, ...options });
    const isOurs = ({ address }: { address: string }): boolean => address === alice;
    const amounts: bigint[] = [];
    for await (const { transfers } of chain.transfersTo?.({ fromBlock: block, toBlock: block, isOurs }) ?? []) {
      amounts.push(...transfers.map((one) => one.amount));
    }
    return amounts.sort();
  }
  const noLogs = (method: string, answer: unknown): unknown => (method === 'eth_getLogs' ? [] : answer);
  const someLogs = (method: string, answer: unknown): unknown =>
    method === 'eth_getLogs' ? (answer as unknown[]).slice(0, 1) : answer;
  const emptyReceipts = (method: string, answer: unknown): unknown =>
    method === 'eth_getBlockReceipts' ? (answer as object[]).map((one) => ({ ...one, logs: [] })) : answer;
  const blooms =
    (logsBloom: string | undefined) =>
    (method: string, answer: unknown): unknown =>
      method === 'eth_getBlockByNumber' ? { ...(answer as object), logsBloom } : noLogs(method, answer);

  it('is refused if its list of logs is empty or short, and the block tells of more', async () => {
    for (const change of [noLogs, someLogs]) {
      await assert.rejects(found(withoutReceipts(change)), { code: 'REQUEST_FAILED', message: /leaves out logs/ });
    }
    assert.deepEqual(await found(withoutReceipts((_, answer) => answer)), [5n, 7n]);
  });

  it('is asked in the other way if its receipts have lost them', async () => {
    assert.deepEqual(await found(client(emptyReceipts)), [5n, 7n]);
    await assert.rejects(found(client((method, answer) => noLogs(method, emptyReceipts(method, answer)))), {
      message: /leaves out logs/,
    });
  });

  it('is believed where the block tells of none: by an empty filter, a full one, or none', async () => {
    for (const logsBloom of [`0x${'00'.repeat(256)}`, `0x${'ff'.repeat(256)}`, '0x', undefined]) {
      assert.deepEqual(await found(withoutReceipts(blooms(logsBloom))), [7n], logsBloom);
    }
  });

  it('is believed if it is told that its filters are not right', async () => {
    assert.deepEqual(await found(withoutReceipts(noLogs), { ignoreBlooms: true }), [7n]);
  });

  it('is not asked for more because of logs that are no transfers', async () => {
    const emitter = await anvil.deploy(liar);
    await anvil.send({ to: emitter, data: `0x${words(stranger, alice, 3n)}` });
    await anvil.mine();
    block = BigInt(await anvil.height());
    assert.deepEqual(await found(withoutReceipts((_, answer) => answer)), [3n]);
  });
});
