import type { Transfer } from '../deposits/transfer.ts';
import { type Json, optionalArray, optionalText, text } from '../json/json.ts';
import { present } from '../util/present.ts';
import { type AccountOn, type AccountsOption, accountsOf } from './kit/accounts.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { transfersOf, unknown } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

export interface CoinbaseCommerceOptions extends NamedAssetsOptions, AccountsOption {}

// https://docs.cdp.coinbase.com/commerce/docs/webhooks-security
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'x-cc-webhook-signature' },
  signed: ['body'],
};

/** Coinbase Commerce. Secrets are the webhook shared secrets. See `docs/providers/coinbase-commerce.md`. */
export function coinbaseCommerce(options: CoinbaseCommerceOptions): Provider {
  const names = assetNames('coinbase-commerce', options.assets);
  const accountOn = accountsOf('coinbase-commerce', options.accounts);
  return declareProvider(
    {
      name: 'coinbase-commerce',
      scheme,
      read: (content) => readCommerce(content, names, accountOn),
      keyedBy: 'payment',
      ownOptions: ['assets', 'accounts'],
    },
    options,
  );
}

function readCommerce(callback: Json, names: AssetNames, accountOn: AccountOn): Reading {
  const type = text(callback, 'event.type');
  if (!type.startsWith('charge:')) return unknown;
  const payments = optionalArray(callback, 'event.data.payments');
  return transfersOf(...payments.map((payment, index) => readPayment(payment, index, type, names, accountOn)));
}

function readPayment(payment: Json, index: number, type: string, names: AssetNames, accountOn: AccountOn): Transfer {
  const asset = names.on(text(payment, 'network'), text(payment, 'value.crypto.currency'));
  // Final only where both the charge and this payment of it are.
  const isFinal = type === 'charge:confirmed' && optionalText(payment, 'status')?.toLowerCase() === 'confirmed';
  const [from] = optionalArray(payment, 'payer_addresses').map(String);
  return present<Transfer>({
    kind: isFinal ? 'confirmed' : 'seen',
    event: String(index),
    ...asset,
    amount: { decimal: text(payment, 'value.crypto.amount') },
    from,
    to: accountOn(asset.network),
    transaction: present<Transfer['transaction']>({ id: optionalText(payment, 'transaction_id') }),
    payment: text(payment, 'payment_id'),
    evidence: { category: 'transfer', direction: 'in' },
  });
}
