import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { type Address, beginCell, internal, type Transaction } from '@ton/core';
import type { ChainCheck, ChainTransfer, ChainVerdict } from '../../lib/chains/kit/chain-check.ts';
import { loadDriver } from '../../lib/chains/readers/ton/driver.ts';
import { type TonChainOptions, tonChain } from '../../lib/chains/ton.ts';
import { comment, wallet } from './ton/contracts.ts';
import {
  coin,
  failure,
  firstBlock,
  idOf,
  jettonAsset,
  mainnet,
  raw,
  startOf,
  type Toncenter,
  toncenter,
  transactionJson,
} from './ton/toncenter.ts';
import { accountNamed, at, forgedDeposit, oneTon, tonWorld, type World } from './ton/world.ts';

// What an index answers that is slow, behind, wrong or of another network.

const chainOf = (node: Toncenter, options: Partial<TonChainOptions> = {}): ChainCheck =>
  tonChain({ network: mainnet, url: node.url, ...options });
const listed = (...masters: Address[]) => ({ assets: masters.map((master) => ({ asset: jettonAsset(master) })) });
const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);

async function found(chain: ChainCheck, number: number, isOurs: (address: string) => boolean = () => true) {
  const range = { fromBlock: BigInt(number), toBlock: BigInt(number) };
  const all: ChainTransfer[] = [];
  const blocks = chain.transfersTo?.({ ...range, isOurs: ({ address }) => isOurs(address) }) ?? [];
  for await (const { transfers } of blocks) all.push(...transfers);
  return all;
}

/** A block with three payments to an account of ours. */
async function threePayments(world: World): Promise<{ number: number; paid: Transaction[] }> {
  const paid: Transaction[] = [];
  for (const memo of ['1', '2', '3']) paid.push(...at(await world.pay(world.ours, oneTon, comment(memo)), world.ours));
  return { number: world.node.mine(paid), paid };
}

const pageOf = (number: number, offset: number): string =>
  `/api/v3/transactionsByMasterchainBlock?seqno=${number}&limit=1000&offset=${offset}&sort=asc`;
const pageWith = (transactions: readonly Transaction[], number: number): string =>
  JSON.stringify({ transactions: transactions.map((one) => transactionJson(one, number)) });

test('a block is read page by page, and is not used unless it is whole', async (t) => {
  const world = await tonWorld(t);
  const { node } = world;
  const { number, paid } = await threePayments(world);
  const memos = (rows: readonly ChainTransfer[]): (string | undefined)[] => rows.map(({ memo }) => memo);
  node.answers[pageOf(number, 0)] = pageWith(paid.slice(0, 2), number);
  assert.deepEqual(memos(await found(chainOf(node), number)), ['1', '2', '3']);
  assert.deepEqual(node.asked.slice(-2), [pageOf(number, 0), pageOf(number, 2)]);
  const notWhole = new RegExp(`The node does not give all transactions of block ${number}`);
  const first = paid.slice(0, 1);
  for (const rest of [[], first, [...paid, ...first]]) {
    node.answers[pageOf(number, 2)] = pageWith(rest, number);
    await assert.rejects(found(chainOf(node), number), notWhole);
  }
  node.answers[pageOf(number, 2)] = pageWith(paid.slice(2), number + 1);
  await assert.rejects(found(chainOf(node), number), notWhole);
  // What is whole elsewhere is read there.
  const other = await toncenter(t);
  Object.assign(other, { chain: node.chain, blocks: node.blocks, last: node.last });
  assert.equal((await found(tonChain({ network: mainnet, urls: [node.url, other.url] }), number)).length, 3);
});

test('a wallet that the index has not found is asked itself, and its master decides', async (t) => {
  const world = await tonWorld(t);
  const { node, usd, ours, payJettons } = world;
  const account = wallet(ours, usd).address;
  const steps = await payJettons({ amount: 5n, party: ours });
  const forged = await forgedDeposit(world, { owner: ours, master: usd, amount: 9n, stranger: world.alice.address });
  node.unindexed.add(raw(account));
  const number = node.mine([...steps, ...forged.transactions]);
  const isOurs = (address: string): boolean => address === raw(ours);
  const chain = chainOf(node, listed(usd));
  assert.deepEqual(
    (await found(chain, number, isOurs)).map(({ to, amount }) => [to, amount]),
    [[raw(ours), 5n]],
  );
  // A stranger's contract of which the API cannot say anything holds nobody up.
  const question = (of: Address): string =>
    `/api/v3/runGetMethod ${JSON.stringify({ address: raw(of), method: 'get_wallet_data', stack: [] })}`;
  assert.ok(node.asked.includes(question(forged.account)), 'it was asked');
  for (const status of [500, 501]) {
    node.answers[question(forged.account)] = failure(status, 'failed to decode api/v2 stack');
    assert.equal((await found(chain, number, isOurs)).length, 1);
  }
  const odd = { gas_used: 1, exit_code: 0, stack: [{ type: 'num', value: '0x1' }] };
  node.answers[question(forged.account)] = JSON.stringify(odd);
  assert.equal((await found(chain, number, isOurs)).length, 1);
  // But a node that is away does: its silence is nobody's word.
  for (const status of [429, 503]) {
    node.answers[question(forged.account)] = failure(status, 'later');
    await assert.rejects(found(chain, number, isOurs), new RegExp(`HTTP ${status}`));
  }
  const [told] = at(forged.transactions, forged.account);
  node.answers[question(forged.account)] = failure(500, 'later');
  assert.match(reasonOf(await chain.check({ transactionId: idOf(told as Transaction) })), /HTTP 500/);
});

test('a listed asset that is no jetton is named, and nothing follows', async (t) => {
  const world = await tonWorld(t);
  const { node, alice, usd, ours, payJettons } = world;
  const steps = await payJettons({ amount: 5n, party: ours });
  node.mine(steps);
  const [told] = at(steps, wallet(ours, usd).address);
  const wrong = jettonAsset(alice.address);
  const verdict = await chainOf(node, listed(alice.address)).check({
    transactionId: idOf(told as Transaction),
    claims: [{ asset: wrong, to: raw(ours), amount: 5n }],
  });
  assert.match(reasonOf(verdict), /is listed in assets, but is no jetton/);
});

test('a master that names another wallet now is believed, and one that named this wallet is not asked again', async (t) => {
  const world = await tonWorld(t);
  const { node, usd, ours, payJettons } = world;
  const chain = chainOf(node, listed(usd));
  const claims = [{ asset: jettonAsset(usd), to: raw(ours), amount: 5n }];
  const rows = async (): Promise<unknown> => {
    const steps = await payJettons({ amount: 5n, party: ours });
    node.mine(steps);
    const [told] = at(steps, wallet(ours, usd).address);
    const verdict = await chain.check({ transactionId: idOf(told as Transaction), claims });
    return verdict.status === 'mined' ? verdict.rows.length : reasonOf(verdict);
  };
  const questions = (): string[] => node.asked.filter((one) => one.includes('get_wallet_address'));
  const slice = (of: Address): string => beginCell().storeAddress(of).endCell().toBoc().toString('base64');
  const stack = [{ type: 'slice', value: slice(ours) }];
  const question = `/api/v3/runGetMethod ${JSON.stringify({ address: raw(usd), method: 'get_wallet_address', stack })}`;
  const other = [{ type: 'cell', value: slice(accountNamed('another wallet')) }];
  node.answers[question] = JSON.stringify({ gas_used: 1, exit_code: 0, stack: other });
  assert.equal(await rows(), 0);
  delete node.answers[question];
  const before = questions().length;
  assert.equal(await rows(), 1);
  assert.equal(await rows(), 1);
  assert.deepEqual(questions().slice(before), [question]);
});

test('a transaction that no masterchain block holds is pending, absent, or beyond what the node keeps', async (t) => {
  const world = await tonWorld(t);
  const { node } = world;
  const { number, paid } = await threePayments(world);
  const [one] = paid as [Transaction];
  const chain = chainOf(node);
  const transactionId = idOf(one);
  const question = `/api/v3/transactions?account=${encodeURIComponent(raw(world.ours))}&lt=${one.lt}&hash=${one.hash().toString('hex')}`;
  const answer = (change: object): void => {
    node.answers[question] = JSON.stringify({ transactions: [{ ...transactionJson(one, number), ...change }] });
  };
  for (const change of [
    { mc_block_seqno: null },
    { emulated: true },
    { finality: 'pending' },
    { finality: 'confirmed' },
  ]) {
    answer(change);
    assert.equal(reasonOf(await chain.check({ transactionId })), 'pending');
  }
  answer({ lt: '7' });
  assert.match(reasonOf(await chain.check({ transactionId })), /not that of version 3 of toncenter's HTTP API/);
  node.answers[question] = '{"transactions":[]}';
  // All that begins with the first block that it keeps, it would have.
  node.first = number;
  assert.ok(startOf(node, number) > one.lt, 'the transaction is older than that');
  assert.match(reasonOf(await chain.check({ transactionId })), new RegExp(`none from before block ${number}; ask one`));
  const newer = transactionId.replace(`:${one.lt}:`, `:${startOf(node, number)}:`);
  assert.equal(reasonOf(await chain.check({ transactionId: newer })), 'absent');
  node.blocks.set(1, []);
  node.first = 1;
  assert.equal(reasonOf(await chain.check({ transactionId })), 'absent');
  // Read in a block just now, it is somewhere.
  const foundIn = { number: BigInt(number), hash: '00'.repeat(32) };
  assert.match(reasonOf(await chain.check({ transactionId, foundIn })), /the chain changed during the check/);
});

test('what contradicts itself was not carried out', async (t) => {
  const world = await tonWorld(t);
  const { node, usd, ours, payJettons } = world;
  const steps = await payJettons({ amount: 5n, party: ours });
  const number = node.mine(steps);
  const [told] = at(steps, wallet(ours, usd).address) as [Transaction];
  const question = `/api/v3/transactions?account=${encodeURIComponent(raw(wallet(ours, usd).address))}&lt=${told.lt}&hash=${told.hash().toString('hex')}`;
  const json = transactionJson(told, number);
  const { description } = json as { description: Record<string, unknown> };
  const check = async (change: object): Promise<unknown> => {
    const transactions = [{ ...json, description: { ...description, ...change } }];
    node.answers[question] = JSON.stringify({ transactions });
    const verdict = await chainOf(node, listed(usd)).check({ transactionId: idOf(told) });
    return verdict.status === 'mined' ? verdict.rows.length : reasonOf(verdict);
  };
  assert.equal(await check({}), 1);
  const contradictions = [{ aborted: true }, { compute_ph: { skipped: true } }, { action: { success: false } }];
  for (const change of contradictions) assert.equal(await check(change), 0);
});

test('blocks that a report names are compared with the masterchain', async (t) => {
  const { node, ...world } = await tonWorld(t);
  const { number } = await threePayments({ node, ...world });
  const chain = chainOf(node);
  const head = await chain.head();
  assert.deepEqual([head.number, head.finalized], [BigInt(number), BigInt(number)]);
  const [real, other] = [head.hash, '00'.repeat(32)];
  const named = [
    { number: head.number, hash: real },
    { number: head.number, hash: other },
    { number: head.number + 1n, hash: other },
    { number: 2n ** 40n, hash: other },
    { number: BigInt(firstBlock - 1), hash: other },
  ];
  assert.deepEqual(await chain.gone?.(named), [other]);
  await assert.rejects(found(chain, firstBlock - 1), /has no block 39999999/);
  await assert.rejects(found(chain, number + 1), new RegExp(`has no block ${number + 1}`));
});

test('a node of another network is refused, and answers about something else prove nothing', async (t) => {
  const world = await tonWorld(t);
  const { node } = world;
  const { number, paid } = await threePayments(world);
  const [one] = paid as [Transaction];
  const check = () => chainOf(node).check({ transactionId: idOf(one) });
  node.globalId = -3;
  assert.match(reasonOf(await check()), /serves tvm:-3, not TON \(tvm:-239\); check its URL/);
  node.globalId = -239;
  const wrong: [question: string, change: (json: string) => string][] = [
    [node.asked.at(-1) ?? '', (json) => json.replace('"workchain":-1', '"workchain":0')],
    [`/api/v3/blocks?workchain=-1&shard=8000000000000000&seqno=${number}`, (json) => json.replace(`${number}`, '7')],
    [
      `/api/v3/transactions?account=${encodeURIComponent(raw(world.ours))}&lt=${one.lt}&hash=${one.hash().toString('hex')}`,
      // A body that is not the one whose hash stands beside it.
      (json) => json.replace(comment('1').toBoc().toString('base64'), comment('2').toBoc().toString('base64')),
    ],
  ];
  assert.equal((await check()).status, 'mined');
  const right = new Map<string, string>();
  for (const [question] of wrong) {
    const answer = await fetch(new URL(question, node.url), { headers: { 'content-type': 'application/json' } });
    right.set(question, await answer.text());
  }
  for (const [question, change] of wrong) {
    const before = right.get(question) ?? '';
    node.answers[question] = change(before);
    assert.notEqual(node.answers[question], before);
    assert.match(reasonOf(await check()), /not that of version 3 of toncenter's HTTP API/);
    delete node.answers[question];
  }
});

test('the key is sent with each question, and stands in no error', async (t) => {
  const apiKey = 's3cret-key-of-ours';
  const world = await tonWorld(t, { 'x-api-key': apiKey });
  const { node } = world;
  const { number, paid } = await threePayments(world);
  const transactionId = idOf(paid[0] as Transaction);
  const chain = chainOf(node, { apiKey });
  assert.equal((await chain.check({ transactionId })).status, 'mined');
  const question = `/api/v3/blocks?mc_seqno=${number}&limit=1000`;
  const hints: [status: number, hint: RegExp][] = [
    [401, /check the API key/],
    [404, /version 3 of the HTTP API/],
    [429, /it allows fewer requests/],
    [200, /not JSON/],
  ];
  for (const [status, hint] of hints) {
    node.answers[question] = { status, body: `key ${apiKey} is wrong` };
    await assert.rejects(found(chain, number), (error) => {
      assert.match(String(error), hint);
      assert.doesNotMatch(inspect(error, { depth: 9 }), /s3cret/);
      return true;
    });
  }
  const away = tonChain({ network: mainnet, url: 'http://127.0.0.1:9/s3cret/api/v3', apiKey });
  assert.doesNotMatch(inspect(await away.check({ transactionId }), { depth: 9 }), /s3cret/);
});

test('one node of several cannot lie about what arrived', async (t) => {
  const world = await tonWorld(t);
  const { node, ours } = world;
  const { number, paid } = await threePayments(world);
  const [one] = paid as [Transaction];
  const liar = await toncenter(t);
  Object.assign(liar, { chain: node.chain, blocks: node.blocks, last: node.last });
  const question = `/api/v3/transactions?account=${encodeURIComponent(raw(ours))}&lt=${one.lt}&hash=${one.hash().toString('hex')}`;
  const lie = JSON.stringify({ transactions: [transactionJson(one, number)] }).replace(
    `"${oneTon}"`,
    `"${9n * oneTon}"`,
  );
  liar.answers[question] = lie;
  const chain = tonChain({ network: mainnet, urls: [liar.url, node.url], quorum: 2 });
  assert.match(reasonOf(await chain.check({ transactionId: idOf(one) })), /1 of 2 nodes agree; 2 are required/);
});

test('a hash names the transfer to the claimed account, through its genuine wallet, and a node that is away says nothing', async (t) => {
  const world = await tonWorld(t);
  const { node, ours, alice, usd } = world;
  const chain = chainOf(node, listed(usd));
  const named = (one: Transaction | undefined, asset: string, amount: bigint) => {
    const claim = { asset, to: raw(ours), amount };
    return chain.named?.({ hash: one?.hash().toString('hex') ?? '', claim });
  };
  const both = [ours, accountNamed('other')].map((to) => internal({ to, value: oneTon, bounce: false }));
  const { transactions } = await alice.sendMessages(both);
  const forged = await forgedDeposit(world, { owner: ours, master: usd, amount: 9n, stranger: alice.address });
  node.mine([...transactions, ...forged.transactions]);
  assert.equal(await named(transactions[0], coin, oneTon), idOf(at(transactions, ours)[0] as Transaction));
  const [told] = at(forged.transactions, forged.account);
  assert.equal(await named(told, jettonAsset(usd), 9n), undefined);
  node.answers[`/api/v3/traces?tx_hash=${told?.hash().toString('hex')}&limit=2`] = failure(503, 'later');
  await assert.rejects(async () => named(told, jettonAsset(usd), 9n), /HTTP 503/);
});

test('without @ton/core the message says what to install', async () => {
  await assert.rejects(
    loadDriver(() => Promise.reject(new Error('Cannot find package'))),
    { code: 'CHAIN_DRIVER_MISSING', message: /npm install @ton\/core/ },
  );
});

test('options that cannot be understood are refused', () => {
  const url = 'https://toncenter.com/api/v3';
  for (const options of [
    { network: mainnet },
    { network: 'eip155:1', url },
    { network: mainnet, url, urls: [url] },
    { network: mainnet, urls: [] },
    { network: mainnet, url, quorum: 2 },
    { network: mainnet, url, apiKey: 'two words' },
    { network: mainnet, url, assets: [{ asset: 'USDT' }] },
    { network: mainnet, url, assets: [{ asset: `${mainnet}/jetton:USDT` }] },
  ] satisfies TonChainOptions[]) {
    assert.throws(() => tonChain(options), { code: 'OPTION_INVALID' });
  }
  // Those of other networks stand in the same list of the policy.
  const assets = [{ asset: 'eip155:1/slip44:60' }, { asset: coin }];
  assert.ok(tonChain({ network: 'tvm:-3', url, assets }), 'passed over');
});
