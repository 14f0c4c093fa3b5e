// A relay chain of Substrate in memory, by the runtime of Rococo 9140: node chopsticks.mjs <genesis hash> <blocks from final to newest>.
// It is started by test/chains/chopsticks.ts, writes its URL, and ends with its standard input.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { allHandlers, BuildBlockMode, GenesisProvider, setStorage, setup } from '@acala-network/chopsticks-core';

const [, , genesisHash, lag] = process.argv;
// The library reads the clock twice for the first block, for its slot and for its time, which the runtime compares.
const startedAt = Date.now();
Date.now = () => startedAt;

const spec = new URL('node_modules/@substrate/connect/dist/connector/specs/rococo_v2_1.json', import.meta.url);

const chain = await setup({
  genesis: new GenesisProvider(JSON.parse(readFileSync(spec, 'utf8'))),
  buildBlockMode: BuildBlockMode.Manual,
  mockSignatureHost: true,
  // The runtime is older than what the library takes this type for.
  registeredTypes: { types: { DispatchErrorModule: 'DispatchErrorModuleU8' } },
});

const methods = {
  ...allHandlers,
  /** The first block's hash tells the network, and the one that the tests ask about is another. */
  chain_getBlockHash: (context, params) =>
    params[0] === 0 ? genesisHash : allHandlers.chain_getBlockHash(context, params),
  /** The library has no votes on finality: what is so many blocks below the newest counts as final. */
  chain_getFinalizedHead: async () => (await chain.getBlockAt(Math.max(0, chain.head.number - Number(lag)))).hash,
  /** Gives accounts a balance, without a block. */
  async dev_endow(_context, [accounts, free]) {
    const Account = accounts.map((account) => [[account], { providers: 1, data: { free } }]);
    await setStorage(chain, { System: { Account } });
  },
  /** Executes transfers, `{ from, to, amount }`, in a block of their own; its hash. */
  async dev_newBlock(_context, [transfers]) {
    const transactions = await signed(transfers);
    return (await chain.newBlock({ transactions })).hash;
  },
  /** Goes on from another block: those above it leave the chain. */
  async dev_setHead(_context, [hash]) {
    await chain.setHead(await chain.getBlock(hash));
  },
  async dev_free(_context, [account]) {
    const { query } = await chain.head.meta;
    const stored = await chain.head.read('FrameSystemAccountInfo', query.system.account, account);
    return String(stored?.data.free ?? 0);
  },
};

async function signed(transfers) {
  const { tx, query } = await chain.head.meta;
  const registry = await chain.head.registry;
  const nonces = new Map();
  const made = [];
  for (const { from, to, amount } of transfers) {
    const stored = await chain.head.read('FrameSystemAccountInfo', query.system.account, from);
    const nonce = nonces.get(from) ?? stored?.nonce.toNumber() ?? 0;
    nonces.set(from, nonce + 1);
    const call = Array.isArray(to)
      ? tx.utility.batch(to.map((one) => tx.balances.transfer({ Id: one }, amount)))
      : tx.balances.transfer({ Id: to }, amount);
    const extrinsic = registry.createType('GenericExtrinsic', call);
    const { hash } = chain.head;
    const runtimeVersion = { specVersion: 9140, transactionVersion: 1 };
    extrinsic.signFake(from, { blockHash: hash, genesisHash: hash, runtimeVersion, nonce, era: '0x00', tip: 0 });
    // What `mockSignatureHost` takes for a signature.
    extrinsic.signature.set(new Uint8Array(extrinsic.signature.length).fill(0xcd));
    extrinsic.signature.set([0xde, 0xad, 0xbe, 0xef]);
    made.push(extrinsic.toHex());
  }
  return made;
}

async function answer({ id, method, params = [] }) {
  const handler = methods[method];
  if (handler === undefined) return { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } };
  try {
    return { jsonrpc: '2.0', id, result: (await handler({ chain }, params)) ?? null };
  } catch (error) {
    return { jsonrpc: '2.0', id, error: { code: -32000, message: String(error) } };
  }
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.setHeader('content-type', 'application/json').end(JSON.stringify(await answer(JSON.parse(body))));
}).listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

process.stdin.on('end', () => process.exit()).resume();
