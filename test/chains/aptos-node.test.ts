import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { type AptosChainOptions, aptosChain } from '../../lib/chains/aptos.ts';
import type { ChainVerdict } from '../../lib/chains/kit/chain-check.ts';
import {
  alice,
  answers,
  block,
  bob,
  byHash,
  byVersion,
  hash,
  id,
  ledger,
  missing,
  recorded,
  testnet,
  token,
} from './aptos-answers.ts';
import { type HttpAnswer, httpNode } from './http-node.ts';

const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);

describe('a node of Aptos', () => {
  const over = (url: string) => aptosChain({ network: testnet, url });

  it('that waits for a transaction, or does not know it, does not say more than that', async (t) => {
    const head = 400_000_005n;
    const node = await httpNode(t, {
      ...answers(),
      [byHash]: JSON.stringify({ type: 'pending_transaction', hash: id }),
    });
    assert.deepEqual(await over(node.url).check({ transactionId: id }), { status: 'pending', head, removed: [] });
    node.answers[byHash] = missing('transaction_not_found');
    assert.deepEqual(await over(node.url).check({ transactionId: id }), { status: 'absent', head, removed: [] });
    const foundIn = { number: 400_000_000n, hash };
    assert.match(reasonOf(await over(node.url).check({ transactionId: id, foundIn })), /changed during the check/);
    node.answers['/'] = ledger({ oldest_block_height: '399999999' });
    assert.match(
      reasonOf(await over(node.url).check({ transactionId: id })),
      /keeps none from before block 399999999;/,
    );
  });

  it('that has deleted what it is asked for says nothing by it', async (t) => {
    const node = await httpNode(t, {
      ...answers(),
      [byHash]: missing('version_pruned'),
      '/': ledger({ oldest_block_height: '399999999' }),
      '/blocks/by_height/5?with_transactions=false': missing('block_pruned'),
      '/blocks/by_height/5?with_transactions=true': missing('block_pruned'),
      '/blocks/by_height/400000009?with_transactions=false': missing('block_not_found'),
    });
    assert.match(reasonOf(await over(node.url).check({ transactionId: id })), /ask one with a longer history/);
    const blocks = [
      { number: 5n, hash },
      { number: 400_000_009n, hash },
      { number: 400_000_005n, hash },
    ];
    assert.deepEqual(await over(node.url).gone?.(blocks), [hash]);
    await assert.rejects(async () => {
      const query = { fromBlock: 5n, toBlock: 5n, isOurs: () => true };
      for await (const _ of over(node.url).transfersTo?.(query) ?? []) assert.fail('It was passed over');
    }, /has no block 5 of aptos:2/);
  });

  it('that does not answer as one is not believed', async (t) => {
    for (const [change, reason] of [
      [{ [byHash]: { status: 404, body: '<html>Not Found</html>' } }, /HTTP 404 and a body that is not JSON/],
      [
        { [byHash]: { status: 404, body: '{"message":"no such route"}' } },
        /answered \/transactions\/by_hash\/0x17df\w+ with HTTP 404/,
      ],
      [{ [byHash]: { status: 429, body: '{"message":"slow down"}' } }, /HTTP 429/],
      [{ [byHash]: { status: 401, body: '{}' } }, /HTTP 401; check the key in its URL/],
      [{ [byHash]: '{"type":"user_transaction"}' }, /is not that of an Aptos node/],
      [{ [byVersion]: missing('block_not_found') }, /changed during the check/],
      [{ '/': ledger({ chain_id: 1 }) }, /The node serves aptos:1, not aptos:2; check its URL/],
    ] as const satisfies readonly (readonly [Record<string, HttpAnswer>, RegExp])[]) {
      const node = await httpNode(t, { ...answers(), ...change });
      assert.match(reasonOf(await over(node.url).check({ transactionId: id })), reason);
    }
  });

  it('gives a large block in pages, and all of it or none', async (t) => {
    const other = (version: string): string =>
      JSON.stringify({ type: 'state_checkpoint_transaction', version, hash, success: true, changes: [] });
    const parse = (text: string): unknown => JSON.parse(text);
    const node = await httpNode(t, {
      ...answers(),
      '/blocks/by_height/400000000?with_transactions=true': block('400000000', hash, {
        first_version: '6717630093',
        last_version: '6717630095',
        transactions: [parse(other('6717630093'))],
      }),
      '/transactions?start=6717630094&limit=2': `[${other('6717630094')},${recorded('6717630095-fungible-asset')}]`,
    });
    const read = async () => {
      const found = [];
      const query = { fromBlock: 400_000_000n, toBlock: 400_000_000n, isOurs: () => true };
      for await (const one of over(node.url).transfersTo?.(query) ?? []) found.push(one);
      return found;
    };
    assert.deepEqual(await read(), [
      {
        block: { number: 400_000_000n, hash },
        transfers: [
          {
            ...{ asset: token, from: bob, to: alice, amount: 10_000n, position: 'event:1' },
            ...{ transactionId: id, success: true },
          },
        ],
      },
    ]);
    for (const page of ['[]', `[${other('6717630094')},${other('6717630096')}]`]) {
      node.answers['/transactions?start=6717630094&limit=2'] = page;
      await assert.rejects(read(), /does not give all transactions of block 400000000/);
    }
  });

  it('keeps its URL, and the key in it, to itself, and sends it with each question', async (t) => {
    const urls = ['http://wallet:s3cret@127.0.0.1:9/s3cret/v1?key=s3cret', 'http://127.0.0.1:9/s3cret'];
    const away = aptosChain({ network: testnet, urls });
    await assert.rejects(away.head(), (error) => {
      assert.match(inspect(error), /ECONNREFUSED/);
      assert.doesNotMatch(inspect(error, { depth: 9 }), /s3cret|wallet/);
      return true;
    });
    assert.doesNotMatch(reasonOf(await away.check({ transactionId: id })), /s3cret|wallet/);
    const node = await httpNode(t, {});
    await assert.rejects(over(`${node.url}/v1?key=s3cret`).head());
    node.answers['/v1?key=s3cret'] = ledger({});
    await assert.rejects(over(`${node.url}/v1?key=s3cret`).head());
    assert.equal(node.asked.at(-1), '/v1/blocks/by_height/400000005?key=s3cret&with_transactions=false');
  });

  it('must agree with as many others as are asked for', async (t) => {
    const honest = await httpNode(t, answers());
    const liar = await httpNode(
      t,
      answers(({ events }) => Object.assign(events[1]?.data ?? {}, { amount: '90000' })),
    );
    const both = (urls: string[]) => aptosChain({ network: testnet, urls, quorum: 2 });
    assert.equal((await both([honest.url, liar.url, honest.url]).check({ transactionId: id })).status, 'mined');
    const doubt = await both([honest.url, liar.url]).check({ transactionId: id });
    assert.match(reasonOf(doubt), /1 of 2 nodes agree; 2 are required/);
  });
});

it('options of aptosChain that cannot be understood are refused', () => {
  const url = 'http://127.0.0.1:8080/v1';
  for (const options of [
    { network: testnet },
    { network: 'eip155:1', url },
    { network: 'aptos:99', url },
    { network: testnet, url: 'ws://node' },
    { network: testnet, url, urls: [url] },
    { network: testnet, urls: [] },
    { network: testnet, url, quorum: 2 },
    { network: testnet, url, coins: ['USDC'] },
    { network: testnet, url, coins: [token] },
  ] satisfies AptosChainOptions[]) {
    assert.throws(() => aptosChain(options), { code: 'OPTION_INVALID' });
  }
});
