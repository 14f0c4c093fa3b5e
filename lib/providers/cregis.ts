import type { Transfer } from '../deposits/transfer.ts';
import { integer, type Json, member, numberText, optionalNumberText, optionalText } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { ifReadable } from './kit/claims.ts';
import { assetByCoinType, type CoinTypesOptions } from './kit/coin-types.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { contentOf, type FieldShape, isCutOneWay, type NameValue } from './kit/name-values.ts';
import { scalarText } from './kit/places.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { transfersOf, unknown, wordIn } from './kit/readings.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';

// https://developer.cregis.com/api-reference/signature: md5 of the key and of each name and value, sorted by name.
const scheme: Scheme = {
  algorithm: 'md5',
  signature: { bodyField: 'sign' },
  signed: ['secret', { from: namesAndValues }],
  content: readableContent,
};

/** Receives Cregis WaaS deposits. `secrets` are API keys. See `docs/providers/cregis.md`. */
export function cregis(options: CoinTypesOptions): Provider {
  assertOptions('cregis', options);
  return declareProvider(
    {
      name: 'cregis',
      scheme,
      read: (content) => readCregis(content, options.networks),
      events: ['address deposit', 'payout', 'withdrawal'],
      answer: () => accepted,
      reportsMemos: true,
      ownOptions: ['networks'],
    },
    options,
  );
}

const accepted = { status: 200, body: 'success' } as const;

// Empty ones are left out. How a nested value is signed is not documented: such a body does not verify.
function namesAndValues(request: SignedRequest): string | undefined {
  return pairsOf(request)?.flat().join('');
}

function pairsOf(request: SignedRequest): readonly NameValue[] | undefined {
  const fields = request.fields();
  if (fields === undefined) return undefined;
  const pairs: NameValue[] = [];
  for (const name of Object.keys(fields).sort()) {
    if (name === 'sign' || fields[name] === null || fields[name] === '') continue;
    const value = scalarText(fields[name]);
    if (value === undefined) return undefined;
    pairs.push([name, value]);
  }
  return pairs;
}

// The fields of deposits and payouts, in the order in which they are signed
// (https://apifox.com/apidoc/shared/31f77b03-7fd6-4b95-b008-f709a1c84cdb, 2026-11).
const number = /^\d+$/;
const word = /^[^\s]+$/;
const anything = /^[\s\S]+$/;
// Without small letters, so that it cannot take in the name of a field that may be absent.
const symbol = /^[^a-z\s]+$/;
const beforeNames: readonly FieldShape[] = [
  { name: 'amount', value: /^[\d.,-]+$/ },
  { name: 'block_height', value: number, isOptional: true },
  { name: 'block_time', value: number, isOptional: true },
  { name: 'chain_id', value: word },
  { name: 'cid', value: number },
  { name: 'currency', value: symbol },
];
const afterNames: readonly FieldShape[] = [
  { name: 'memo', value: anything, isOptional: true },
  { name: 'nonce', value: word },
  { name: 'pid', value: number },
  { name: 'remark', value: anything, isOptional: true },
  { name: 'status', value: number },
  { name: 'third_party_id', value: anything, isOptional: true },
  { name: 'timestamp', value: number },
];
const lastNames: readonly FieldShape[] = [
  { name: 'token_id', value: word },
  { name: 'txid', value: word },
];
/** A deposit or an older payout, and a withdrawal. */
const layouts: readonly (readonly FieldShape[])[] = [
  [{ name: 'address', value: word }, ...beforeNames, ...afterNames, ...lastNames],
  [
    ...beforeNames,
    { name: 'from_address', value: word },
    ...afterNames,
    { name: 'to_address', value: word },
    ...lastNames,
  ],
];

function readableContent(request: SignedRequest): Json | undefined {
  const pairs = pairsOf(request);
  if (pairs === undefined) return undefined;
  const content = contentOf(pairs);
  // Without a transaction nothing is read.
  if (content.txid === undefined || content.chain_id === undefined) return {};
  return isCutOneWay(pairs.flat().join(''), layouts) ? content : undefined;
}

function readCregis(callback: Json, networks: CoinTypesOptions['networks']): Reading {
  const coin = optionalNumberText(callback, 'chain_id');
  const txid = optionalText(callback, 'txid');
  if (coin === undefined || txid === undefined) return unknown('a body without txid and chain_id');
  const number = ifReadable(() => optionalNumberText(callback, 'block_height'));
  const id = ifReadable(() => optionalNumberText(callback, 'cid'));
  const status = integer(callback, 'status');
  return transfersOf(
    present<Transfer>({
      kind: wordIn(kinds, String(status)) ?? 'seen',
      ...assetByCoinType(coin, numberText(callback, 'token_id'), networks),
      // In whole coins, unlike Udun's.
      amount: { decimal: optionalNumberText(callback, 'amount') ?? '' },
      from: ifReadable(() => optionalText(callback, 'from_address')),
      to: optionalText(callback, 'address') ?? optionalText(callback, 'to_address') ?? '',
      // A number in Cregis' own library, text in its documentation.
      memo: optionalNumberText(callback, 'memo') ?? null,
      transaction: present<Transfer['transaction']>({
        id: txid,
        position: id === undefined ? undefined : `transfer:${id}`,
        block: number === undefined ? undefined : { number },
      }),
      evidence: { category: 'transfer', direction: isPayout(callback, status) ? 'out' : 'in' },
    }),
  );
}

const kinds: Readonly<Record<string, Transfer['kind']>> = { 1: 'confirmed', 2: 'failed' };

// Payouts have members and states that deposits have not, and come to the same URL if one was set for both.
function isPayout(callback: Json, status: number): boolean {
  const isOfPayout = ['third_party_id', 'to_address'].some((name) => member(callback, name) !== undefined);
  return isOfPayout || !Object.hasOwn(kinds, String(status));
}
