import { areDecimals, decimalFrom } from '../deposits/amount.ts';
import type { DepositRecord } from '../deposits/deposit.ts';
import type { Credit } from '../operator/credit.ts';
import type { CallbackRecord, StoredEvent } from '../stores/store.ts';
import { creditText } from './commands/deposits.ts';
import { isoTime } from './times.ts';

/** One line of an export: flat, each value a text, so that no spreadsheet rounds an amount. */
export type ExportRow = Readonly<Record<string, string>>;

export const depositColumns = [
  'id',
  'first_seen',
  'status',
  'code',
  'network',
  'asset',
  'symbol',
  'decimals',
  'units',
  'amount',
  'from',
  'to',
  'memo',
  'transaction',
  'position',
  'block',
  'payment',
  'confirmations',
  'generation',
  'providers',
  'callbacks',
  'account',
  'credit',
] as const;

export function depositRow(deposit: DepositRecord, credit: Credit | undefined): ExportRow {
  const { transaction, decimals } = deposit;
  return texts({
    id: deposit.id,
    first_seen: isoTime(deposit.firstSeenAt),
    status: deposit.status,
    credit: creditText(deposit.status, credit),
    code: deposit.code,
    network: deposit.network,
    asset: deposit.asset,
    symbol: deposit.symbol,
    decimals,
    units: deposit.amount,
    amount: areDecimals(decimals) ? decimalFrom(deposit.amount, decimals) : undefined,
    from: deposit.from,
    to: deposit.to,
    memo: deposit.memo,
    account: deposit.account,
    transaction: transaction.id,
    position: transaction.position,
    block: transaction.block?.hash ?? transaction.block?.number,
    payment: deposit.payment,
    confirmations: deposit.confirmations,
    generation: deposit.generation,
    providers: deposit.providers.join(' '),
    callbacks: deposit.callbackIds.join(' '),
  });
}

export const callbackColumns = [
  'id',
  'received',
  'provider',
  'from',
  'method',
  'url',
  'outcome',
  'code',
  'took_ms',
  'delivery_id',
  'signed',
  'key',
  'body_sha256',
  'body_bytes',
  'deposits',
] as const;

export function callbackRow(record: CallbackRecord): ExportRow {
  return texts({
    id: record.id,
    received: isoTime(record.receivedAt),
    provider: record.provider,
    from: record.remoteAddress,
    method: record.method,
    url: record.url,
    outcome: record.outcome,
    code: record.code,
    took_ms: record.tookMs,
    delivery_id: record.deliveryId,
    signed: isoTime(record.signedAt),
    key: record.keyId,
    body_sha256: record.bodyHash,
    body_bytes: record.bodyBytes,
    deposits: record.transfers.flatMap((one) => one.depositId ?? []).join(' '),
  });
}

export const eventColumns = [
  'id',
  'kind',
  'state',
  'made',
  'settled',
  'attempts',
  'error',
  'deposit',
  'units',
  'asset',
  'to',
] as const;

export function eventRow(event: StoredEvent): ExportRow {
  return texts({
    id: event.id,
    kind: event.kind,
    state: event.state,
    made: isoTime(event.madeAt),
    settled: isoTime(event.settledAt),
    attempts: event.attempts,
    error: event.error,
    deposit: event.deposit.id,
    units: event.deposit.amount,
    asset: event.deposit.asset,
    to: event.deposit.to,
  });
}

function texts(values: Readonly<Record<string, string | number | bigint | undefined>>): ExportRow {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === undefined ? '' : String(value)]),
  );
}
