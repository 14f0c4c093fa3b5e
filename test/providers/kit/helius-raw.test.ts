import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from '../../../lib/json/json.ts';
import { readEnhancedTransaction } from '../../../lib/providers/kit/helius-enhanced.ts';
import { readRawTransaction } from '../../../lib/providers/kit/helius-raw.ts';
import type { Rows } from '../../../lib/providers/kit/rows.ts';

const solana = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp';
const usdc = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
const signature = '5nNtjezQMYBHvgSQmoRmJPiXGsPAWmJPoGSa64xanqrauogiVzFyGQhKeFataHGXq51jR2hjbzNTkPUpP787HAmL';
const [hot, user, stranger, first, second] = [
  'M2mx93ekt1fmXSVkTrUL9xVFHkmME8HTUi5Cyc5aF7K',
  'FXvStt8aeQHMGKDgqaQ2HXWfJsXnqiKSoBEpHJahkuD',
  'CKs1E69a2e9TmH4mKKLrXFF8kD3ZnwKjoEuXa6sz9WqX',
  'DTYuh7gAGGZg2okM7hdFfU1yMY9LUemCiPyD5Z5GCs6Z',
  '25DTUAd1roBFoUQaxJQByL6Qy2cKQCBp4bK9sgfy9UiM',
];

interface Balance {
  account: string;
  owner: string;
  amount: string;
}

/** A transaction as a node tells it: lamports of each account before and after, and what its token accounts hold. */
function raw(lamports: Readonly<Record<string, readonly [number, number]>>, before: Balance[], after: Balance[]): Rows {
  const accountKeys = Object.keys(lamports);
  const tokens = (list: Balance[]): object[] =>
    list.map(({ account, owner, amount }) => ({
      accountIndex: accountKeys.indexOf(account),
      mint: usdc,
      owner,
      uiTokenAmount: { amount, decimals: 6 },
    }));
  const meta = {
    err: null,
    fee: 5000,
    preBalances: Object.values(lamports).map(([had]) => had),
    postBalances: Object.values(lamports).map(([, has]) => has),
    preTokenBalances: tokens(before),
    postTokenBalances: tokens(after),
  };
  const body = { slot: 171942732, meta, transaction: { signatures: [signature], message: { accountKeys } } };
  return readRawTransaction(parseJson(Buffer.from(JSON.stringify(body))), solana);
}

function told({ transfers, unreadable }: Rows): readonly string[] {
  const rows = transfers.map(
    ({ amount, to, from }) => `${'units' in amount ? amount.units : ''} to ${to} from ${from}`,
  );
  return [...rows, ...unreadable.map(({ reason }) => reason)];
}

test('Rent that our own sweep gets back is not credited', () => {
  const swept = raw(
    { [user]: [10_000_000, 10_000_000 + 2_039_280 - 5000], [first]: [2_039_280, 0], [second]: [2_039_280, 2_039_280] },
    [
      { account: first, owner: user, amount: '100000000' },
      { account: second, owner: hot, amount: '0' },
    ],
    [{ account: second, owner: hot, amount: '100000000' }],
  );
  assert.deepEqual(told(swept), [`100000000 to ${hot} from ${user}`]);
});

test('Rent that goes to another wallet of ours names the owner of the closed account as its sender', () => {
  const swept = raw(
    { [hot]: [10_000_000, 10_000_000 + 2_039_280 - 5000], [user]: [1_000, 1_000], [first]: [2_039_280, 0] },
    [{ account: first, owner: user, amount: '0' }],
    [],
  );
  assert.deepEqual(told(swept), [`2039280 to ${hot} from ${user}`]);
});

test('What moves between two token accounts of one owner is not credited', () => {
  const moved = raw(
    { [user]: [10_000_000, 10_000_000 - 5000], [first]: [2_039_280, 2_039_280], [second]: [2_039_280, 2_039_280] },
    [
      { account: first, owner: user, amount: '100000000' },
      { account: second, owner: user, amount: '0' },
    ],
    [
      { account: first, owner: user, amount: '0' },
      { account: second, owner: user, amount: '100000000' },
    ],
  );
  assert.deepEqual(told(moved), []);
});

test('The one who holds less is named as the sender, and the fee makes nobody one', () => {
  const paid = raw({ [stranger]: [10_000_000, 8_000_000], [user]: [0, 2_000_000], [hot]: [7_000, 2_000] }, [], []);
  assert.deepEqual(told(paid), [`2000000 to ${user} from undefined`]);
  const alone = raw({ [stranger]: [10_005_000, 8_000_000], [user]: [0, 2_000_000] }, [], []);
  assert.deepEqual(told(alone), [`2000000 to ${user} from ${stranger}`]);
});

test('A token account that changes hands is kept for an operator, not credited', () => {
  const given = raw(
    { [stranger]: [10_000_000, 10_000_000 - 5000], [first]: [2_039_280, 2_039_280] },
    [{ account: first, owner: stranger, amount: '100000000' }],
    [{ account: first, owner: user, amount: '100000000' }],
  );
  assert.deepEqual(told(given), ['A token account changed hands, which is not a transfer']);
});

test('A balance before the transaction that cannot be read makes no gain of what was there already', () => {
  const odd = raw(
    { [stranger]: [10_000_000, 10_000_000 - 5000], [first]: [2_039_280, 2_039_280] },
    [{ account: first, owner: user, amount: 'many' }],
    [{ account: first, owner: user, amount: '100000000' }],
  );
  assert.deepEqual(told(odd), ['A token amount of the body is not an integer']);
});

test('Enhanced bodies are counted by owner too: userAccount "" and a mint that is none cost no other row', () => {
  const change = (userAccount: string, tokenAmount: string, mint = usdc): object => ({
    mint,
    userAccount,
    tokenAccount: first,
    rawTokenAmount: { tokenAmount, decimals: 6 },
  });
  const body = {
    signature,
    slot: 171942732,
    nativeTransfers: [
      { fromUserAccount: user, toUserAccount: user, amount: 7 },
      { fromUserAccount: stranger, toUserAccount: user, amount: 9 },
    ],
    accountData: [
      { tokenBalanceChanges: [change(user, '-5'), change(user, '5')] },
      {
        tokenBalanceChanges: [
          change('', '5', 'So11111111111111111111111111111111111111112'),
          change(user, '1', 'none'),
        ],
      },
      { tokenBalanceChanges: [change(hot, '6'), change(stranger, '-6')] },
    ],
    tokenTransfers: [],
  };
  const read = readEnhancedTransaction(parseJson(Buffer.from(JSON.stringify(body))), solana);
  assert.deepEqual(told(read), [
    `9 to ${user} from ${stranger}`,
    `6 to ${hot} from ${stranger}`,
    'The field userAccount of the body is not a string',
    'The contract of a token is not an address of its network',
  ]);
});
