import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { type Json, optionalBoolean, optionalObject, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { eventTime } from './kit/event-time.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { noDeposit, otherEvent, ping, transfersOf, unknown } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks. A redelivery has a new id, so ids do not reveal
// duplicates.
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'btcpay-sig', prefix: 'sha256=' },
  signed: ['body'],
};

/** Payment methods on chain, as versions before and since 2.0 and its documentation write them. */
const knownAssets = {
  'BTC-CHAIN': 'bitcoin',
  BTC: 'bitcoin',
  'LTC-CHAIN': 'litecoin',
  LTC: 'litecoin',
  'DOGE-CHAIN': 'dogecoin',
  DOGE: 'dogecoin',
  'BTC-OnChain': 'bitcoin',
  'LTC-OnChain': 'litecoin',
  'DOGE-OnChain': 'dogecoin',
} as const;

/** Receives BTCPay Server webhooks (Greenfield). `secrets` are the webhook secrets. See `docs/providers/btcpay.md`. */
export function btcpay(options: NamedAssetsOptions): Provider {
  assertOptions('btcpay', options);
  const names = assetNames('btcpay', options.assets, knownAssets);
  return declareProvider(
    {
      name: 'btcpay',
      scheme,
      events: ['InvoiceReceivedPayment', 'InvoicePaymentSettled'],
      read: (content) => readBtcpay(content, names),
      names: names.alone,
      ownOptions: ['assets'],
    },
    options,
  );
}

// They are about the invoice, and name no payment.
const others =
  /^(?:Invoice(?:Created|Expired|ExpiredPaidPartial|Invalid|PaidAfterExpiration|Processing|Settled)|(?:Payout|PaymentRequest|Subscriber|Subscription)[A-Z]\w*)$/;

function readBtcpay(callback: Json, names: AssetNames): Reading {
  const type = optionalText(callback, 'type');
  // The test of a webhook.
  if (optionalText(callback, 'invoiceId')?.startsWith('__test__')) return ping;
  if (type !== 'InvoiceReceivedPayment' && type !== 'InvoicePaymentSettled') return otherEvent(type, others);
  const payment = optionalObject(callback, 'payment');
  const method = optionalText(callback, 'paymentMethodId') ?? optionalText(callback, 'paymentMethod');
  if (payment === undefined || method === undefined) return unknown(`${type} without its payment`);
  // Lightning is not on a chain.
  if (/[-_](?:LN|LNURL|LNURLPAY|LightningNetwork|LightningLike)$/i.test(method)) return noDeposit;
  return transfersOf(readPayment(payment, callback, { ...names.named(method), kind: kindOf(payment, type) }));
}

function readPayment(payment: Json, callback: Json, known: Pick<Transfer, 'kind' | 'network' | 'asset'>): Transfer {
  const id = text(payment, 'id');
  const [, transaction, output] = /^([0-9a-f]{64})-(\d+)$/i.exec(id) ?? [];
  return present<Transfer>({
    ...known,
    amount: { decimal: text(payment, 'value') },
    to: text(payment, 'destination'),
    transaction: present<Transfer['transaction']>({
      id: transaction ?? id,
      position: output === undefined ? undefined : `out:${output}`,
    }),
    at: eventTime(callback, 'timestamp'),
    evidence: present<Evidence>({
      category: 'transfer',
      direction: 'in',
      differences: optionalBoolean(callback, 'afterExpiration') === true ? ['late'] : undefined,
    }),
  });
}

// Settled comes after the store's own speed policy, which the body does not report.
function kindOf(payment: Json, type: string): Transfer['kind'] {
  const status = text(payment, 'status');
  if (status === 'Settled') return 'confirmed';
  // Of a payment that has only come in, versions 1.4 to 1.6 say "Invalid" and mean nothing by it.
  return status === 'Invalid' && type === 'InvoicePaymentSettled' ? 'removed' : 'seen';
}
