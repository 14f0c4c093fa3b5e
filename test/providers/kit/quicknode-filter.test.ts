import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { quicknode, quicknodeFilter } from '../../../lib/providers/quicknode.ts';

const ours = '0x742d35cc6634c0532925a3b844bc454e4438f44e';
const sender = '0x93f9ecdaf22f8b60bc24641dd5ed43ca92405cb7';
const token = '0xA0b86991c6218b36c1d19d4a2e9eb0ce3606eb48';
const hash = `0x${'ab'.repeat(32)}`;
const blockHash = `0x${'cd'.repeat(32)}`;
const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const inTopic = (address: string): string => `0x${'0'.repeat(24)}${address.slice(2)}`;
const word = (value: bigint): string => `0x${value.toString(16).padStart(64, '0')}`;

function log(over: object = {}): object {
  const topics = [transferTopic, inTopic(sender), inTopic(ours)];
  return { address: token, topics, data: word(2n ** 255n + 1n), logIndex: '0x46', ...over };
}

function stream(transactions: object[], receipts: object[], network = 'ethereum-mainnet'): object {
  return { data: [{ block: { number: '0x1719ed8', hash: blockHash, transactions }, receipts }], metadata: { network } };
}

/** Runs the filter as QuickNode does: on its own, with the key-value list at hand. */
async function run(input: object): Promise<unknown> {
  const asked: unknown[] = [];
  const qnLib = {
    qnContainsListItems: async (list: string, addresses: string[]) => {
      asked.push(list);
      return addresses.map((address) => address === ours);
    },
  };
  const context = createContext({ qnLib, input: JSON.stringify(input) });
  const made = await (runInContext(
    `${quicknodeFilter({ list: 'watched' })}; main(JSON.parse(input))`,
    context,
  ) as Promise<unknown>);
  assert.deepEqual(
    asked.filter((list) => list !== 'watched'),
    [],
  );
  return JSON.parse(JSON.stringify(made));
}

function read(made: unknown): unknown[] {
  const provider = quicknode({ secrets: ['qnsec_test'] });
  const headers = { 'x-qn-nonce': 'n', 'x-qn-timestamp': '1767225600' };
  const delivery = { method: 'POST', url: '/', headers, body: Buffer.from(JSON.stringify(made)), receivedAt: 0 };
  return [...provider.read(delivery, {}).transfers];
}

test('What the filter makes of a block is what the provider reads: exact amounts, block hash, log index, status', async () => {
  const native = { hash, from: sender, to: ours.toUpperCase().replace('0X', '0x'), value: '0x16345785d8a0001' };
  const made = await run(stream([native], [{ transactionHash: hash, status: '0x1', logs: [log()] }]));
  const block = { number: '24223448', hash: blockHash };
  assert.deepEqual(read(made), [
    {
      kind: 'mined',
      network: 'ethereum-mainnet',
      asset: 'native',
      amount: { units: '100000000000000001' },
      from: sender,
      to: ours,
      transaction: { id: hash, position: 'native', block },
      evidence: { category: 'transfer', success: true },
      row: 0,
    },
    {
      kind: 'mined',
      network: 'ethereum-mainnet',
      asset: { contract: token.toLowerCase() },
      amount: { units: (2n ** 255n + 1n).toString() },
      from: sender,
      to: ours,
      transaction: { id: hash, position: 'log:70', block },
      evidence: { category: 'transfer', success: true, emitter: token.toLowerCase(), topics: 3 },
      row: 1,
    },
  ]);
});

test('A failed transaction says so, and one without a receipt does not say that it succeeded', async () => {
  const native = { hash, from: sender, to: ours, value: '0x1' };
  const successOf = async (receipts: object[]): Promise<unknown> =>
    (read(await run(stream([native], receipts)))[0] as { evidence: { success: unknown } }).evidence.success;
  assert.equal(await successOf([{ transactionHash: hash, status: '0x0', logs: [] }]), false);
  assert.equal(await successOf([]), null);
});

test('Nothing is sent for what is not to a watched address, moves nothing, or is no ERC-20 transfer', async () => {
  const strangers = [
    stream([{ hash, from: ours, to: sender, value: '0x1' }], []),
    stream([{ hash, from: sender, to: ours, value: '0x0' }], []),
    stream([{ hash, from: sender, to: null, value: '0x1' }], []),
    stream(
      [],
      [
        {
          transactionHash: hash,
          status: '0x1',
          logs: [log({ topics: [transferTopic, inTopic(ours), inTopic(sender)] })],
        },
      ],
    ),
    stream(
      [],
      [
        {
          transactionHash: hash,
          status: '0x1',
          logs: [log({ topics: [transferTopic, inTopic(sender), inTopic(ours), word(7n)], data: '0x' })],
        },
      ],
    ),
    stream(
      [],
      [{ transactionHash: hash, status: '0x1', logs: [log({ topics: [word(1n), inTopic(sender), inTopic(ours)] })] }],
    ),
    stream([], [{ transactionHash: hash, status: '0x1', logs: [log({ data: '0x' })] }]),
    { data: [], metadata: {} },
  ];
  for (const [index, input] of strangers.entries()) assert.equal(await run(input), null, `Case ${index}`);
});

test('The name of the list cannot carry code into the filter', () => {
  assert.throws(() => quicknodeFilter({ list: "'; steal(); '" }), { code: 'OPTION_INVALID' });
});
