import type { Transfer } from '../deposits/transfer.ts';
import { type Json, numberText, parseJson, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AccountOn, type AccountsOption, accountsOf } from './kit/accounts.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { eventTime } from './kit/event-time.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { otherEvent, transfersOf, wordIn } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

export { type BinancePayKeysOptions, binancePayKeys } from './kit/binance-pay-keys.ts';

/** Options of `binancePay`. */
export interface BinancePayOptions extends NamedAssetsOptions, AccountsOption {}

// https://developers.binance.com/docs/binance-pay/webhook-common: `time\nnonce\nbody\n`. The time is signed and opens no window:
// whether a retry gets a new one is not documented.
const scheme: Scheme = {
  algorithm: 'rsa-sha256',
  signature: { header: 'binancepay-signature' },
  encoding: 'base64',
  signed: [{ header: 'binancepay-timestamp' }, { header: 'binancepay-nonce' }, 'body', { literal: '' }],
  separator: '\n',
  keyId: { header: 'binancepay-certificate-sn' },
  sentHeaders: (now, id) => ({ 'binancepay-timestamp': String(now), 'binancepay-nonce': id }),
};

/**
 * Receives Binance Pay orders. `secrets` are Binance's public keys with their serials: `{ id: certSerial, key:
 * certPublic }`; `binancePayKeys` fetches them. See `docs/providers/binance-pay.md`.
 */
export function binancePay(options: BinancePayOptions): Provider {
  assertOptions('binancePay', options);
  const names = assetNames('binance-pay', options.assets);
  const accountOn = accountsOf('binance-pay', options.accounts);
  return declareProvider(
    {
      name: 'binance-pay',
      events: ['PAY', 'PAY_REFUND'],
      scheme,
      read: (content) => readOrder(content, names, accountOn),
      answer: () => accepted,
      keyedBy: 'payment',
      names: names.alone,
      ownOptions: ['assets', 'accounts'],
    },
    options,
  );
}

const accepted = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"returnCode":"SUCCESS","returnMessage":null}',
} as const;

// PAY_CLOSED reports an order that nobody paid; a refund is made or rejected as a whole; payouts have data of their
// own.
const others = /^(?:PAY PAY_CLOSED|PAY_REFUND REFUND_REJECTED|PAYOUT\b.*)$/;
const kinds: Readonly<Record<string, 'confirmed' | 'removed'>> = {
  'PAY PAY_SUCCESS': 'confirmed',
  'PAY_REFUND REFUND_SUCCESS': 'removed',
};

function readOrder(callback: Json, names: AssetNames, accountOn: AccountOn): Reading {
  const event = `${text(callback, 'bizType')} ${text(callback, 'bizStatus')}`;
  const kind = wordIn(kinds, event);
  if (kind === undefined) return otherEvent(event, others);
  // JSON within JSON.
  const order = parseJson(Buffer.from(text(callback, 'data')));
  const asset = names.named(text(order, 'currency'));
  return transfersOf(
    present<Transfer>({
      kind,
      ...asset,
      amount: { decimal: numberText(order, 'totalFee') },
      symbol: text(order, 'currency'),
      to: accountOn(asset.network),
      // It moves within Binance: there is no transaction on a chain.
      transaction: {},
      payment: text(order, 'merchantTradeNo'),
      at: kind === 'confirmed' ? eventTime(order, 'transactTime') : undefined,
      evidence: { category: 'transfer', direction: 'in' },
    }),
  );
}
