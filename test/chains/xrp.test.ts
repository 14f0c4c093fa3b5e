import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { ChainClaim, ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { type XrpChainOptions, xrpChain } from '../../lib/chains/xrp.ts';
import {
  errors,
  ledgerAnswer,
  mainnet,
  payment,
  questions,
  recorded,
  type Transaction,
  transaction,
  transactionAnswer,
  usd,
  xrp,
  xrpServer,
} from './xrp/recorded.ts';

// Answers of real servers, from test/fixtures/nodes/xrp.json, and what is made of them to lie.

const height = 100_972_465;
const recipient = 'rNNuQMuExCiEjeZ4h9JJnj5PSWypdMXDj4';
const token = { currency: 'USD', issuer: 'rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B' };
const assets = [{ asset: usd, decimals: 15 }];

const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);

async function check(
  url: string,
  transactionId: string,
  options: Partial<XrpChainOptions> = {},
  claimed: readonly string[] = [xrp, usd],
): Promise<ChainVerdict> {
  const claims = claimed.map((asset): ChainClaim => ({ asset, to: recipient, amount: 1n }));
  return xrpChain({ network: mainnet, url, assets, ...options }).check({ transactionId, claims });
}

async function mined(...args: Parameters<typeof check>): Promise<MinedVerdict> {
  const verdict = await check(...args);
  assert.equal(verdict.status, 'mined', reasonOf(verdict));
  return verdict as MinedVerdict;
}

/** What a transaction delivered, and of which assets the server cannot say. */
async function delivered(
  t: Parameters<typeof xrpServer>[0],
  one: Transaction,
  options: Partial<XrpChainOptions> = {},
): Promise<unknown> {
  const { url } = await xrpServer(t, height, [one]);
  const { success, rows, unseen } = await mined(url, one.hash, options);
  return [success, rows.map(({ asset, to, amount, memo }) => [asset, to, amount, memo]), unseen];
}

test('a payment of XRP is read from a validated ledger, with its tag, and asked for to the letter', async (t) => {
  const paid = payment('25000000', { DestinationTag: 4_294_967_295 });
  const server = await xrpServer(t, height, [paid]);
  const verdict = await mined(server.url, paid.hash);
  assert.deepEqual(verdict.block, {
    number: BigInt(height),
    hash: '9DAAAE85FC0D64E95506608FDB48E8B77706EF64FF144F18EEBC2FC4366D9B20',
  });
  assert.deepEqual([verdict.success, verdict.confirmations, verdict.finalized, verdict.unseen], [true, 3, true, []]);
  assert.deepEqual(verdict.rows, [
    {
      ...{ asset: xrp, from: 'rGFuMiw48HdbnrUbkRYuitXTmfrDBNTCnX', to: recipient, memo: '4294967295' },
      ...{ amount: 25_000_000n, delivered: true, position: 'native' },
    },
  ]);
  assert.deepEqual(server.asked, [
    questions.info,
    questions.transaction(paid.hash),
    questions.header(height),
    questions.head,
  ]);
});

test('what a partial payment delivered counts, never its Amount', async (t) => {
  const { transaction: partial } = recorded().partialPayment;
  assert.deepEqual(await delivered(t, partial), [true, [[usd, recipient, 9_980_039_920_159_681n, undefined]], []]);
  const drops = payment('1', { DeliverMax: '900000000000', Flags: 131_072 });
  assert.deepEqual(await delivered(t, drops), [true, [[xrp, recipient, 1n, undefined]], []]);
  // As versions of the ledger from before 2014, or a gateway that leaves it out.
  for (const amount of ['900000000000', { ...token, value: '9' }]) {
    const asset = typeof amount === 'string' ? xrp : usd;
    const unavailable = payment(amount, {}, { delivered_amount: 'unavailable' });
    assert.deepEqual(await delivered(t, unavailable), [true, [], [asset]]);
    const missing = payment(amount, { Amount: amount }, { delivered_amount: undefined });
    assert.deepEqual(await delivered(t, missing), [true, [], [asset]]);
  }
});

test('only tesSUCCESS delivers, whatever else stands in the metadata', async (t) => {
  for (const TransactionResult of ['tecPATH_DRY', 'tecDST_TAG_NEEDED', 'tecUNFUNDED_PAYMENT', 'tesSUCCESS2']) {
    const failed = payment('25000000', {}, { TransactionResult });
    assert.deepEqual(await delivered(t, failed), [false, [], []]);
  }
});

test('an escrow, a check, a channel and a deleted account deliver too', async (t) => {
  const { transaction: escrow } = recorded().escrowFinish;
  const finished = [true, [[xrp, 'rf1BiGeXwwQoi8Z2ueFYTEXSwuJYfV2Jpn', 100_000n, undefined]], []];
  assert.deepEqual(await delivered(t, escrow), finished);
  const escrowOf = (Amount: unknown): Transaction => {
    const FinalFields = { Account: recipient, Destination: recipient, DestinationTag: 23_480, Amount };
    const AffectedNodes = [{ DeletedNode: { LedgerEntryType: 'Escrow', FinalFields } }];
    return transaction('EscrowFinish', {}, { AffectedNodes });
  };
  assert.deepEqual(await delivered(t, escrowOf('10000')), [true, [[xrp, recipient, 10_000n, '23480']], []]);
  // Of a token, its issuer may keep a part.
  assert.deepEqual(await delivered(t, escrowOf({ ...token, value: '5' })), [true, [], [usd]]);

  const { transaction: check } = recorded().checkCash;
  const casher = 'rGPnRH1EBpHeTF2QG8DCAgM7z5pb75LAis';
  assert.deepEqual(await delivered(t, check), [true, [], [xrp]]);
  check.meta.delivered_amount = '100000000';
  assert.deepEqual(await delivered(t, check), [true, [[xrp, casher, 100_000_000n, '1']], []]);

  const channel = (kind: string, before: string | undefined): Transaction => {
    const FinalFields = {
      ...{ Account: 'rBqb89MRQJnMPq8wTwEbtz4kvxrEDfcYvt', Destination: recipient, DestinationTag: 1_002_341 },
      ...{ Amount: '4325800', Balance: '2323423' },
    };
    const PreviousFields = before === undefined ? { Expiration: 1 } : { Balance: before };
    const AffectedNodes = [{ [kind]: { LedgerEntryType: 'PayChannel', FinalFields, PreviousFields } }];
    return transaction('PaymentChannelClaim', { Balance: '2323423' }, { AffectedNodes });
  };
  const claimed = [true, [[xrp, recipient, 2_323_422n, '1002341']], []];
  assert.deepEqual(await delivered(t, channel('ModifiedNode', '1')), claimed);
  assert.deepEqual(await delivered(t, channel('DeletedNode', '1')), claimed);
  assert.deepEqual(await delivered(t, channel('DeletedNode', undefined)), [true, [], []]);

  const deleted = transaction(
    'AccountDelete',
    { Destination: recipient, DestinationTag: 13 },
    { DeliveredAmount: '19999999' },
  );
  assert.deepEqual(await delivered(t, deleted), [true, [[xrp, recipient, 19_999_999n, '13']], []]);
});

test('of a transaction whose type is not read, nothing is confirmed and nothing denied', async (t) => {
  assert.deepEqual(await delivered(t, transaction('NFTokenAcceptOffer', {})), [true, [], [xrp, usd]]);
  assert.deepEqual(await delivered(t, transaction('TrustSet', {})), [true, [], []]);
  const trade = transaction('OfferCreate', {}, { TransactionResult: 'tecKILLED' });
  assert.deepEqual(await delivered(t, trade), [false, [], []]);
});

test('a token is its code and issuer, in the decimals of the list, and is never rounded', async (t) => {
  const rlusd = '524C555344000000000000000000000000000000';
  const issuer = 'rMxCKbEDwqr76QuheSUMdEGf4B9xJ8m5De';
  const asset = `${mainnet}/token:${rlusd}.${issuer}`;
  const listed = { assets: [...assets, { asset: `${mainnet}/token:RLUSD.${issuer}`, decimals: 6 }] };
  const paid = (value: string, of: object = { currency: rlusd, issuer }): Transaction => payment({ ...of, value });
  assert.deepEqual(await delivered(t, paid('1234.56'), listed), [
    true,
    [[asset, recipient, 1_234_560_000n, undefined]],
    [],
  ]);
  const row = (units: bigint): unknown => [true, [[asset, recipient, units, undefined]], []];
  assert.deepEqual(await delivered(t, paid('1e-6'), listed), row(1n));
  assert.deepEqual(await delivered(t, paid('9999999999999999e80'), listed), [true, [], [asset]]);
  assert.deepEqual(await delivered(t, paid('0.0000001'), listed), [true, [], [asset]]);
  // Of another issuer, and of one that nobody listed.
  const other = { currency: 'USD', issuer };
  const unlisted = [true, [], [`${mainnet}/token:USD.${issuer}`]];
  assert.deepEqual(await delivered(t, paid('5', other), listed), unlisted);
  assert.deepEqual(await delivered(t, payment({ mpt_issuance_id: '00'.repeat(24), value: '5' })), [true, [], []]);
});

test('a transaction that is in no validated ledger is pending, absent, or beyond what the server keeps', async (t) => {
  const paid = payment('25000000');
  const server = await xrpServer(t, height, []);
  const question = questions.transaction(paid.hash);
  server.script[question] = transactionAnswer(paid, height, false);
  assert.equal(reasonOf(await check(server.url, paid.hash)), 'pending');
  server.script[question] = errors.noTransaction;
  assert.equal(reasonOf(await check(server.url, paid.hash)), 'absent');

  const keeps = (complete_ledgers: string): void => {
    const { result } = recorded().serverInfo;
    server.script[questions.info] = JSON.stringify({ ...result, info: { ...result.info, complete_ledgers } });
  };
  const named = (number: number): Promise<ChainVerdict> =>
    xrpChain({ network: mainnet, url: server.url }).check({
      transactionId: paid.hash,
      blocks: [{ number: BigInt(number), hash: '00'.repeat(32) }],
    });
  server.script[questions.header(height - 50)] = errors.noLedger;
  keeps(`${height - 10}-${height},${height + 2}`);
  assert.match(
    reasonOf(await check(server.url, paid.hash)),
    /keeps 100972455-100972465, 100972467-100972467; ask one with a longer history/,
  );
  assert.equal(reasonOf(await named(height)), 'absent');
  assert.match(reasonOf(await named(height - 50)), /ask one with a longer history/);
  keeps('empty');
  assert.match(reasonOf(await check(server.url, paid.hash)), /keeps none/);
});

test('a gap in the ledgers of a server stops reconcile there, and another server fills it', async (t) => {
  const paid = payment('25000000');
  const gap = await xrpServer(t, height, [paid]);
  const whole = await xrpServer(t, height, [paid]);
  for (const question of [questions.ledger(height), questions.header(height)]) gap.script[question] = errors.noLedger;
  const range = { fromBlock: BigInt(height), toBlock: BigInt(height), isOurs: () => true };
  const read = async (urls: readonly string[]): Promise<number[]> => {
    const counts: number[] = [];
    const blocks = xrpChain({ network: mainnet, urls }).transfersTo?.(range) ?? [];
    for await (const { transfers } of blocks) counts.push(transfers.length);
    return counts;
  };
  await assert.rejects(read([gap.url]), /The node has no block 100972465 of xrpl:0/);
  assert.deepEqual(await read([gap.url, whole.url]), [1]);
  // A ledger that is not validated is none.
  gap.script[questions.ledger(height)] = ledgerAnswer(height, [paid]).replace('"validated":true', '"validated":false');
  await assert.rejects(read([gap.url]), /The node has no block/);
});

test('an amount that cannot be told stops reconcile, unless the token is not listed or not for us', async (t) => {
  const precise = payment({ ...token, value: '0.0000000000000001' });
  const unlisted = payment({ ...token, issuer: recipient, value: '1' });
  const search = async (held: Transaction, isOurs: () => boolean): Promise<void> => {
    const { url } = await xrpServer(t, height, [held]);
    const range = { fromBlock: BigInt(height), toBlock: BigInt(height), isOurs };
    for await (const _ of xrpChain({ network: mainnet, url, assets }).transfersTo?.(range) ?? []);
  };
  await assert.rejects(
    search(precise, () => true),
    new RegExp(`Transaction ${precise.hash} delivered ${usd}, .* credit it by hand`),
  );
  await search(precise, () => false);
  await search(unlisted, () => true);
});

test('a server of another network, or one that does not say which, is refused', async (t) => {
  const paid = payment('25000000');
  for (const network_id of [1, 2, undefined]) {
    const server = await xrpServer(t, height, [paid]);
    const { result } = recorded().serverInfo;
    server.script[questions.info] = JSON.stringify({ ...result, info: { ...result.info, network_id } });
    const wanted = network_id === undefined ? /set \[network_id\]/ : /serves xrpl:[12], not XRP Ledger \(xrpl:0\)/;
    assert.match(reasonOf(await check(server.url, paid.hash)), wanted);
    assert.deepEqual(server.asked, [questions.info]);
  }
});

test('errors of the server, and answers about something else, prove nothing and hold no secret', async (t) => {
  const paid = payment('25000000');
  const wrong: [question: string, answer: string, reason: RegExp][] = [
    [questions.transaction(paid.hash), '{"error":"amendmentBlocked"}', /refused tx with the error amendmentBlocked/],
    [questions.transaction(paid.hash), transactionAnswer(payment('9'), height), /not that of an XRP Ledger server/],
    [questions.header(height), ledgerAnswer(height + 2), /not that of an XRP Ledger server/],
    [questions.head, '{"error":"noNetwork"}', /refused ledger with the error noNetwork/],
    [questions.header(height), errors.noLedger, /the chain changed during the check/],
  ];
  for (const [question, answer, reason] of wrong) {
    const server = await xrpServer(t, height, [paid]);
    server.script[question] = answer;
    assert.match(reasonOf(await check(server.url, paid.hash)), reason);
  }
  const away = await check('http://wallet:s3cret-key@127.0.0.1:9/s3cret-key', paid.hash);
  assert.doesNotMatch(inspect(away, { depth: 9 }), /s3cret/);
});

test('options that cannot be understood are refused', () => {
  const url = 'http://127.0.0.1:5005';
  for (const options of [
    { network: mainnet },
    { network: 'eip155:1', url },
    { network: mainnet, url, urls: [url] },
    { network: mainnet, urls: [] },
    { network: mainnet, url, quorum: 2 },
    { network: mainnet, url, assets: [{ asset: 'USD', decimals: 6 }] },
    { network: mainnet, url, assets: [{ asset: `${mainnet}/token:USD`, decimals: 6 }] },
    { network: mainnet, url, assets: [{ asset: usd, decimals: 1.5 }] },
  ] satisfies XrpChainOptions[]) {
    assert.throws(() => xrpChain(options), { code: 'OPTION_INVALID' });
  }
  // Those of other networks stand in the same list of the policy.
  assert.ok(
    xrpChain({ network: mainnet, url, assets: [{ asset: 'eip155:1/slip44:60', decimals: 18 }, ...assets] }),
    'passed over',
  );
});
