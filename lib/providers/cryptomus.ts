import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { type Json, optionalBoolean, optionalNumberText, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AccountOn, type AccountsOption, accountsOf } from './kit/accounts.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { noDeposit, otherEvent, transfersOf, wordIn } from './kit/readings.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';
import { compactJson } from './kit/signed-bytes.ts';
import { hasOtherNumbers } from './kit/signed-content.ts';

/** Options of `cryptomus` and `heleket`. */
export interface CryptomusOptions extends NamedAssetsOptions, AccountsOption {}

// https://doc.cryptomus.com/business/payments/webhook: md5 of the base64 of what PHP writes without `sign`, and the key.
const scheme: Scheme = {
  algorithm: 'md5',
  signature: { bodyField: 'sign' },
  signed: [{ from: withoutSign }, 'secret'],
  // For a body that PHP has not written: its own way to write it.
  alsoSigned: [[{ from: asPhpWrites }, 'secret']],
  content: (request) => request.content(),
};

/** Receives Cryptomus webhooks. `secrets` are payment API keys. See `docs/providers/cryptomus.md`. */
export function cryptomus(options: CryptomusOptions): Provider {
  return makeCryptomus('cryptomus', ['91.227.144.54'], options);
}

/**
 * Receives Heleket webhooks, which have the form of Cryptomus' and an address of their own (https://doc.heleket.com,
 * November 2026).
 */
export function heleket(options: CryptomusOptions): Provider {
  return makeCryptomus('heleket', ['31.133.220.8'], options);
}

function makeCryptomus(name: string, publishedSources: readonly string[], options: CryptomusOptions): Provider {
  assertOptions(name, options);
  const names = assetNames(name, options.assets);
  const accountOn = accountsOf(name, options.accounts);
  return declareProvider(
    {
      name,
      events: ['payment', 'wallet'],
      scheme,
      read: (content) => readPayment(content, names, accountOn),
      keyedBy: 'payment',
      publishedSources,
      names: names.bySymbol,
      ownOptions: ['assets', 'accounts'],
    },
    options,
  );
}

/** The body as it was sent, without the signature at its end. */
function withoutSign({ body }: SignedRequest): string {
  return base64(body.toString('utf8').replace(/,"sign":"[0-9a-fA-F]{32}"(?=\s*\}\s*$)/, ''));
}

// PHP escapes slashes and these two line ends, and nothing else with JSON_UNESCAPED_UNICODE.
function asPhpWrites(request: SignedRequest): string | undefined {
  const fields = request.fields();
  // A number that is spelled otherwise than it is written here would not be signed.
  if (fields === undefined || hasOtherNumbers(fields)) return undefined;
  const { sign: _, ...rest } = fields;
  const written = compactJson(rest, false);
  return base64(written.replaceAll('/', '\\/').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029'));
}

function base64(written: string): string {
  return Buffer.from(written).toString('base64');
}

function readPayment(callback: Json, names: AssetNames, accountOn: AccountOn): Reading {
  const type = text(callback, 'type');
  if (type !== 'payment' && type !== 'wallet') return otherEvent(type, /^payout$/);
  const kind = kindOf(callback);
  const network = optionalText(callback, 'network');
  const currency = optionalText(callback, 'payer_currency');
  const amount = optionalNumberText(callback, 'payment_amount') ?? '0';
  // Nothing has been paid (yet).
  if (network === undefined || currency === undefined || !/[1-9]/.test(amount)) return noDeposit;
  if (kind === undefined) return otherEvent(text(callback, 'status'), /^refund_(?:process|fail)$/);
  const asset = names.on(network, currency);
  return transfersOf(
    present<Transfer>({
      kind,
      ...asset,
      amount: { decimal: amount },
      from: optionalText(callback, 'from'),
      to: accountOn(asset.network),
      transaction: present<Transfer['transaction']>({ id: optionalText(callback, 'txid') }),
      payment: text(callback, 'uuid'),
      evidence: present<Evidence>({
        category: 'transfer',
        direction: 'in',
        // Nothing is asked for at a static wallet.
        differences: type === 'payment' ? wordIn(differences, text(callback, 'status')) : undefined,
      }),
    }),
  );
}

const differences: Readonly<Record<string, Evidence['differences']>> = {
  paid_over: ['overpaid'],
  wrong_amount: ['underpaid'],
};

function kindOf(callback: Json): Transfer['kind'] | undefined {
  const status = text(callback, 'status');
  switch (status) {
    case 'paid':
    case 'paid_over':
    case 'wrong_amount':
      return optionalBoolean(callback, 'is_final') === true ? 'confirmed' : 'seen';
    case 'confirm_check':
    case 'process':
    case 'check':
    case 'wrong_amount_waiting':
    // Kept back by their compliance.
    case 'locked':
      return 'seen';
    case 'fail':
    case 'cancel':
    case 'system_fail':
      return 'failed';
    case 'refund_paid':
      return 'removed';
    default:
      return undefined;
  }
}
