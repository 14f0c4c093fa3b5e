import type { Transfer } from '../deposits/transfer.ts';
import { array, type Json, member, numberText, optionalBoolean, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { noDeposit, transfersOf } from './kit/readings.ts';
import { readingOf, readRows } from './kit/rows.ts';
import type { Scheme } from './kit/scheme.ts';

// https://github.com/vsys-host/shkeeper.io, README. The API key is sent in clear too, in x-shkeeper-api-key, which is not read.
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'x-shkeeper-signature' },
  timestamp: { header: 'x-shkeeper-timestamp', unit: 's' },
  signed: ['timestamp', 'body'],
  separator: '.',
};

// shkeeper/modules/cryptos of its repository, 2026-07-01. Those of main networks: a server on a test network needs `assets`.
const knownAssets = {
  BTC: 'bitcoin',
  LTC: 'litecoin',
  DOGE: 'dogecoin',
  ETH: 'ethereum',
  'ETH-USDT': 'ethereum/USDT',
  'ETH-USDC': 'ethereum/USDC',
  BNB: 'bsc',
  'BNB-USDT': 'bsc/USDT',
  'BNB-USDC': 'bsc/USDC',
  TRX: 'tron',
  USDT: 'tron/USDT',
  SOL: 'solana',
  'SOLANA-USDT': 'solana/USDT',
  'SOLANA-USDC': 'solana/USDC',
  MATIC: 'polygon',
  AVAX: 'avalanche',
  ARBETH: 'arbitrum',
  OPETH: 'optimism',
  XRP: 'xrpl',
  TON: 'ton',
} as const;

/** Receives callbacks of SHKeeper, self-hosted. `secrets` are its API keys. See `docs/providers/shkeeper.md`. */
export function shkeeper(options: NamedAssetsOptions): Provider {
  assertOptions('shkeeper', options);
  const names = assetNames('shkeeper', options.assets, knownAssets);
  return declareProvider(
    {
      name: 'shkeeper',
      events: ['invoice', 'unconfirmed'],
      scheme,
      read: (content) => readShkeeper(content, names),
      // Anything else, 200 too, is sent again each minute for ever.
      answer: () => accepted,
      names: names.alone,
      ownOptions: ['assets'],
    },
    options,
  );
}

const accepted = { status: 202 } as const;

function readShkeeper(callback: Json, names: AssetNames): Reading {
  // Payouts.
  if (member(callback, 'payout_id') !== undefined) return noDeposit;
  if (optionalText(callback, 'status') === 'unconfirmed') return transfersOf(readUnconfirmed(callback, names));
  // All transactions of the invoice each time: the new one is marked, and the others are known already.
  const rows = readRows(array(callback, 'transactions'), 'transactions', (row) =>
    readTransaction(row, callback, names),
  );
  return readingOf(rows);
}

function readUnconfirmed(callback: Json, names: AssetNames): Transfer {
  return {
    kind: 'seen',
    ...names.named(text(callback, 'crypto')),
    amount: { decimal: text(callback, 'amount') },
    to: text(callback, 'addr'),
    ...transactionOf(text(callback, 'txid'), callback),
    evidence: { category: 'transfer', direction: 'in' },
  };
}

function readTransaction(row: Json, callback: Json, names: AssetNames): Transfer | undefined {
  const crypto = text(row, 'crypto');
  // Not on a chain.
  if (crypto === 'BTC-LIGHTNING') return undefined;
  // `addr` is the invoice's address in its present currency: for a payment in an earlier one it is another account.
  const isOfAddress = crypto === text(callback, 'crypto');
  if (!isOfAddress && optionalBoolean(row, 'trigger') !== true) return undefined;
  return {
    // The number of blocks after which a transaction is reported is not documented.
    kind: 'mined',
    ...names.named(crypto),
    amount: { decimal: text(row, 'amount_crypto') },
    to: isOfAddress ? text(callback, 'addr') : '',
    ...transactionOf(text(row, 'txid'), callback),
    evidence: { category: 'transfer', direction: 'in' },
  };
}

/** The payment takes the place of an id that names no transaction, as on TON. */
function transactionOf(id: string, callback: Json): Pick<Transfer, 'transaction' | 'payment'> {
  return { transaction: { id }, payment: `${numberText(callback, 'external_id')}/${id}` };
}
