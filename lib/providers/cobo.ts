import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { type Json, optionalArray, optionalInteger, optionalNumberText, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { ifReadable } from './kit/claims.ts';
import { coboAssets } from './kit/cobo-assets.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { eventTime } from './kit/event-time.ts';
import { paysByOutputs } from './kit/outputs.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { blockFrom, noDeposit, otherEvent, transfersOf } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

/** The keys that Cobo publishes for WaaS 2.0 webhooks (raw ed25519, hex), for the option `secrets`. */
export const coboPublicKeys = {
  development: 'a04ea1d5fa8da71f1dcfccf972b9c4eba0a2d8aba1f6da26f49977b08a0d2718',
  production: '8d4a482641adb2a34b726f05827dba9a9653e5857469b8749052bf4458a86729',
} as const;

// https://www.cobo.com/developers/v2/guides/webhooks-callbacks: over sha256(sha256(`body|timestamp`)). The time is signed, but
// whether a retry gets a new one is not documented, so it opens no window: a retry must not be lost.
const scheme: Scheme = {
  algorithm: 'ed25519',
  keyForm: 'raw',
  signature: { header: 'biz-resp-signature' },
  signed: ['body', { header: 'biz-timestamp' }],
  separator: '|',
  prehash: ['sha256', 'sha256'],
  id: { bodyField: 'event_id' },
  sentHeaders: (now) => ({ 'biz-timestamp': String(now) }),
};

/** Receives Cobo WaaS 2.0 webhooks. `secrets` are public keys, see `coboPublicKeys`. See `docs/providers/cobo.md`. */
export function cobo(options: NamedAssetsOptions): Provider {
  assertOptions('cobo', options);
  const names = assetNames('cobo', options.assets, coboAssets);
  return declareProvider(
    {
      name: 'cobo',
      scheme,
      read: (content) => readCobo(content, names),
      events,
      reportsConfirmations: 'count',
      reportsMemos: true,
      sendsRemovals: true,
      deadlineMs: 2_000,
      names: names.alone,
      ownOptions: ['assets'],
    },
    options,
  );
}

// CoboGlobal/cobo-waas2-python-sdk, WebhookEventType, 2026-11-30. Other transactions of Payments are none of them: they may be deposits.
const others =
  /^(?:(?:compliance|fee_station|mpc_vaults|organizations|token|wallet)\..+|wallets\.(?:addresses|mpc)\..+|wallets\.(?:created|updated|token_listing\..+)|payment\.(?:account|address|bulk_send|charge|order|payout|refund|settlement|status|subscription)\..+)$/;

function readCobo(callback: Json, names: AssetNames): Reading {
  const type = text(callback, 'type');
  if (!transactionEvents.has(type)) return otherEvent(type, others);
  const kind = kindOf(type, callback);
  // Before it is on chain there is nothing to identify a deposit by.
  if (kind === 'seen' && optionalText(callback, 'data.transaction_hash') === undefined) return noDeposit;
  return transfersOf(readTransfer(callback, kind, names));
}

// Those of Payments carry the transaction too, and say what the screening made of it.
const events = [
  'wallets.transaction.created',
  'wallets.transaction.updated',
  'wallets.transaction.succeeded',
  'wallets.transaction.failed',
  'payment.transaction.created',
  'payment.transaction.held',
  'payment.transaction.completed',
  'payment.transaction.late',
  'payment.transaction.failed',
] as const;
const transactionEvents: ReadonlySet<string> = new Set(events);

// Only Completed has passed Cobo's own checks (confirmations, screening).
function kindOf(type: string, callback: Json): Transfer['kind'] {
  if (optionalText(callback, 'data.sub_status') === 'ReOrged') return 'removed';
  // The screening froze the money, wherever the transaction stands.
  if (type === 'payment.transaction.failed') return 'failed';
  const status = text(callback, 'data.status');
  if (status === 'Failed' || status === 'Rejected') return 'failed';
  const isScreened = type !== 'payment.transaction.created' && type !== 'payment.transaction.held';
  return status === 'Completed' && isScreened ? 'confirmed' : 'seen';
}

function readTransfer(callback: Json, kind: Transfer['kind'], names: AssetNames): Transfer {
  const isInBlock = kind === 'confirmed' || kind === 'removed';
  const asset = names.named(text(callback, 'data.token_id'));
  const number = ifReadable(() => optionalNumberText(callback, 'data.block_info.block_number'));
  const hash = optionalText(callback, 'data.block_info.block_hash');
  return present<Transfer>({
    kind,
    ...asset,
    amount: { decimal: optionalNumberText(callback, 'data.destination.amount') ?? '' },
    from: senderOf(callback),
    to: optionalText(callback, 'data.destination.address') ?? '',
    memo: optionalNumberText(callback, 'data.destination.memo') ?? null,
    transaction: present<Transfer['transaction']>({
      id: optionalText(callback, 'data.transaction_hash'),
      position: positionOf(callback, asset.network),
      block: isInBlock ? blockFrom(number, hash) : undefined,
    }),
    confirmations:
      kind === 'confirmed' ? (ifReadable(() => optionalInteger(callback, 'data.confirmed_num')) ?? 0) : undefined,
    at: eventTime(callback, 'data', 'updated_timestamp'),
    evidence: evidenceOf(callback),
  });
}

function senderOf(callback: Json): string | undefined {
  const [first] = ifReadable(() => optionalArray(callback, 'data.source.addresses')) ?? [];
  return typeof first === 'string' && first !== '' ? first : undefined;
}

// https://www.cobo.com/developers/v2/guides/transactions/manage-transactions: what Cobo itself calls a transaction. A sweep moves
// money that was credited before, and the Fee Station sends gas to our own addresses.
function evidenceOf(callback: Json): Evidence {
  const categories = ifReadable(() => optionalArray(callback, 'data.cobo_category')) ?? [];
  if (categories.some((one) => typeof one === 'string' && fees.has(one))) return { category: 'fee', direction: 'in' };
  const isDeposit = text(callback, 'data.type') === 'Deposit' && !categories.includes('AutoSweep');
  return { category: 'transfer', direction: isDeposit ? 'in' : 'out' };
}

const fees: ReadonlySet<string> = new Set([
  'AutoFueling',
  'AutoFuelingRefund',
  'BillPayment',
  'BillRefund',
  'CommissionFeeCharge',
  'CommissionFeeRefund',
  'GasFeeSponsor',
  'GasFeeSponsorRefund',
  'TokenizationGasSponsor',
]);

function positionOf(callback: Json, network: string | undefined): string {
  const output = ifReadable(() => optionalNumberText(callback, 'data.destination.tx_info.vout_n'));
  if (output !== undefined && paysByOutputs(network)) return `out:${output}`;
  return `transfer:${text(callback, 'data.transaction_id')}`;
}
