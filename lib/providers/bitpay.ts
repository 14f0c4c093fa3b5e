import { type Json, object, optionalObject, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { hintsAt, noDeposit } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

/** Options of `bitpay`. */
export interface BitpayOptions extends ProviderOptions {
  /**
   * Whether `secrets` are the API tokens that invoices are made with: then each callback must carry BitPay's signature. Default
   * false: `secrets` stand in the callback URL, as `?secret=...`.
   */
  signed?: boolean;
}

// The secret in the callback URL keeps strangers out, and proves nothing of an invoice.
const inUrl: Scheme = { algorithm: 'shared', signature: { query: 'secret' } };

// BitPay's own receiver: https://github.com/bitpay/csharp-kiosk-demo (WebhookVerifier.cs, 2026-03-29), with an example.
const overBody: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'x-signature' },
  encoding: 'base64',
  signed: ['body'],
};

/**
 * Receives BitPay invoices as hints: a callback names an invoice and no transaction, so it only says what to fetch.
 * See `docs/providers/bitpay.md`.
 */
export function bitpay(options: BitpayOptions): Provider {
  assertOptions('bitpay', options);
  return declareProvider(
    {
      name: 'bitpay',
      scheme: options.signed === true ? overBody : inUrl,
      events: ['invoice', 'refund', 'payout', 'recipient'],
      read: readNotification,
      keyedBy: 'hint',
      ownOptions: ['signed'],
    },
    options,
  );
}

function readNotification(content: Json): Reading {
  const callback = object(content, '');
  // Flat, or with the invoice under `data`.
  const data = optionalObject(callback, 'data') ?? callback;
  const event = optionalText(optionalObject(callback, 'event'), 'name') ?? '';
  if (/^(?:payout|recipient)/.test(event)) return noDeposit;
  // A refund has an id of its own, and names its invoice.
  return hintsAt({ reference: optionalText(data, 'invoice') ?? text(data, 'id') });
}
