import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import { integer, type Json, optionalInteger, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AccountOn, type AccountsOption, accountsOf } from './kit/accounts.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { otherEvent, transfersOf } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

/** Options of `coinpayments`. */
export interface CoinpaymentsOptions extends NamedAssetsOptions, Partial<AccountsOption> {
  /** Your merchant id: a callback that names another is kept in quarantine. */
  merchant: string;
}

// https://www.coinpayments.net/merchant-tools-ipn. Over the form as it was sent: written again it has other bytes.
const scheme: Scheme = {
  algorithm: 'hmac-sha512',
  signature: { header: 'hmac' },
  signed: ['body'],
};

const knownAssets = {
  BTC: 'bitcoin',
  BCH: 'bitcoin-cash',
  ADA: 'cardano',
  LTC: 'litecoin',
  DOGE: 'dogecoin',
  ETH: 'ethereum',
  TRX: 'tron',
  'USDT.ERC20': 'ethereum/USDT',
  'USDT.TRC20': 'tron/USDT',
  'USDT.BEP20': 'bsc/USDT',
  'USDT.SOL': 'solana/USDT',
  'USDC.SOL': 'solana/USDC',
  'USDC.BEP20': 'bsc/USDC',
  USDC: 'ethereum/USDC',
  SOL: 'solana',
  'BNB.BSC': 'bsc',
  'MATIC.POLY': 'polygon',
  XRP: 'xrpl',
} as const;

/**
 * Receives the legacy CoinPayments IPN of deposits and purchases. `secrets` are the IPN secrets. See
 * `docs/providers/coinpayments.md`.
 */
export function coinpayments(options: CoinpaymentsOptions): Provider {
  assertOptions('coinpayments', options);
  const { merchant } = options;
  if (typeof merchant !== 'string' || merchant === '')
    throw invalidOption('coinpayments.merchant', 'must be your merchant id, which each callback names');
  const names = assetNames('coinpayments', options.assets, knownAssets);
  const { accounts } = options;
  const accountOn = accounts === undefined ? () => '' : accountsOf('coinpayments', accounts);
  return declareProvider(
    {
      name: 'coinpayments',
      scheme,
      form: 'form',
      events: ['deposit', 'api', 'simple', 'button', 'cart', 'donation'],
      read: (content) => readIpn(content, merchant, names, accountOn),
      answer: () => accepted,
      reportsConfirmations: 'count',
      reportsMemos: true,
      names: names.alone,
      ownOptions: ['assets', 'merchant', 'accounts'],
    },
    options,
  );
}

const accepted = { status: 200, body: 'IPN OK' } as const;

function readIpn(fields: Json, merchant: string, names: AssetNames, accountOn: AccountOn): Reading {
  if (text(fields, 'ipn_mode') !== 'hmac' || text(fields, 'merchant') !== merchant)
    throw new DepositCallbackError(
      'BODY_UNREADABLE',
      'The fields ipn_mode and merchant are not those of this merchant',
    );
  const type = text(fields, 'ipn_type');
  if (type === 'deposit') return transfersOf(readDeposit(fields, names));
  // What is bought: by `create_transaction`, or by a button or cart.
  return purchases.has(type)
    ? transfersOf(...readPurchase(fields, names, accountOn))
    : otherEvent(type, /^withdrawal$/);
}

function readDeposit(fields: Json, names: AssetNames): Transfer {
  const kind = kindOf(integer(fields, 'status'));
  // `amounti` beside it counts 10^-8 whatever the coin has.
  const amount = { decimal: text(fields, 'amount') };
  // The callbacks of 2018 have none.
  const id = optionalText(fields, 'deposit_id');
  return present<Transfer>({
    kind,
    ...names.named(text(fields, 'currency')),
    amount,
    to: text(fields, 'address'),
    memo: optionalText(fields, 'dest_tag') ?? null,
    transaction: present<Transfer['transaction']>({
      id: text(fields, 'txn_id'),
      position: id === undefined ? undefined : `transfer:${id}`,
    }),
    // Takes the place of an id that names no transaction on its network.
    payment: id,
    confirmations: kind === 'confirmed' ? (optionalInteger(fields, 'confirms') ?? 0) : undefined,
    evidence: present<Evidence>({
      category: 'transfer',
      direction: 'in',
      delivered: kind === 'confirmed' ? amount : undefined,
    }),
  });
}

const purchases: ReadonlySet<string> = new Set(['api', 'simple', 'button', 'cart', 'donation']);

/** Keyed by CoinPayments' own id: no transaction and no address is named. */
function readPurchase(fields: Json, names: AssetNames, accountOn: AccountOn): readonly Transfer[] {
  const status = integer(fields, 'status');
  // 2: queued for the nightly payout, which is complete too.
  const kind = status === 2 ? 'confirmed' : kindOf(status);
  const received = optionalText(fields, 'received_amount') ?? '0';
  // Nothing has arrived (yet).
  if (!/[1-9]/.test(received)) return [];
  const asset = names.named(text(fields, 'currency2'));
  return [
    present<Transfer>({
      kind,
      ...asset,
      amount: { decimal: received },
      to: accountOn(asset.network),
      transaction: {},
      payment: text(fields, 'txn_id'),
      confirmations: kind === 'confirmed' ? (optionalInteger(fields, 'received_confirms') ?? 0) : undefined,
      evidence: { category: 'transfer', direction: 'in' },
    }),
  ];
}

// From 100 it is complete; what lies between is on its way.
function kindOf(status: number): Transfer['kind'] {
  if (status >= 100) return 'confirmed';
  return status < 0 ? 'failed' : 'seen';
}
