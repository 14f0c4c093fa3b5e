import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { type Json, type JsonObject, optionalText, text } from '../json/json.ts';
import { isJsonNumber } from '../json/lossless-json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AccountOn, type AccountsOption, accountsOf } from './kit/accounts.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { scalarText } from './kit/places.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { otherEvent, transfersOf, wordIn } from './kit/readings.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';
import { compactJson } from './kit/signed-bytes.ts';
import { hasOtherNumbers } from './kit/signed-content.ts';

/** Options of `plisio`. */
export interface PlisioOptions extends NamedAssetsOptions, AccountsOption {}

// https://plisio.net/documentation, with `json=true` in the callback URL: the members without `verify_hash`, as they came, or
// sorted and as texts.
const scheme: Scheme = {
  algorithm: 'hmac-sha1',
  signature: { bodyField: 'verify_hash' },
  signed: [{ from: asItCame }],
  alsoSigned: [[{ from: sortedAsTexts }], [{ from: sortedAsScriptTexts }]],
  content: readableContent,
};

const knownAssets = {
  BTC: 'bitcoin',
  BCH: 'bitcoin-cash',
  LTC: 'litecoin',
  DOGE: 'dogecoin',
  ETH: 'ethereum',
  ETC: 'etc',
  TRX: 'tron',
  USDT_TRX: 'tron/USDT',
  USDT_BSC: 'bsc/USDT',
} as const;

/** Receives Plisio invoices, as JSON. `secrets` are API secret keys. See `docs/providers/plisio.md`. */
export function plisio(options: PlisioOptions): Provider {
  assertOptions('plisio', options);
  const names = assetNames('plisio', options.assets, knownAssets);
  const accountOn = accountsOf('plisio', options.accounts);
  return declareProvider(
    {
      name: 'plisio',
      events: ['invoice'],
      scheme,
      read: (content) => readInvoice(content, names, accountOn),
      keyedBy: 'payment',
      names: names.alone,
      ownOptions: ['assets', 'accounts'],
    },
    options,
  );
}

function asItCame(request: SignedRequest): string | undefined {
  const members = signedMembers(request);
  return members === undefined || hasOtherNumbers(members) ? undefined : compactJson(members, false);
}

function signedMembers(request: SignedRequest): JsonObject | undefined {
  const { verify_hash: _, ...members } = request.fields() ?? {};
  return request.fields() && members;
}

function sortedAsTexts(request: SignedRequest): string | undefined {
  return sortedMembers(request, (value) => {
    const written = scalarText(value);
    return written ?? (hasOtherNumbers(value) ? undefined : value);
  });
}

// As Plisio's own library for Node makes texts: `null`, and lists joined by commas. An object would become `[object Object]`, and
// what stands in it would not be signed.
function sortedAsScriptTexts(request: SignedRequest): string | undefined {
  return sortedMembers(request, scriptText);
}

function sortedMembers(request: SignedRequest, textOf: (value: Json) => Json | undefined): string | undefined {
  const members = signedMembers(request);
  if (members === undefined) return undefined;
  const written: Record<string, Json> = {};
  for (const name of Object.keys(members).sort()) {
    const value = textOf(members[name] ?? null);
    if (value === undefined) return undefined;
    written[name] = value;
  }
  return compactJson(written, false);
}

function scriptText(value: Json): string | undefined {
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => (item === null ? '' : scriptText(item)));
    return items.includes(undefined) ? undefined : items.join(',');
  }
  if (typeof value === 'object' && value !== null) return isJsonNumber(value) ? value.text : undefined;
  return String(value);
}

// One content for all that may be signed alike: texts, whatever they were sent as, and nothing for null.
function readableContent(request: SignedRequest): Json | undefined {
  const members = signedMembers(request);
  if (members === undefined) return undefined;
  const texts = Object.entries(members).map(([name, value]) => [name, scriptText(value) ?? value] as const);
  return Object.fromEntries(texts.filter(([, value]) => value !== 'null'));
}

function readInvoice(callback: Json, names: AssetNames, accountOn: AccountOn): Reading {
  const type = optionalText(callback, 'ipn_type');
  if (type !== 'invoice') return otherEvent(type, /^(?:withdraw|cash_out|mass_cash_out)$/);
  const status = text(callback, 'status');
  const kind = wordIn(kinds, status);
  if (kind === undefined) return otherEvent(status, /^(?:new|expired|cancelled duplicate)$/);
  return transfersOf(readTransfer(callback, kind, names, accountOn));
}

// new, expired, cancelled duplicate (another invoice takes its place): nothing has arrived.
const kinds: Readonly<Record<string, Transfer['kind']>> = {
  pending: 'seen',
  'pending internal': 'seen',
  completed: 'confirmed',
  mismatch: 'confirmed',
  error: 'failed',
  cancelled: 'failed',
};

function readTransfer(callback: Json, kind: Transfer['kind'], names: AssetNames, accountOn: AccountOn): Transfer {
  const asset = names.named(optionalText(callback, 'psys_cid') ?? text(callback, 'currency'));
  // More arrived than was asked, and which of the two `amount` is then is not documented: for an operator.
  const isMismatch = text(callback, 'status') === 'mismatch';
  return present<Transfer>({
    kind,
    ...asset,
    amount: { decimal: text(callback, 'amount') },
    to: accountOn(asset.network),
    transaction: {},
    payment: text(callback, 'txn_id'),
    evidence: present<Evidence>({
      category: 'transfer',
      direction: 'in',
      delivered: isMismatch ? null : undefined,
      differences: isMismatch ? ['overpaid'] : undefined,
    }),
  });
}
