import type { Transfer } from '../deposits/transfer.ts';
import { invalidOption } from '../errors.ts';
import { integer, type Json, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { otherEvent, transfersOf } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

/** Options of `coinpaymentsV2`. */
export interface CoinpaymentsV2Options extends NamedAssetsOptions {
  /** The callback URL, letter for letter as it was registered: it is signed. */
  url: string;
}

const receiving: ReadonlySet<string> = new Set([
  'internalreceive',
  'sameuserreceive',
  'utxoexternalreceive',
  'accountbasedexternalreceive',
  'accountbasedexternaltokenreceive',
]);

/** Symbols that mean one chain; `assets` names the others. */
const knownAssets = { BTC: 'bitcoin', LTC: 'litecoin', DOGE: 'dogecoin' } as const;

/**
 * Receives wallet webhooks of CoinPayments' new platform. `secrets` are client secrets. See
 * `docs/providers/coinpayments-v2.md`.
 */
export function coinpaymentsV2(options: CoinpaymentsV2Options): Provider {
  assertOptions('coinpaymentsV2', options);
  const { url } = options;
  if (typeof url !== 'string' || !URL.canParse(url))
    throw invalidOption('coinpayments-v2.url', 'must be the callback URL as it was registered: it is signed');
  const names = assetNames('coinpayments-v2', options.assets, knownAssets);
  // https://a-docs.coinpayments.net/api/webhooks/authenticating-requests. The byte order mark in front is signed. The time opens no
  // window: whether a retry gets a new one is not documented.
  const scheme: Scheme = {
    algorithm: 'hmac-sha256',
    signature: { header: 'x-coinpayments-signature' },
    encoding: 'base64',
    signed: [
      { literal: '\uFEFF' },
      'method',
      { literal: url },
      { header: 'x-coinpayments-client' },
      { header: 'x-coinpayments-timestamp' },
      'body',
    ],
    sentHeaders: (now) => ({
      'x-coinpayments-client': 'client-1',
      'x-coinpayments-timestamp': new Date(now).toISOString().slice(0, 19),
    }),
  };
  return declareProvider(
    {
      name: 'coinpayments-v2',
      events: ['wallet'],
      scheme,
      read: (content) => readWallet(content, names),
      reportsConfirmations: 'count',
      publishedSources: ['23.183.244.249', '23.183.244.250', '23.183.244.98'],
      names: names.alone,
      ownOptions: ['assets', 'url'],
    },
    options,
  );
}

// What is spent, and invoices, which name no transaction.
const others = /^(?:invoice\w+|\w*spend\w*|\w*withdraw\w*)$/i;

function readWallet(callback: Json, names: AssetNames): Reading {
  const type = optionalText(callback, 'transactionType') ?? optionalText(callback, 'type');
  // Written in one case by older pages, in another by newer ones.
  if (type === undefined || !receiving.has(type.toLowerCase())) return otherEvent(type, others);
  const confirmations = integer(callback, 'confirmations');
  const isFinal = confirmations >= integer(callback, 'requiredConfirmations');
  return transfersOf(
    present<Transfer>({
      kind: isFinal ? 'confirmed' : 'seen',
      ...names.named(text(callback, 'symbol')),
      amount: { decimal: text(callback, 'amount') },
      to: text(callback, 'address'),
      transaction: present<Transfer['transaction']>({
        id: optionalText(callback, 'txHash'),
        position: `transfer:${text(callback, 'transactionId')}`,
      }),
      confirmations: isFinal ? confirmations : undefined,
      evidence: { category: 'transfer', direction: 'in' },
    }),
  );
}
