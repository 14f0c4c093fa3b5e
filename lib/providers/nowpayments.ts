import type { Evidence, Transfer } from '../deposits/transfer.ts';
import type { Json } from '../json/json.ts';
import { member, numberText, optionalNumberText, optionalText, text } from '../json/json.ts';
import { isJsonNumber } from '../json/lossless-json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { eventTime } from './kit/event-time.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { noDeposit, otherEvent, transfersOf, unknown, wordIn } from './kit/readings.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';
import { compactJson } from './kit/signed-bytes.ts';
import { asJavaScript } from './kit/signed-content.ts';

// https://documenter.getpostman.com/view/7907941: keys sorted at every depth, as the code samples do. The prose beside them sorts with
// a replacer, which leaves nested members unsigned; that reading is not taken.
const scheme: Scheme = {
  algorithm: 'hmac-sha512',
  signature: { header: 'x-nowpayments-sig' },
  signed: ['sortedBody'],
  // Its own code takes a list for an object, with indexes for keys.
  alsoSigned: [[{ from: listsAsObjects }]],
  content: (request) => indexesAsLists(asJavaScript(request.content())),
};

const knownAssets = {
  btc: 'bitcoin',
  ltc: 'litecoin',
  doge: 'dogecoin',
  eth: 'ethereum',
  trx: 'tron',
  sol: 'solana',
  usdterc20: 'ethereum/USDT',
  usdttrc20: 'tron/USDT',
  usdtbsc: 'bsc/USDT',
  usdtsol: 'solana/USDT',
  usdtmatic: 'polygon/USDT',
  usdcsol: 'solana/USDC',
  usdcbsc: 'bsc/USDC',
  usdcbase: 'base/USDC',
  bnbbsc: 'bsc',
  bch: 'bitcoin-cash',
  ada: 'cardano',
  xrp: 'xrpl',
  ton: 'ton',
} as const;

/** Receives NOWPayments IPN. `secrets` are the IPN secrets. See `docs/providers/nowpayments.md`. */
export function nowpayments(options: NamedAssetsOptions): Provider {
  assertOptions('nowpayments', options);
  const names = assetNames('nowpayments', options.assets, knownAssets);
  return declareProvider(
    {
      name: 'nowpayments',
      events: ['payment'],
      scheme,
      read: (content) => readPayment(content, names),
      keyedBy: 'payment',
      reportsMemos: true,
      deadlineMs: 3_000,
      publishedSources: ['51.89.194.21', '51.75.77.69', '138.201.172.58', '65.21.158.36'],
      names: names.alone,
      ownOptions: ['assets'],
    },
    options,
  );
}

function readPayment(callback: Json, names: AssetNames): Reading {
  // Payouts have another shape.
  if (member(callback, 'batch_withdrawal_id') !== undefined) return noDeposit;
  const status = optionalText(callback, 'payment_status');
  if (status === undefined) return unknown(undefined);
  const kind = wordIn(kinds, status);
  // Nothing has arrived.
  if (kind === undefined) return otherEvent(status, /^(?:waiting|expired)$/);
  return transfersOf(readTransfer(callback, kind, names));
}

// Final are `finished`, and `partially_paid`: the funds have arrived, and what comes later is another payment.
const kinds: Readonly<Record<string, Transfer['kind']>> = {
  confirming: 'seen',
  confirmed: 'seen',
  sending: 'seen',
  partially_paid: 'confirmed',
  finished: 'confirmed',
  failed: 'failed',
  refunded: 'removed',
};

function readTransfer(callback: Json, kind: Transfer['kind'], names: AssetNames): Transfer {
  const paid = optionalNumberText(callback, 'actually_paid') ?? '0';
  // Finished, without the amount that has arrived: what was asked is shown, and kept for an operator.
  const isUntold = kind === 'confirmed' && /^0(?:\.0*)?$/.test(paid);
  return present<Transfer>({
    kind,
    ...names.named(text(callback, 'pay_currency')),
    amount: { decimal: isUntold ? numberText(callback, 'pay_amount') : paid },
    to: text(callback, 'pay_address'),
    memo: optionalText(callback, 'payin_extra_id') ?? null,
    transaction: {},
    payment: numberText(callback, 'payment_id'),
    at: eventTime(callback, 'updated_at'),
    evidence: present<Evidence>({
      category: 'transfer',
      direction: 'in',
      delivered: isUntold ? null : { decimal: paid },
      differences: optionalText(callback, 'payment_status') === 'partially_paid' ? ['underpaid'] : undefined,
    }),
  });
}

function listsAsObjects(request: SignedRequest): string | undefined {
  const fields = request.fields();
  // Without a list it is the sorted body, which did not match.
  return fields && hasList(fields) ? compactJson(withIndexes(fields), true) : undefined;
}

function hasList(json: Json): boolean {
  if (typeof json !== 'object' || json === null || isJsonNumber(json)) return false;
  return Array.isArray(json) || Object.values(json).some(hasList);
}

function withIndexes(json: Json): Json {
  if (typeof json !== 'object' || json === null || isJsonNumber(json)) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withIndexes(value)]));
}

// So that a list and what it is signed as are one content: `[5]` and `{"0":5}`.
function indexesAsLists(json: Json): Json {
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).map(([key, value]) => [key, indexesAsLists(value)] as const);
  const isList = entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}
