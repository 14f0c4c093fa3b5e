import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { type BitcoinChainOptions, bitcoinChain } from '../../lib/chains/bitcoin.ts';
import type { ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { type Script, scriptedNode } from './scripted-node.ts';

// Forms of answers that litecoind does not give: those of Bitcoin Core since 22, of Dogecoin Core and of Bitcoin Cash
// Node, as their sources write them. test/system/litecoin*.test.ts asks a real node.

const mainnet = 'bip122:000000000019d6689c085ae165831e93';
const dogecoin = 'bip122:1a91e3dace36e2be3bf030a65679fe82';
const cash = 'bip122:000000000000000000651ef99cb9fcbe';
const bitcoinMark = '"00000000000000000019f112ec0a9982926f1258cdcc558dd7c3b7e5dc7fa148"';
const cashMark = '"0000000000000000029e471c41818d24b8b74c911071c4ef0b4a0509f9b5a8ce"';
const dogecoinMark = '"1a91e3dace36e2be3bf030a65679fe821aa1d6ef92e7c9902eb318182c355691"';

const id = '11'.repeat(32);
const hash = '22'.repeat(32);
const best = '33'.repeat(32);
const block = { number: 700_000n, hash };
const header = (of: string, height: number): string =>
  `{"hash":"${of}","height":${height},"time":1700000000,"previousblockhash":"${'44'.repeat(32)}"}`;
const notFound = (message: string) => ({ code: -5, message });

/** The chain as a node tells it: our transaction at 700,000, and the head so many blocks above. */
function chainOf(above: number, answers: Script): Script {
  const height = 700_000 + above;
  return {
    'getbestblockhash []': `"${best}"`,
    [`getblockheader ["${best}"]`]: header(best, height),
    [`getblockheader ["${hash}"]`]: header(hash, 700_000),
    'getblockhash [700000]': `"${hash}"`,
    ...answers,
  };
}

const transaction = (outputs: string, { input = '{"txid":"ab","vout":0}', extra = '' } = {}): string =>
  `{"txid":"${id}","vin":[${input}],"vout":[${outputs}]${extra}}`;

const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);

test('outputs of Bitcoin Core are read by their one address, with every digit of their amounts', async (t) => {
  const outputs = [
    '{"value":20999999.97690000,"n":0,"scriptPubKey":{"address":"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq","type":"witness_v0_keyhash"}}',
    '{"value":0.00000001,"n":1,"scriptPubKey":{"address":"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2","type":"pubkeyhash"}}',
    '{"value":1e-7,"n":2,"scriptPubKey":{"address":"bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr","type":"witness_v1_taproot"}}',
    '{"value":50.00000000,"n":3,"scriptPubKey":{"type":"pubkey"}}',
    '{"value":0.00000000,"n":4,"scriptPubKey":{"type":"nulldata"}}',
  ].join(',');
  const node = await scriptedNode(
    t,
    chainOf(2, {
      'getblockhash [478559]': bitcoinMark,
      [`getrawtransaction ["${id}",1]`]: transaction(outputs, { extra: `,"blockhash":"${hash}","confirmations":3` }),
    }),
  );
  const verdict = (await bitcoinChain({ network: mainnet, url: node.url }).check({
    transactionId: id,
  })) as MinedVerdict;
  assert.deepEqual(verdict.block, block);
  assert.deepEqual([verdict.confirmations, verdict.finalized, verdict.success, verdict.unseen], [3, false, true, []]);
  assert.deepEqual(
    verdict.rows.map(({ asset, amount, position }) => [asset, amount, position]),
    [
      [`${mainnet}/slip44:0`, 2_099_999_997_690_000n, 'out:0'],
      [`${mainnet}/slip44:0`, 1n, 'out:1'],
      [`${mainnet}/slip44:0`, 10n, 'out:2'],
    ],
  );
  assert.deepEqual(node.asked, [
    'getblockhash [478559]',
    `getrawtransaction ["${id}",1]`,
    `getblockheader ["${hash}"]`,
    'getblockhash [700000]',
    'getbestblockhash []',
    `getblockheader ["${best}"]`,
  ]);
});

test('Dogecoin Core finds a transaction in its whole block, and names addresses of scripts that pay to none', async (t) => {
  const outputs = [
    '{"value":12.5,"n":0,"scriptPubKey":{"reqSigs":1,"type":"pubkeyhash","addresses":["DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"]}}',
    '{"value":7.0,"n":1,"scriptPubKey":{"reqSigs":1,"type":"pubkey","addresses":["DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"]}}',
    '{"value":8.0,"n":2,"scriptPubKey":{"reqSigs":1,"type":"multisig","addresses":["DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"]}}',
  ].join(',');
  const answers = (input?: string): Script => ({
    'getblockhash [0]': dogecoinMark,
    [`getrawtransaction ["${id}",1]`]: notFound(
      'No such mempool transaction. Use -txindex to enable blockchain transaction queries. Use gettransaction for wallet transactions.',
    ),
    [`getrawtransaction ["${id}",1,"${hash}"]`]: { code: -1, message: 'getrawtransaction "txid" ( verbose )' },
    [`getblock ["${hash}",2]`]: `{"tx":[${transaction(outputs, input === undefined ? {} : { input })}]}`,
  });
  const subject = { transactionId: id, blocks: [block] };
  const paid = await scriptedNode(t, chainOf(100, answers()));
  const verdict = (await bitcoinChain({ network: dogecoin, url: paid.url }).check(subject)) as MinedVerdict;
  assert.deepEqual(
    verdict.rows.map(({ amount, position }) => [amount, position]),
    [[1_250_000_000n, 'out:0']],
  );
  assert.equal(verdict.confirmations, 101);
  // What a block pays its miner can be spent after 240 blocks there.
  for (const [above, confirmations] of [
    [238, 0],
    [239, 240],
  ] as const) {
    const reward = await scriptedNode(t, chainOf(above, answers('{"coinbase":"03"}')));
    const found = (await bitcoinChain({ network: dogecoin, url: reward.url }).check(subject)) as MinedVerdict;
    assert.deepEqual([found.confirmations, found.spendableAt], [confirmations, 700_239n]);
  }
});

test('Bitcoin Cash is told from Bitcoin and from its own forks by a block after each', async (t) => {
  const output =
    '{"value":0.1,"n":0,"scriptPubKey":{"type":"pubkeyhash","addresses":["bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"]}}';
  const answers = chainOf(0, {
    'getblockhash [661648]': cashMark,
    'getblockhash [478559]': '"000000000000000000651ef99cb9fcbe0dadde1d424bd9f15ff20136191a5eec"',
    [`getrawtransaction ["${id}",1]`]: transaction(output, { extra: `,"blockhash":"${hash}"` }),
  });
  const node = await scriptedNode(t, answers);
  const verdict = (await bitcoinChain({ network: cash, url: node.url }).check({ transactionId: id })) as MinedVerdict;
  assert.deepEqual(
    verdict.rows.map(({ to, amount }) => [to, amount]),
    [['bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a', 10_000_000n]],
  );
  const asBitcoin = await bitcoinChain({ network: mainnet, url: node.url }).check({ transactionId: id });
  assert.match(reasonOf(asBitcoin), /serves another chain than Bitcoin/);
  const fork = await scriptedNode(t, { ...answers, 'getblockhash [661648]': `"${'0'.repeat(17)}4${'5'.repeat(46)}"` });
  const asCash = await bitcoinChain({ network: cash, url: fork.url }).check({ transactionId: id });
  assert.match(reasonOf(asCash), /serves another chain than Bitcoin Cash/);
});

test('an index that is still being built, or names a block that left the chain, denies nothing', async (t) => {
  const building =
    'No such mempool transaction. Blockchain transactions are still in the process of being indexed. Use gettransaction for wallet transactions.';
  const script: Record<string, string | { code: number; message: string }> = {
    ...chainOf(0, { 'getblockhash [478559]': bitcoinMark }),
    [`getrawtransaction ["${id}",1]`]: notFound(building),
  };
  for (let output = 0; output < 10; output += 1) script[`gettxout ["${id}",${output},true]`] = 'null';
  const node = await scriptedNode(t, script);
  const unsure = await bitcoinChain({ network: mainnet, url: node.url }).check({ transactionId: id });
  assert.match(reasonOf(unsure), /finds no transaction by its id alone/);

  const stale = await scriptedNode(t, {
    ...chainOf(0, { 'getblockhash [478559]': bitcoinMark }),
    'getblockhash [700000]': `"${'55'.repeat(32)}"`,
    [`getrawtransaction ["${id}",1]`]: transaction('', { extra: `,"blockhash":"${hash}","confirmations":0` }),
    [`getblockheader ["${'55'.repeat(32)}"]`]: header('55'.repeat(32), 700_000),
  });
  assert.deepEqual(
    await bitcoinChain({ network: mainnet, url: stale.url }).check({ transactionId: id, blocks: [block] }),
    { status: 'absent', head: 700_000n, removed: [hash] },
  );
});

test('a node is asked four questions at once at most', async (t) => {
  const heights = Array.from({ length: 8 }, (_, index) => index + 1);
  const hashAt = (height: number): string => height.toString(16).padStart(64, '6');
  const script = Object.fromEntries(
    heights.flatMap((height) => [
      [`getblockhash [${height}]`, `"${hashAt(height)}"`],
      [`getblockheader ["${hashAt(height)}"]`, header(hashAt(height), height)],
    ]),
  );
  // Each answer waits until four questions are there, and a fifth has had its chance to come.
  const waiting: (() => void)[] = [];
  let groups = 0;
  const turn = async (): Promise<void> => {
    if (node.asked.length === 1) return;
    const mine = new Promise<void>((resolve) => waiting.push(resolve));
    if (waiting.length === 4) {
      for (let round = 0; round < 50; round += 1) await new Promise(setImmediate);
      assert.equal(waiting.length, 4);
      groups += 1;
      for (const answer of waiting.splice(0)) answer();
    }
    return mine;
  };
  const node = await scriptedNode(t, { ...script, 'getblockhash [478559]': bitcoinMark }, turn);
  const chain = bitcoinChain({ network: mainnet, url: node.url });
  const blocks = heights.map((height) => ({ number: BigInt(height), hash: hashAt(height) }));
  assert.deepEqual(await chain.gone?.(blocks), []);
  assert.equal(groups, 4);
});

test('a connection that the node has closed meanwhile is made again', async (t) => {
  let asked = 0;
  const server = createServer((req, res) => {
    asked += 1;
    req.resume();
    if (asked % 2 === 0) return void req.socket.destroy();
    res.end(`{"result":${bitcoinMark},"id":1}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const chain = bitcoinChain({ network: mainnet, url });
  assert.deepEqual(await chain.gone?.([]), []);
  await assert.rejects(chain.head(), /The node's response to getblockheader is not that of a Bitcoin node/);
  assert.equal(asked, 5);
});

test('no key of the URL, user name or password stands in what is thrown', async () => {
  const urls = ['http://wallet:s3cret@127.0.0.1:9/v1/s3cret?key=s3cret', 'http://127.0.0.1:9/s3cret'];
  const away = bitcoinChain({ network: mainnet, urls });
  await assert.rejects(away.head(), (error) => {
    assert.match(inspect(error), /ECONNREFUSED/);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /s3cret|wallet/);
    return true;
  });
  assert.doesNotMatch(reasonOf(await away.check({ transactionId: id })), /s3cret|wallet/);
});

test('options that cannot be understood are refused', () => {
  const url = 'http://127.0.0.1:8332';
  const network = mainnet;
  for (const options of [
    { network },
    { network: 'eip155:1', url },
    { network: 'bip122:ffffffffffffffffffffffffffffffff', url },
    { network, url: 'ftp://node' },
    { network, url, urls: [url] },
    { network, urls: [] },
    { network, url, quorum: 2 },
    { network, url, username: 'exchange' },
    { network, url, username: 'exchange', password: 'x', cookieFile: '.cookie' },
  ] satisfies BitcoinChainOptions[]) {
    assert.throws(() => bitcoinChain(options), { code: 'OPTION_INVALID' });
  }
});
