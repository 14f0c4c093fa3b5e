import type { Transfer } from '../deposits/transfer.ts';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import { integer, type Json, optionalInteger, optionalText, text } from '../json/json.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { transfersOf, unknown } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

export interface CoinpaymentsOptions extends NamedAssetsOptions {
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
  LTC: 'litecoin',
  DOGE: 'dogecoin',
  ETH: 'ethereum',
  TRX: 'tron',
  'USDT.ERC20': 'ethereum/USDT',
  'USDT.TRC20': 'tron/USDT',
  'USDT.BEP20': 'bsc/USDT',
} as const;

/** CoinPayments, the legacy IPN of deposits. Secrets are the IPN secrets. See `docs/providers/coinpayments.md`. */
export function coinpayments(options: CoinpaymentsOptions): Provider {
  const { merchant } = options;
  if (typeof merchant !== 'string' || merchant === '')
    throw invalidOption('coinpayments.merchant', 'must be your merchant id, which each callback names');
  const names = assetNames('coinpayments', options.assets, knownAssets);
  return declareProvider(
    {
      name: 'coinpayments',
      scheme,
      form: 'form',
      read: (content) => readIpn(content, merchant, names),
      answer: () => accepted,
      reportsConfirmations: 'count',
      reportsMemos: true,
      ownOptions: ['assets', 'merchant'],
    },
    options,
  );
}

const accepted = { status: 200, body: 'IPN OK' } as const;

function readIpn(fields: Json, merchant: string, names: AssetNames): Reading {
  if (text(fields, 'ipn_mode') !== 'hmac' || text(fields, 'merchant') !== merchant)
    throw new DepositCallbackError(
      'BODY_UNREADABLE',
      'The fields ipn_mode and merchant are not those of this merchant',
    );
  return text(fields, 'ipn_type') === 'deposit' ? transfersOf(readDeposit(fields, names)) : unknown;
}

function readDeposit(fields: Json, names: AssetNames): Transfer {
  const kind = kindOf(integer(fields, 'status'));
  return present<Transfer>({
    kind,
    ...names.named(text(fields, 'currency')),
    // `amounti` beside it counts 10^-8 whatever the coin has.
    amount: { decimal: text(fields, 'amount') },
    to: text(fields, 'address'),
    memo: optionalText(fields, 'dest_tag') ?? null,
    transaction: { id: text(fields, 'txn_id'), position: `transfer:${text(fields, 'deposit_id')}` },
    confirmations: kind === 'confirmed' ? (optionalInteger(fields, 'confirms') ?? 0) : undefined,
    evidence: { category: 'transfer', direction: 'in' },
  });
}

// From 100 it is complete; what lies between is on its way.
function kindOf(status: number): Transfer['kind'] {
  if (status >= 100) return 'confirmed';
  return status < 0 ? 'failed' : 'seen';
}
