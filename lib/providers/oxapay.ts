import type { Evidence, Transfer } from '../deposits/transfer.ts';
import {
  type Json,
  numberText,
  optionalArray,
  optionalInteger,
  optionalNumberText,
  optionalText,
  text,
} from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { otherEvent, transfersOf, wordIn } from './kit/readings.ts';
import { readingOf, readRows } from './kit/rows.ts';
import type { Scheme } from './kit/scheme.ts';

// https://docs.oxapay.com/webhook
const scheme: Scheme = { algorithm: 'hmac-sha512', signature: { header: 'hmac' }, signed: ['body'] };

/** Receives OxaPay webhooks. `secrets` are merchant API keys. See `docs/providers/oxapay.md`. */
export function oxapay(options: NamedAssetsOptions): Provider {
  assertOptions('oxapay', options);
  const names = assetNames('oxapay', options.assets);
  return declareProvider(
    {
      name: 'oxapay',
      events: ['invoice', 'white_label', 'static_address', 'payment_link', 'donation', 'payment'],
      scheme,
      read: (content) => readOxapay(content, names),
      // Anything but `ok` is sent again.
      answer: () => accepted,
      reportsConfirmations: 'count',
      reportsMemos: true,
      names: names.bySymbol,
      ownOptions: ['assets'],
    },
    options,
  );
}

const accepted = { status: 200, body: 'ok' } as const;
const types: ReadonlySet<string> = new Set(['invoice', 'white_label', 'static_address', 'payment_link', 'donation']);

function readOxapay(callback: Json, names: AssetNames): Reading {
  const type = text(callback, 'type').toLowerCase();
  if (type === 'payment') return transfersOf(readOlder(callback, names));
  if (!types.has(type)) return otherEvent(type, /^payout$/);
  const status = text(callback, 'status').toLowerCase();
  const track = optionalNumberText(callback, 'track_id');
  const rows = readRows(optionalArray(callback, 'txs'), 'txs', (row) => readTransaction(row, { status, track, names }));
  return readingOf(rows);
}

/** Final states of a payment, and how it then differs from what was asked for. */
const finals: Readonly<Record<string, NonNullable<Evidence['differences']>>> = {
  paid: [],
  underpaid: ['underpaid'],
  manual_accept: ['resolved'],
};

interface Payment {
  status: string;
  track: string | undefined;
  names: AssetNames;
}

function readTransaction(row: Json, { status, track, names }: Payment): Transfer {
  const differences = wordIn(finals, status);
  // Final only if both the payment and this transaction of it are.
  const isFinal = differences !== undefined && text(row, 'status').toLowerCase() === 'confirmed';
  // What arrived on chain; `received_amount` is less by OxaPay's commission.
  const amount = { decimal: numberText(row, 'sent_amount') };
  const id = text(row, 'tx_hash');
  return present<Transfer>({
    kind: isFinal ? 'confirmed' : 'seen',
    ...names.on(networkName(text(row, 'network')), text(row, 'currency')),
    amount,
    from: optionalText(row, 'sender_address'),
    to: text(row, 'address'),
    memo: optionalText(row, 'memo') ?? null,
    transaction: { id },
    // Takes the place of a hash that names no transaction, as on TON.
    payment: track === undefined ? undefined : `${track}/${id}`,
    confirmations: isFinal ? (optionalInteger(row, 'confirmations') ?? 0) : undefined,
    evidence: present<Evidence>({
      category: 'transfer',
      direction: 'in',
      delivered: isFinal ? amount : undefined,
      differences: differences?.length ? differences : undefined,
    }),
  });
}

/** The body before the API's version 1: one payment, in camel case, without a count. */
function readOlder(callback: Json, names: AssetNames): Transfer {
  const isFinal = text(callback, 'status').toLowerCase() === 'paid';
  const amount = { decimal: numberText(callback, 'payAmount') };
  const cover = optionalNumberText(callback, 'underPaidCover') ?? '0';
  return present<Transfer>({
    kind: isFinal ? 'confirmed' : 'seen',
    ...names.on(networkName(text(callback, 'network')), text(callback, 'payCurrency')),
    amount,
    from: optionalText(callback, 'senderAddress'),
    to: text(callback, 'address'),
    transaction: { id: text(callback, 'txID') },
    payment: numberText(callback, 'trackId'),
    evidence: present<Evidence>({
      category: 'transfer',
      direction: 'in',
      // It is what was asked for. If less is accepted too, what arrived is not reported.
      delivered: !isFinal ? undefined : /[1-9]/.test(cover) ? null : amount,
    }),
  });
}

// Written for people: "Polygon Network".
function networkName(written: string): string {
  return written.replace(/ network$/i, '');
}
