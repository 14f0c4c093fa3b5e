import type { Transfer } from '../deposits/transfer.ts';
import { type Json, optionalObject, optionalText, text } from '../json/json.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { transfersOf, unknown } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks. A redelivery has a new id, so ids tell no duplicate.
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'btcpay-sig', prefix: 'sha256=' },
  signed: ['body'],
};

/** Payment methods on chain, as versions before and since 2.0 write them. */
const knownAssets = {
  'BTC-CHAIN': 'bitcoin',
  BTC: 'bitcoin',
  'LTC-CHAIN': 'litecoin',
  LTC: 'litecoin',
  'DOGE-CHAIN': 'dogecoin',
  DOGE: 'dogecoin',
} as const;

/** BTCPay Server (Greenfield webhooks). Secrets are those of the webhooks. See `docs/providers/btcpay.md`. */
export function btcpay(options: NamedAssetsOptions): Provider {
  const names = assetNames('btcpay', options.assets, knownAssets);
  return declareProvider(
    { name: 'btcpay', scheme, read: (content) => readBtcpay(content, names), ownOptions: ['assets'] },
    options,
  );
}

function readBtcpay(callback: Json, names: AssetNames): Reading {
  const type = optionalText(callback, 'type');
  // Other events are about the invoice: they name no payment.
  if (type !== 'InvoiceReceivedPayment' && type !== 'InvoicePaymentSettled') return unknown;
  const payment = optionalObject(callback, 'payment');
  const method = optionalText(callback, 'paymentMethodId') ?? optionalText(callback, 'paymentMethod');
  if (payment === undefined || method === undefined) return unknown;
  // Lightning is not on a chain.
  if (/-(?:LN|LNURL|LightningNetwork)$/i.test(method)) return unknown;
  return transfersOf(readPayment(payment, method, names));
}

function readPayment(payment: Json, method: string, names: AssetNames): Transfer {
  const id = text(payment, 'id');
  const [, transaction, output] = /^([0-9a-f]{64})-(\d+)$/i.exec(id) ?? [];
  return present<Transfer>({
    kind: kindOf(text(payment, 'status')),
    ...names.named(method),
    amount: { decimal: text(payment, 'value') },
    to: text(payment, 'destination'),
    transaction: present<Transfer['transaction']>({
      id: transaction ?? id,
      position: output === undefined ? undefined : `out:${output}`,
    }),
    evidence: { category: 'transfer', direction: 'in' },
  });
}

// Settled comes after the store's own speed policy, which the body does not tell.
function kindOf(status: string): Transfer['kind'] {
  if (status === 'Settled') return 'confirmed';
  // Double spent or replaced.
  return status === 'Invalid' ? 'removed' : 'seen';
}
