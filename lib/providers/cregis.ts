import type { Transfer } from '../deposits/transfer.ts';
import { integer, type Json, member, optionalNumberText, optionalText, text } from '../json/json.ts';
import { present } from '../util/present.ts';
import { assetByCoinType, type CoinTypesOptions } from './kit/coin-types.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { fieldOf } from './kit/places.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { transfersOf, unknown } from './kit/readings.ts';
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
  if (optionalText(callback, 'chain_id') === undefined || optionalText(callback, 'txid') === undefined) return unknown;
  const number = optionalNumberText(callback, 'block_height');
  const id = optionalNumberText(callback, 'cid');
  // What a payout was asked by: it leaves us.
  const isOutgoing = member(callback, 'third_party_id') !== undefined;
  return transfersOf(
    present<Transfer>({
      kind: kinds[integer(callback, 'status')] ?? 'seen',
      ...assetByCoinType(text(callback, 'chain_id'), text(callback, 'token_id'), networks),
      // In whole coins, unlike Udun's.
      amount: { decimal: text(callback, 'amount') },
      to: text(callback, 'address'),
      memo: optionalText(callback, 'memo') ?? null,
      transaction: present<Transfer['transaction']>({
        id: text(callback, 'txid'),
        position: id === undefined ? undefined : `transfer:${id}`,
        block: number === undefined ? undefined : { number },
      }),
      evidence: { category: 'transfer', direction: isOutgoing ? 'out' : 'in' },
    }),
  );
}

const kinds: Readonly<Record<number, Transfer['kind']>> = { 1: 'confirmed', 2: 'failed' };
