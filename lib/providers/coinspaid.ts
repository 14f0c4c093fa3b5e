import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { DepositCallbackError } from '../errors.ts';
import { type Json, numberText, optionalArray, optionalInteger, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { otherEvent } from './kit/readings.ts';
import { readingOf, readRows } from './kit/rows.ts';
import type { Scheme } from './kit/scheme.ts';

// https://docs.cryptoprocessing.com/api-reference/callbacks/callbacks-overview
const scheme: Scheme = {
  algorithm: 'hmac-sha512',
  signature: { header: 'x-processing-signature' },
  signed: ['body'],
};

// https://github.com/coinspaid/docs README.md, 2023-12-13.
const knownAssets = {
  BTC: 'bitcoin',
  LTC: 'litecoin',
  DOGE: 'dogecoin',
  ETH: 'ethereum',
  TRX: 'tron',
  XRP: 'xrpl',
  'BNB-BSC': 'bsc',
  USDTE: 'ethereum/USDT',
  USDTT: 'tron/USDT',
  USDTB: 'bsc/USDT',
  USDC: 'ethereum/USDC',
  // docs.cryptoprocessing.com, api-reference/currency-codes and api-documentation/currency-codes, 2026-11-29. Without BNB, which the
  // older list has for the Beacon chain.
  ADA: 'cardano',
  BCH: 'bitcoin-cash',
  SOL: 'solana',
  POL: 'polygon',
  ETHA: 'arbitrum',
  ETHBASE: 'base',
  USDCE: 'ethereum/USDC',
  USDCS: 'solana/USDC',
  USDCBASE: 'base/USDC',
} as const;

/**
 * Receives callbacks of CryptoProcessing by CoinsPaid. `secrets` are API secret keys. See
 * `docs/providers/coinspaid.md`.
 */
export function coinspaid(options: NamedAssetsOptions): Provider {
  assertOptions('coinspaid', options);
  const names = assetNames('coinspaid', options.assets, knownAssets);
  return declareProvider(
    {
      name: 'coinspaid',
      scheme,
      events: ['deposit', 'deposit_exchange', 'invoice'],
      read: (content) => readCallback(content, names),
      reportsConfirmations: 'count',
      reportsMemos: true,
      names: names.alone,
      ownOptions: ['assets'],
    },
    options,
  );
}

const receiving: ReadonlySet<string> = new Set(['deposit', 'deposit_exchange', 'invoice']);

function readCallback(callback: Json, names: AssetNames): Reading {
  const type = text(callback, 'type');
  if (!receiving.has(type)) return otherEvent(type, /^(?:withdrawal|withdrawal_exchange|exchange)$/);
  const status = text(callback, 'status');
  const transactions = optionalArray(callback, 'transactions');
  return readingOf(readRows(transactions, 'transactions', (row) => readTransaction(row, status, names)));
}

function readTransaction(row: Json, status: string, names: AssetNames): Transfer | undefined {
  const type = `${text(row, 'transaction_type')} ${text(row, 'type')}`;
  // An exchange stands beside the deposit that it exchanges.
  if (type.startsWith('exchange ')) return undefined;
  if (type !== 'blockchain deposit') {
    throw new DepositCallbackError('BODY_UNREADABLE', 'A transaction is neither a deposit nor an exchange');
  }
  const confirmations = optionalInteger(row, 'confirmations') ?? 0;
  const amount = { decimal: numberText(row, 'amount') };
  const kind = kindOf(status, confirmations);
  const id = numberText(row, 'id');
  return present<Transfer>({
    kind,
    ...names.named(text(row, 'currency')),
    amount,
    to: text(row, 'address'),
    memo: optionalText(row, 'tag') ?? null,
    transaction: { id: text(row, 'txid'), position: `transfer:${id}` },
    // Takes the place of a hash that names no transaction on its network.
    payment: id,
    confirmations: kind === 'confirmed' ? confirmations : undefined,
    evidence: present<Evidence>({
      category: 'transfer',
      direction: 'in',
      delivered: kind === 'confirmed' ? amount : undefined,
      // An invoice that failed though money has come.
      differences: status === 'failed' ? ['underpaid'] : undefined,
    }),
  });
}

function kindOf(status: string, confirmations: number): Transfer['kind'] {
  if (status === 'confirmed' || (status === 'failed' && confirmations > 0)) return 'confirmed';
  return status === 'cancelled' ? 'failed' : 'seen';
}
