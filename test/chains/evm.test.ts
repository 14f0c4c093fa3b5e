import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type EvmChainOptions, evmChain } from '../../lib/chains/evm.ts';
import type { MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { type Anvil, rich, startAnvil } from './anvil.ts';
import { collectible, liar, payer, shrug, token, transferCall, words } from './contracts.ts';

const ether = 'eip155:1/slip44:60';
const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';

describe('the chain check over an EVM node', () => {
  let anvil: Anvil;
  let usdt: string;

  before(async () => {
    anvil = await startAnvil();
    usdt = await anvil.deploy(token);
  });
  after(() => anvil.close());

  const chain = (options: Partial<EvmChainOptions> = {}) =>
    evmChain({ network: 'eip155:1', url: anvil.url, ...options });

  async function mined(hash: string, claims = [{ asset: ether, to: alice, amount: 1n }]): Promise<MinedVerdict> {
    const verdict = await chain().check({ transactionId: hash, claims });
    assert.equal(verdict.status, 'mined');
    return verdict as MinedVerdict;
  }

  it('tells a native transfer with its block and confirmations', async () => {
    const hash = await anvil.send({ to: alice, value: 7n });
    assert.equal((await chain().check({ transactionId: hash })).status, 'pending');
    await anvil.mine(3);
    const { blockHash, blockNumber } = await anvil.receipt(hash);
    const verdict = await mined(hash);
    assert.deepEqual(verdict.block, { number: BigInt(blockNumber), hash: blockHash });
    assert.equal(verdict.confirmations, 3);
    assert.equal(verdict.success, true);
    assert.deepEqual(verdict.rows, [{ asset: ether, from: rich[0], to: alice, amount: 7n, position: 'native' }]);
  });

  it('tells a token transfer by the contract that emitted its log, never by its symbol', async () => {
    const fake = await anvil.deploy(token);
    const first = await anvil.send({ to: usdt, data: transferCall(alice, 5n) });
    const second = await anvil.send({ to: fake, data: transferCall(alice, 5n) });
    await anvil.mine();
    const row = { from: rich[0], to: alice, amount: 5n };
    assert.deepEqual((await mined(first)).rows, [{ ...row, asset: `eip155:1/erc20:${usdt}`, position: 'log:0' }]);
    assert.deepEqual((await mined(second)).rows, [{ ...row, asset: `eip155:1/erc20:${fake}`, position: 'log:1' }]);
  });

  it('finds no transfer where a token returned false and the transaction succeeded', async () => {
    const hash = await anvil.send({ from: rich[1], to: usdt, data: transferCall(alice, 5n) });
    await anvil.mine();
    const verdict = await mined(hash);
    assert.equal(verdict.success, true);
    assert.deepEqual(verdict.rows, []);
  });

  it('takes no log of another contract, and no ERC-721, for a transfer of the token', async () => {
    const emitter = await anvil.deploy(liar);
    const hash = await anvil.send({ to: emitter, data: `0x${words(rich[0], alice, 9n)}` });
    const nft = await anvil.deploy(collectible);
    const other = await anvil.send({ to: nft, data: `0x${words(rich[0], alice, 9n)}` });
    await anvil.mine();
    assert.deepEqual(
      (await mined(hash)).rows.map((one) => one.asset),
      [`eip155:1/erc20:${emitter}`],
    );
    assert.deepEqual((await mined(other)).rows, []);
  });

  it('tells equal transfers of one transaction apart', async () => {
    const emitter = await anvil.deploy(liar);
    const both = await anvil.deploy(shrug);
    const hashes = [];
    for (let copy = 0; copy < 2; copy += 1) {
      hashes.push(await anvil.send({ to: both, data: `0x${words(emitter, rich[0], alice, 4n)}` }));
    }
    await anvil.mine();
    const rows = [];
    for (const hash of hashes) rows.push(...(await mined(hash)).rows);
    assert.deepEqual(
      rows.map((one) => one.position),
      ['log:0', 'log:1'],
    );
  });

  it('finds an internal transfer by its calls', async () => {
    const contract = await anvil.deploy(payer);
    const hash = await anvil.send({ to: contract, value: 8n, data: `0x${words(alice, 8n, 0n)}` });
    await anvil.mine();
    const { rows } = await mined(hash, [{ asset: ether, to: alice, amount: 8n }]);
    assert.deepEqual(
      rows.map(({ to, amount, position }) => [to.toLowerCase(), amount, position]),
      [
        [contract, 8n, 'native'],
        [alice.toLowerCase(), 8n, 'trace:0'],
      ],
    );
  });

  it('finds nothing of an internal transfer that a later revert undid', async () => {
    const contract = await anvil.deploy(payer);
    const hash = await anvil.send({ to: contract, value: 8n, data: `0x${words(alice, 8n, 1n)}` });
    await anvil.mine();
    const verdict = await mined(hash);
    assert.equal(verdict.success, false);
    assert.deepEqual(verdict.rows, []);
  });

  it('finds nothing of an internal transfer under a call that failed inside a transaction that succeeded', async () => {
    const contract = await anvil.deploy(payer);
    const outer = await anvil.deploy(shrug);
    const hash = await anvil.send({ to: outer, value: 8n, data: `0x${words(contract, alice, 8n, 1n)}` });
    await anvil.mine();
    const verdict = await mined(hash);
    assert.equal(verdict.success, true);
    assert.deepEqual(
      verdict.rows.map((one) => one.to.toLowerCase()),
      [outer],
    );
  });

  it('says what it cannot see where the node traces nothing', async () => {
    const contract = await anvil.deploy(payer);
    const hash = await anvil.send({ to: contract, value: 8n, data: `0x${words(alice, 8n, 0n)}` });
    await anvil.mine();
    const client = {
      request: async ({ method, params }: { method: string; params?: unknown }) => {
        if (method.startsWith('debug_')) throw new Error('The method does not exist');
        return anvil.rpc(method, params as unknown[]);
      },
    };
    const verdict = await evmChain({ network: 'eip155:1', client }).check({
      transactionId: hash,
      claims: [{ asset: ether, to: alice, amount: 8n }],
    });
    assert.equal(verdict.status, 'mined');
    assert.deepEqual((verdict as MinedVerdict).unseen, [ether]);
  });

  it('follows a transaction into another block, and names the block that left the chain', async () => {
    const hash = await anvil.send({ to: usdt, data: transferCall(bob, 3n) });
    await anvil.mine();
    const old = await mined(hash);
    await anvil.rpc('anvil_reorg', [
      1,
      [
        [{ from: rich[0], to: usdt, data: transferCall(alice, 1n), gas: '0x30000' }, 0],
        [{ from: rich[1], to: bob, value: '0x1' }, 0],
      ],
    ]);
    await anvil.mine();
    const gone = await chain().check({ transactionId: hash, blocks: [old.block] });
    assert.notEqual(gone.status, 'unknown');
    assert.deepEqual(gone.status === 'unknown' ? [] : gone.removed, [old.block.hash]);
  });

  it('says absent of a transaction that nobody sent', async () => {
    const verdict = await chain().check({ transactionId: `0x${'ab'.repeat(32)}` });
    assert.equal(verdict.status, 'absent');
  });

  it('says unknown when the node is away, or of another chain', async () => {
    const away = evmChain({ network: 'eip155:1', url: 'http://127.0.0.1:9' });
    assert.equal((await away.check({ transactionId: `0x${'ab'.repeat(32)}` })).status, 'unknown');
    const wrong = await evmChain({ network: 'eip155:56', url: anvil.url }).check({
      transactionId: `0x${'ab'.repeat(32)}`,
    });
    assert.equal(wrong.status, 'unknown');
    assert.match(wrong.status === 'unknown' ? wrong.reason : '', /serves eip155:1, not eip155:56/);
  });

  it('finds every transfer to our accounts in a range of blocks, failed ones too', async () => {
    const from = BigInt(await anvil.height()) + 1n;
    const contract = await anvil.deploy(payer);
    await anvil.send({ to: bob, value: 2n });
    await anvil.send({ to: usdt, data: transferCall(bob, 0n) });
    await anvil.send({ to: contract, value: 6n, data: `0x${words(bob, 6n, 0n)}` });
    await anvil.send({ to: alice, value: 1n });
    await anvil.mine();
    const found = [];
    const query = {
      fromBlock: from,
      toBlock: BigInt(await anvil.height()),
      isOurs: ({ address }: { address: string }) => address === bob,
    };
    for await (const { transfers } of chain({ traces: true }).transfersTo?.(query) ?? []) found.push(...transfers);
    assert.deepEqual(
      found.map(({ amount, position }) => [amount, position]),
      [
        [2n, 'native'],
        [0n, 'log:0'],
        [6n, 'trace:0'],
      ],
    );
  });

  it('refuses options that it cannot understand', () => {
    for (const options of [
      { network: 'eip155:1' },
      { network: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp', url: anvil.url },
      { network: 'eip155:1', url: 'ftp://node' },
      { network: 'eip155:1', url: anvil.url, quorum: 2 },
      { network: 'eip155:1', url: anvil.url, quorum: 0 },
      { network: 'eip155:1', urls: [] },
    ]) {
      assert.throws(() => evmChain(options), { code: 'OPTION_INVALID' });
    }
  });
});
