import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { type SolanaChainOptions, solanaChain } from '../../lib/chains/solana.ts';
import { type Script, scriptedNode } from './scripted-node.ts';

// Answers of real nodes of Solana's mainnet; test/fixtures/chains/solana/README.md names where they are from.
const recorded = (name: string): string =>
  JSON.stringify(
    JSON.parse(readFileSync(new URL(`../fixtures/chains/solana/${name}.json`, import.meta.url), 'utf8')) as unknown,
  );

const mainnet = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp';
const sol = `${mainnet}/slip44:501`;
const usdc = `${mainnet}/token:EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v`;
const genesis = '"5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"';
const signature = '2aoWC4uMT9zznC5m3ALE45Rb9YtmD6sNCabSgz4vACC9fKmwjaTooKVsn7mgoJ2Er3pa2xi8rbLcPzogNVwV5KSv';
const hash = 'BtsuV8ZmKsjxYH6MpyrkCzHZKrjXcZ3yZJhHt8TLFiCi';
const above = '9xWSgdL1GkwydD5uHX2WwKFSC9U2mqZiSXe4LSCa9ciR';

const finalized = '{"commitment":"finalized"}';
const blockAt = (slot: number, details: string): string =>
  `getBlock [${slot},{"commitment":"finalized","encoding":"json","transactionDetails":"${details}","rewards":false,"maxSupportedTransactionVersion":1}]`;
const question = (id: string): string =>
  `getTransaction ["${id}",{"commitment":"finalized","encoding":"json","maxSupportedTransactionVersion":1}]`;
const header = (of: string, parentSlot: number, more = ''): string =>
  `{"blockHeight":null,"blockTime":1744942223,"blockhash":"${of}","parentSlot":${parentSlot},"previousBlockhash":"${above}"${more}}`;

const answers: Script = {
  'getGenesisHash []': genesis,
  [question(signature)]: recorded('334182963-lookup-table'),
  [blockAt(334_182_963, 'none')]: header(hash, 334_182_962),
  [`getSlot [${finalized}]`]: '334182970',
  [blockAt(334_182_970, 'none')]: header(above, 334_182_969),
};
const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);

describe('a node of Solana', () => {
  it('reports a bridge that pays through a lookup table and inner instructions', async (t) => {
    const node = await scriptedNode(t, answers);
    const chain = solanaChain({ network: mainnet, url: node.url });
    const verdict = (await chain.check({ transactionId: signature })) as MinedVerdict;
    assert.deepEqual(verdict, {
      status: 'mined',
      block: { number: 334_182_963n, hash },
      confirmations: 32,
      finalized: true,
      success: true,
      removed: [],
      unseen: [],
      rows: [
        {
          asset: sol,
          from: '41fkvu8LhJDqkF325GTz6HuQRvZmCXVtYoYWPZeVCdux',
          to: '3RY3ngufsn1aPSWE46Ga7sX5pZi2KPCvZG5uGS6TFLZJ',
          amount: 2_460_497n,
          position: 'balance',
        },
        {
          asset: usdc,
          to: '3CznQLcJWpyNKrYyq7qCvZsHn19csgB8g5wvisx4us47',
          amount: 4_608_152_451n,
          position: 'balance',
        },
      ],
    });
    assert.deepEqual([...node.asked].sort(), [...Object.keys(answers), `getSlot [${finalized}]`].sort());
  });

  it('reports USDC in a block, of which only the accounts and their balances are asked', async (t) => {
    const block = header(hash, 419_685_245, `,"transactions":[${recorded('419685246-usdc')}]`);
    const node = await scriptedNode(t, { ...answers, [blockAt(419_685_246, 'accounts')]: block });
    const chain = solanaChain({ network: mainnet, url: node.url });
    const found = [];
    const query = { fromBlock: 419_685_246n, toBlock: 419_685_246n, isOurs: () => true };
    for await (const one of chain.transfersTo?.(query) ?? []) found.push(one);
    assert.deepEqual(found, [
      {
        block: { number: 419_685_246n, hash },
        parentHash: above,
        transfers: [
          {
            transactionId: '4LXpF3MCdp69iFmD27Sn812UNpqFPHM4qXH7Y12E964p9GHXvwMe1XEmyasogVT2N4XEctdQQLf1sHY6Gvsa5sFX',
            success: true,
            asset: usdc,
            from: '3V9bd3EN5aNuhE4RiHGbZ1eZakJ1F9cDb8V4YLjCG8cg',
            to: 'B2v68t8MXb9zUms1VQKuCcvjrjKDK6fLd8ZngqmBGy1M',
            amount: 3_800_000n,
            position: 'balance',
          },
        ],
      },
    ]);
  });

  it('that has no block says so in several ways, and each is put to the proof', async (t) => {
    const slot = 334_182_964;
    const gone = { number: BigInt(slot), hash: above };
    for (const [code, message] of [
      [-32_001, `Block ${slot} cleaned up, does not exist on node. First available block: 334182900`],
      [-32_004, `Block not available for slot ${slot}`],
      [-32_007, `Slot ${slot} was skipped, or missing due to ledger jump to recent snapshot`],
      [-32_009, `Slot ${slot} was skipped, or missing in long-term storage`],
      [-32_014, `Block status not yet available for slot ${slot}`],
      [0, 'null'],
    ] as const) {
      for (const [parent, removed] of [
        [slot - 1, [above]],
        [slot, []],
      ] as const) {
        const node = await scriptedNode(t, {
          ...answers,
          [blockAt(slot, 'none')]: code === 0 ? message : { code, message },
          [`getBlocksWithLimit [${slot},1,${finalized}]`]: `[${slot + 2}]`,
          [blockAt(slot + 2, 'none')]: header(hash, parent),
        });
        const chain = solanaChain({ network: mainnet, url: node.url });
        assert.deepEqual(await chain.gone?.([gone]), removed, message);
      }
    }
  });

  it('that cannot say it is not taken for one that denies', async (t) => {
    const block = blockAt(334_182_963, 'none');
    for (const [change, reason] of [
      [
        { [question(signature)]: { code: -32_015, message: 'Transaction version (2) is not supported' } },
        /refused getTransaction with error -32015: Transaction version \(2\) is not supported/,
      ],
      [
        { [question(signature)]: { code: -32_011, message: 'Transaction history is not available from this node' } },
        /refused getTransaction with error -32011/,
      ],
      [
        { [block]: { code: -32_019, message: 'Failed to query long-term storage' } },
        /refused getBlock with error -32019/,
      ],
      [{ [block]: { code: -32_001, message: 'cleaned up' } }, /the chain changed during the check/],
      [{ [question(signature)]: '{"slot":334182963}' }, /getTransaction is not that of a Solana node/],
      [{ 'getGenesisHash []': '"EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"' }, /serves another cluster/],
    ] as const satisfies readonly (readonly [Script, RegExp])[]) {
      const node = await scriptedNode(t, { ...answers, ...change });
      const chain = solanaChain({ network: mainnet, url: node.url });
      assert.match(reasonOf(await chain.check({ transactionId: signature })), reason);
    }
  });

  it('whose balances do not add up is not believed', async (t) => {
    const text = recorded('334182963-lookup-table');
    for (const [from, to] of [
      // An account without a balance; an owner who is not named; an amount that is no integer.
      ['"preBalances":[3746763649,', '"preBalances":['],
      ['"owner":"3CznQLcJWpyNKrYyq7qCvZsHn19csgB8g5wvisx4us47",', ''],
      ['"amount":"4608152451"', '"amount":"4608.15"'],
      ['"amount":"4608152451"', '"amount":"-4608152451"'],
      ['"err":null,', ''],
      ['"preTokenBalances":', '"preTokens":'],
      ['"readonly":["11111111111111111111111111111111",', '"readonly":['],
    ] as const) {
      assert.ok(text.includes(from), `The record has no ${from}`);
      const node = await scriptedNode(t, { ...answers, [question(signature)]: text.replace(from, to) });
      const chain = solanaChain({ network: mainnet, url: node.url });
      const verdict = await chain.check({ transactionId: signature });
      assert.match(reasonOf(verdict), /getTransaction is not that of a Solana node/, to);
    }
  });

  it('stops a reconcile at a block that it cannot give', async (t) => {
    const refused = { code: -32_015, message: 'Transaction version (2) is not supported by the requesting client' };
    const node = await scriptedNode(t, { ...answers, [blockAt(334_182_963, 'accounts')]: refused });
    const chain = solanaChain({ network: mainnet, url: node.url });
    const query = { fromBlock: 334_182_963n, toBlock: 334_182_963n, isOurs: () => true };
    await assert.rejects(async () => {
      for await (const _ of chain.transfersTo?.(query) ?? []) assert.fail('It was passed over');
    }, /refused getBlock with error -32015/);
  });

  it('keeps its URL, and the key in it, to itself', async () => {
    const urls = ['http://wallet:s3cret@127.0.0.1:9/v1/s3cret?api-key=s3cret', 'http://127.0.0.1:9/s3cret'];
    const away = solanaChain({ network: mainnet, urls });
    await assert.rejects(away.head(), (error) => {
      assert.match(inspect(error), /ECONNREFUSED/);
      assert.doesNotMatch(inspect(error, { depth: 9 }), /s3cret|wallet/);
      return true;
    });
    assert.doesNotMatch(reasonOf(await away.check({ transactionId: signature })), /s3cret|wallet/);
  });
});

it('several nodes of Solana must agree, and one that is behind or lies credits nothing', async (t) => {
  const honest = await scriptedNode(t, answers);
  const other = await scriptedNode(t, answers);
  const liar = await scriptedNode(t, {
    ...answers,
    [question(signature)]: recorded('334182963-lookup-table').replace('"4608152451"', '"9608152451"'),
  });
  const over = (urls: string[]) => solanaChain({ network: mainnet, urls, quorum: 2 });
  const verdict = (await over([liar.url, honest.url, other.url]).check({ transactionId: signature })) as MinedVerdict;
  assert.deepEqual([verdict.status, verdict.rows[1]?.amount], ['mined', 4_608_152_451n]);
  const doubt = await over([honest.url, liar.url]).check({ transactionId: signature });
  assert.match(reasonOf(doubt), /1 of 2 nodes agree; 2 are required/);
});

it('options of solanaChain that cannot be understood are refused', () => {
  const url = 'http://127.0.0.1:8899';
  const network = mainnet;
  for (const options of [
    { network },
    { network: 'eip155:1', url },
    { network: 'solana:11111111111111111111111111111111', url },
    { network, url: 'ws://node' },
    { network, url, urls: [url] },
    { network, urls: [] },
    { network, url, quorum: 2 },
  ] satisfies SolanaChainOptions[]) {
    assert.throws(() => solanaChain(options), { code: 'OPTION_INVALID' });
  }
});
