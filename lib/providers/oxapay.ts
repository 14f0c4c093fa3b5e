import type { Transfer } from '../deposits/transfer.ts';
import { type Json, numberText, optionalArray, optionalInteger, optionalText, text } from '../json/json.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { transfersOf, unknown } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// https://docs.oxapay.com/webhook
const scheme: Scheme = { algorithm: 'hmac-sha512', signature: { header: 'hmac' }, signed: ['body'] };

/** OxaPay. Secrets are merchant API keys. See `docs/providers/oxapay.md`. */
export function oxapay(options: NamedAssetsOptions): Provider {
  const names = assetNames('oxapay', options.assets);
  return declareProvider(
    {
      name: 'oxapay',
      scheme,
      read: (content) => readOxapay(content, names),
      // Anything but `ok` is sent again.
      answer: () => accepted,
      reportsConfirmations: 'count',
      reportsMemos: true,
      ownOptions: ['assets'],
    },
    options,
  );
}

const accepted = { status: 200, body: 'ok' } as const;
const types: ReadonlySet<string> = new Set(['invoice', 'white_label', 'static_address', 'payment_link', 'donation']);

function readOxapay(callback: Json, names: AssetNames): Reading {
  if (!types.has(text(callback, 'type').toLowerCase())) return unknown;
  const isPaid = text(callback, 'status').toLowerCase() === 'paid';
  return transfersOf(
    ...optionalArray(callback, 'txs').map((transaction) => readTransaction(transaction, isPaid, names)),
  );
}

function readTransaction(transaction: Json, isPaid: boolean, names: AssetNames): Transfer {
  // Final only where both the payment and this transaction of it are.
  const isFinal = isPaid && text(transaction, 'status').toLowerCase() === 'confirmed';
  // Written for people: "Polygon Network".
  const network = text(transaction, 'network').replace(/ network$/i, '');
  return present<Transfer>({
    kind: isFinal ? 'confirmed' : 'seen',
    ...names.on(network, text(transaction, 'currency')),
    // What arrived on chain; `received_amount` is less by OxaPay's commission.
    amount: { decimal: numberText(transaction, 'sent_amount') },
    from: optionalText(transaction, 'sender_address'),
    to: text(transaction, 'address'),
    memo: optionalText(transaction, 'memo') ?? null,
    transaction: { id: text(transaction, 'tx_hash') },
    confirmations: isFinal ? (optionalInteger(transaction, 'confirmations') ?? 0) : undefined,
    evidence: { category: 'transfer', direction: 'in' },
  });
}
