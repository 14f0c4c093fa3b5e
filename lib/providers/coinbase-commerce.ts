import type { Evidence, PaymentDifference, Transfer } from '../deposits/transfer.ts';
import { type Json, member, object, optionalArray, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AccountOn, type AccountsOption, accountsOf } from './kit/accounts.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { eventTime } from './kit/event-time.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { unknown, wordIn } from './kit/readings.ts';
import { readingOf, readRows } from './kit/rows.ts';
import type { Scheme } from './kit/scheme.ts';

/** Options of `coinbaseCommerce`. */
export interface CoinbaseCommerceOptions extends NamedAssetsOptions, Partial<AccountsOption> {}

// https://docs.cdp.coinbase.com/commerce/docs/webhooks-security
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'x-cc-webhook-signature' },
  signed: ['body'],
};

/**
 * Receives Coinbase Commerce webhooks. `secrets` are the webhook shared secrets. See
 * `docs/providers/coinbase-commerce.md`.
 */
export function coinbaseCommerce(options: CoinbaseCommerceOptions): Provider {
  assertOptions('coinbaseCommerce', options);
  const names = assetNames('coinbase-commerce', options.assets);
  const { accounts } = options;
  const accountOn = accounts === undefined ? () => '' : accountsOf('coinbase-commerce', accounts);
  return declareProvider(
    {
      name: 'coinbase-commerce',
      events: ['charge:pending', 'charge:confirmed', 'charge:failed', 'charge:delayed', 'charge:resolved'],
      scheme,
      read: (content) => readCommerce(content, names, accountOn),
      keyedBy: 'payment',
      names: names.bySymbol,
      ownOptions: ['assets', 'accounts'],
    },
    options,
  );
}

function readCommerce(callback: Json, names: AssetNames, accountOn: AccountOn): Reading {
  const type = text(callback, 'event.type');
  if (!type.startsWith('charge:')) return unknown(type);
  const charge = object(callback, 'event.data');
  const known: Charge = {
    type,
    code: optionalText(charge, 'code') ?? '',
    at: eventTime(callback, 'event', 'created_at'),
    differences: differencesOf(type, charge),
    recipientOf: recipientsOf(charge),
  };
  const rows = readRows(optionalArray(charge, 'payments'), 'event.data.payments', (row, index) => ({
    ...readPayment(row, known, names, accountOn),
    event: String(index),
  }));
  return readingOf(rows);
}

/** What the charge says of each of its payments. */
interface Charge {
  type: string;
  code: string;
  at: number | undefined;
  differences: Evidence['differences'];
  recipientOf(transaction: string | undefined): string | undefined;
}

// In these a payment that is confirmed has arrived for good; in the last two it is not what the charge asked for.
const finals: ReadonlySet<string> = new Set(['charge:confirmed', 'charge:resolved', 'charge:delayed', 'charge:failed']);

const contexts: Readonly<Record<string, PaymentDifference>> = {
  UNDERPAID: 'underpaid',
  OVERPAID: 'overpaid',
  DELAYED: 'late',
};

/** By the event, and by the last word of the timeline on why the charge was not settled by itself. */
function differencesOf(type: string, charge: Json): Evidence['differences'] {
  if (type === 'charge:confirmed' || !finals.has(type)) return undefined;
  const reasons = optionalArray(charge, 'timeline').map((entry) => optionalText(entry, 'context')?.toUpperCase() ?? '');
  const reason = wordIn(contexts, reasons.findLast((context) => context !== '') ?? '');
  const found = new Set<PaymentDifference>(reason === undefined ? [] : [reason]);
  if (type === 'charge:resolved') found.add('resolved');
  if (type === 'charge:delayed') found.add('late');
  if (type === 'charge:failed' && found.size === 0) found.add('underpaid');
  return [...found];
}

/** Where a payment went, as the charge's contract events have it. */
function recipientsOf(charge: Json): Charge['recipientOf'] {
  const found = new Map<string, string>();
  const events = member(charge, 'web3_data', 'success_events');
  for (const event of Array.isArray(events) ? events : []) {
    const [hash, recipient] = [member(event, 'tx_hsh'), member(event, 'recipient')];
    if (typeof hash === 'string' && typeof recipient === 'string') found.set(hash.toLowerCase(), recipient);
  }
  return (transaction) => found.get(transaction?.toLowerCase() ?? '');
}

function readPayment(
  payment: Json,
  { type, code, at, differences, recipientOf }: Charge,
  names: AssetNames,
  accountOn: AccountOn,
): Transfer {
  const asset = names.on(text(payment, 'network'), text(payment, 'value.crypto.currency'));
  const transaction = optionalText(payment, 'transaction_id');
  // Final only if both the charge and this payment of it are.
  const isFinal = finals.has(type) && optionalText(payment, 'status')?.toLowerCase() === 'confirmed';
  const [from] = optionalArray(payment, 'payer_addresses').map(String);
  const account = accountOn(asset.network);
  return present<Transfer>({
    kind: isFinal ? 'confirmed' : 'seen',
    ...asset,
    amount: { decimal: text(payment, 'value.crypto.amount') },
    from,
    to: account === '' ? (recipientOf(transaction) ?? '') : account,
    transaction: present<Transfer['transaction']>({ id: transaction }),
    // Older accounts give a payment no id.
    payment: optionalText(payment, 'payment_id') ?? `${code}/${text(payment, 'transaction_id')}`,
    at,
    evidence: present<Evidence>({ category: 'transfer', direction: 'in', differences }),
  });
}
