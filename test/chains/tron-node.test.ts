import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { ChainVerdict } from '../../lib/chains/kit/chain-check.ts';
import { type TronChainOptions, tronChain } from '../../lib/chains/tron.ts';
import { blockAround, height, mainnet, questions, recorded, tronNode, trx, usdt, usdtId } from './tron/recorded.ts';

// How a node of TRON fails, refuses, and does not know; and what of that is passed on.

const key = '0123abcd-ef45-6789-abcd-ef0123456789';
const busy = '{"Error":"class java.lang.IllegalAccessException : lack of computing resources"}';

const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);

test('a rate limit that comes as HTTP 200 proves nothing and denies nothing', async (t) => {
  const paths = [
    questions.result(usdtId),
    questions.header(height),
    questions.block(height),
    questions.results(height),
  ];
  for (const path of [...paths, questions.head, questions.solidified]) {
    const node = await tronNode(t, [recorded().usdt]);
    node.answers[path] = busy;
    const chain = tronChain({ network: mainnet, url: node.url });
    const verdict = await chain.check({ transactionId: usdtId });
    assert.match(reasonOf(verdict), /The node answered \S+ with the error class .*lack of computing resources$/);
    if (path !== questions.results(height)) continue;
    const search = chain.transfersTo?.({ fromBlock: BigInt(height), toBlock: BigInt(height), isOurs: () => true });
    await assert.rejects(async () => {
      for await (const _ of search ?? []);
    }, /lack of computing resources/);
  }
});

test('a transaction that no block holds is absent, pending, or beyond what the node has kept', async (t) => {
  const node = await tronNode(t, [recorded().usdt]);
  const { url, answers } = node;
  const check = async (): Promise<string> =>
    reasonOf(await tronChain({ network: mainnet, url }).check({ transactionId: usdtId }));
  const transaction = String(answers[questions.transaction(usdtId)]);
  Object.assign(answers, { [questions.result(usdtId)]: '{}' });
  assert.match(await check(), /without its result; run it with storage.transHistory.switch = on/);
  Object.assign(answers, { [questions.transaction(usdtId)]: '{}', [questions.pending(usdtId)]: '{}' });
  assert.equal(await check(), 'absent');
  answers[questions.pending(usdtId)] = { status: 405, body: '' };
  assert.equal(await check(), 'absent');
  answers[questions.pending(usdtId)] = transaction;
  assert.equal(await check(), 'pending');
  // An answer about something else is no answer.
  answers[questions.pending(usdtId)] = transaction.replace(usdtId, 'ab'.repeat(32));
  assert.match(await check(), /is not that of a TRON node/);
});

test('results that are late, or of another branch, are not read as those of the block', async (t) => {
  const { block, results } = recorded().usdt;
  const [first, second] = results;
  const others = [
    [],
    [first],
    [second, first],
    [first, { ...second, blockTimeStamp: 1_791_061_674_000 + 3_000 }],
    [first, { ...second, id: 'ab'.repeat(32) }],
  ];
  for (const other of others) {
    const node = await tronNode(t, [{ block, results }]);
    node.answers[questions.results(height)] = JSON.stringify(other);
    const verdict = await tronChain({ network: mainnet, url: node.url }).check({ transactionId: usdtId });
    assert.match(reasonOf(verdict), /no results of the transactions of block 86796340, or those of another/);
  }
  const node = await tronNode(t, [{ block, results }]);
  const { blockID } = blockAround(height, 1_791_061_674_000, [], 'b');
  node.answers[questions.block(height)] = JSON.stringify({ ...block, blockID });
  const verdict = await tronChain({ network: mainnet, url: node.url }).check({ transactionId: usdtId });
  assert.match(reasonOf(verdict), /Block 86796340 changed while it was being read/);
});

test('answers of another height, of a lite node or of no node of TRON are refused', async (t) => {
  const wrong: [path: string, body: string, reason: RegExp][] = [
    [questions.header(height), JSON.stringify(blockAround(height - 1, 1)), /is not that of a TRON node/],
    [questions.head, JSON.stringify({ ...blockAround(height, 1), blockID: '00'.repeat(32) }), /is not that of a TRON/],
    [questions.head, '{}', /is not that of a TRON node/],
    [questions.head, '', /a body that is not JSON; a full node with the whole history is needed/],
    [questions.result(usdtId), 'this API is closed because this node is a lite fullnode', /a full node with the whole/],
    [questions.result(usdtId), '{"id":"00","blockNumber":1}', /is not that of a TRON node/],
    [questions.header(0), '{}', /has no first block; a full node/],
  ];
  for (const [path, body, reason] of wrong) {
    const node = await tronNode(t, [recorded().usdt]);
    node.answers[path] = body;
    const verdict = await tronChain({ network: mainnet, url: node.url }).check({ transactionId: usdtId });
    assert.match(reasonOf(verdict), reason);
  }
});

test('the API key goes to the node, and into no error', async (t) => {
  const node = await tronNode(t, [recorded().usdt], { apiKey: key });
  assert.equal((await tronChain({ network: mainnet, url: node.url, apiKey: key }).head()).number, 86_796_358n);
  await assert.rejects(tronChain({ network: mainnet, url: node.url }).head(), /HTTP 501/);
  const failures = [
    `{"Error":"The key ${key} exceeds the frequency limit(15)"}`,
    { status: 401, body: `{"Error":"ApiKey ${key} not exists"}` },
    { status: 429, body: key },
    `<html>${key}</html>`,
  ];
  for (const failure of failures) {
    node.answers[questions.head] = failure;
    await assert.rejects(tronChain({ network: mainnet, url: node.url, apiKey: key }).head(), (error) => {
      assert.match(inspect(error), /REQUEST_FAILED/);
      assert.doesNotMatch(inspect(error, { depth: 9 }), new RegExp(key));
      return true;
    });
  }
  const away = tronChain({ network: mainnet, url: `http://127.0.0.1:9/${key}/?key=${key}`, apiKey: key });
  assert.doesNotMatch(inspect(await away.check({ transactionId: usdtId }), { depth: 9 }), new RegExp(key));
});

test('a key in the path or query of the URL stays there, and out of what a gateway repeats', async (t) => {
  const node = await tronNode(t, [recorded().usdt]);
  const secrets = ['path-secret-1', 'query-secret-2'];
  const url = `${node.url}/${secrets[0]}/?key=${secrets[1]}`;
  const moved = (question: string): string => question.replace(/^(\S+)/, `/${secrets[0]}$1?key=${secrets[1]}`);
  node.answers = Object.fromEntries(Object.entries(node.answers).map(([path, answer]) => [moved(path), answer]));
  assert.equal((await tronChain({ network: mainnet, url }).check({ transactionId: usdtId })).status, 'mined');
  node.answers[moved(questions.head)] = `{"Error":"cannot forward /${secrets.join('/ or ')}"}`;
  const verdict = await tronChain({ network: mainnet, url }).check({ transactionId: usdtId });
  assert.match(reasonOf(verdict), /cannot forward \/\*\*\*\/ or \*\*\*/);
});

test('large sums wait for several nodes, and a node that lies alone is not believed', async (t) => {
  const honest = await tronNode(t, [recorded().usdt]);
  const lying = await tronNode(t, [recorded().usdt]);
  const results = questions.results(height);
  lying.answers[results] = String(lying.answers[results]).replace('0001f861b8', '9001f861b8');
  const urls = [lying.url, honest.url, honest.url];
  const quorum = [{ asset: usdt, from: 1_000_000n, nodes: 2 }];
  const verdict = await tronChain({ network: mainnet, urls, quorum }).check({ transactionId: usdtId });
  assert.deepEqual(verdict.status === 'mined' && verdict.rows.map((row) => row.amount), [33_055_160n]);
  const two = tronChain({ network: mainnet, urls: urls.slice(0, 2), quorum: 2 });
  assert.match(reasonOf(await two.check({ transactionId: usdtId })), /1 of 2 nodes agree; 2 are required/);
});

test('a node is asked four questions at once at most, and each within its time', async (t) => {
  const node = await tronNode(t, [recorded().usdt]);
  const numbers = Array.from({ length: 12 }, (_, index) => 1_000 + index);
  for (const number of numbers) node.answers[questions.header(number)] = JSON.stringify(blockAround(number, 1));
  const blocks = numbers.map((number) => ({ number: BigInt(number), hash: blockAround(number, 1).blockID }));
  let underWay = 0;
  let most = 0;
  node.turn = async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    for (let round = 0; round < 50; round += 1) await new Promise(setImmediate);
    underWay -= 1;
  };
  assert.deepEqual(await tronChain({ network: mainnet, url: node.url }).gone?.(blocks), []);
  assert.equal(most, 4);
  node.turn = () => new Promise(() => {});
  const slow = tronChain({ network: mainnet, url: node.url, timeoutMs: 20 });
  await assert.rejects(slow.head(), /did not answer within 20 ms/);
});

test('options that cannot be understood are refused', () => {
  const url = 'http://127.0.0.1:8090';
  const network = mainnet;
  for (const options of [
    { network },
    { network: 'eip155:728126428', url: 'ftp://node' },
    { network: 'eip155:1', url },
    { network: trx, url },
    { network, url: 'node:8090' },
    { network, url, urls: [url] },
    { network, urls: [] },
    { network, url, quorum: 2 },
    { network, url, apiKey: '' },
    { network, url, apiKey: `${key}\n` },
  ] satisfies TronChainOptions[]) {
    assert.throws(() => tronChain(options), { code: 'OPTION_INVALID' });
  }
});
