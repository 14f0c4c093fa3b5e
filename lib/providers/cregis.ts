import type { Transfer } from '../deposits/transfer.ts';
import { integer, type Json, member, numberText, optionalNumberText, optionalText } from '../json/json.ts';
import { present } from '../util/present.ts';
import { ifReadable } from './kit/claims.ts';
import { assetByCoinType, type CoinTypesOptions } from './kit/coin-types.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { fieldOf } from './kit/places.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { transfersOf, unknown, wordIn } from './kit/readings.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';

// https://developer.cregis.com/api-reference/signature: md5 of the key and of each name and value, sorted by name.
const scheme: Scheme = {
  algorithm: 'md5',
  signature: { bodyField: 'sign' },
  signed: ['secret', { from: namesAndValues }],
};

/** Cregis WaaS deposits. Secrets are API keys. See `docs/providers/cregis.md`. */
export function cregis(options: CoinTypesOptions): Provider {
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
  const fields = request.fields();
  if (fields === undefined) return undefined;
  const signed = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== null && fields[name] !== '');
  const pairs = signed.sort().map((name) => [name, fieldOf(request, name)] as const);
  return pairs.some(([, value]) => value === undefined) ? undefined : pairs.flat().join('');
}

function readCregis(callback: Json, networks: CoinTypesOptions['networks']): Reading {
  const coin = optionalNumberText(callback, 'chain_id');
  const txid = optionalText(callback, 'txid');
  if (coin === undefined || txid === undefined) return unknown;
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

// Payouts have members and states that deposits have not, and come to the same URL where one was given for both.
function isPayout(callback: Json, status: number): boolean {
  const isOfPayout = ['third_party_id', 'to_address'].some((name) => member(callback, name) !== undefined);
  return isOfPayout || !Object.hasOwn(kinds, String(status));
}
