import type { Transfer } from '../deposits/transfer.ts';
import { array, type Json, text } from '../json/json.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { transfersOf } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// https://github.com/vsys-host/shkeeper.io, README. The API key is sent in clear too, in x-shkeeper-api-key, which is not read.
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'x-shkeeper-signature' },
  timestamp: { header: 'x-shkeeper-timestamp', unit: 's' },
  signed: ['timestamp', 'body'],
  separator: '.',
};

const knownAssets = {
  BTC: 'bitcoin',
  LTC: 'litecoin',
  DOGE: 'dogecoin',
  ETH: 'ethereum',
  TRX: 'tron',
  'ETH-USDT': 'ethereum/USDT',
} as const;

/** SHKeeper, self-hosted. Secrets are its API keys. See `docs/providers/shkeeper.md`. */
export function shkeeper(options: NamedAssetsOptions): Provider {
  const names = assetNames('shkeeper', options.assets, knownAssets);
  return declareProvider(
    {
      name: 'shkeeper',
      scheme,
      read: (content) => readShkeeper(content, names),
      // Anything else, 200 too, is sent again each minute for ever.
      answer: () => accepted,
      ownOptions: ['assets'],
    },
    options,
  );
}

const accepted = { status: 202 } as const;

function readShkeeper(callback: Json, names: AssetNames): Reading {
  const to = text(callback, 'addr');
  // All transactions of the invoice each time; the new one is marked, and the others are known already.
  return transfersOf(...array(callback, 'transactions').map((transaction) => readTransaction(transaction, to, names)));
}

function readTransaction(transaction: Json, to: string, names: AssetNames): Transfer {
  return {
    // It is not said after how many blocks a transaction is told.
    kind: 'mined',
    ...names.named(text(transaction, 'crypto')),
    amount: { decimal: text(transaction, 'amount_crypto') },
    to,
    transaction: { id: text(transaction, 'txid') },
    evidence: { category: 'transfer', direction: 'in' },
  };
}
