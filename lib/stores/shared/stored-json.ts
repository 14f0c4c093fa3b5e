import type { DepositRecord } from '../../deposits/deposit.ts';
import type { StoredStatement } from '../../deposits/statement.ts';
import type { StoredDeposit } from '../../deposits/transaction-state.ts';
import { depositRecordOf } from '../../deposits/transaction-state.ts';
import type { CallbackRecord } from '../store.ts';

// What SQLite and PostgreSQL keep as JSON: it holds what columns would not, absent fields, lists, NUL. Each object is
// written out with all its fields, since a spread costs three times as much as the JSON itself; `AsJson` makes a forgotten field a compile error.

/** Every field of `T`, with a bigint as text and an absent one as undefined, which JSON leaves out. */
type AsJson<T> = { [K in keyof Required<T>]: bigint extends T[K] ? string : T[K] | undefined };

export function statementToJson(statement: StoredStatement): string {
  const json: AsJson<StoredStatement> = {
    id: statement.id,
    provider: statement.provider,
    kind: statement.kind,
    amount: statement.amount.toString(),
    memo: statement.memo,
    position: statement.position,
    blockHash: statement.blockHash,
    blockNumber: statement.blockNumber,
    confirmations: statement.confirmations,
    at: statement.at,
    eventId: statement.eventId,
    row: statement.row,
    check: statement.check,
    group: statement.group,
    callbackId: statement.callbackId,
    receivedAt: statement.receivedAt,
    from: statement.from,
    account: statement.account,
    symbol: statement.symbol,
    decimals: statement.decimals,
    lacks: statement.lacks,
    shows: statement.shows,
    failure: statement.failure,
    report: statement.report,
    signedBy: statement.signedBy,
    counted: statement.counted,
    onlyEnds: statement.onlyEnds,
  };
  return JSON.stringify(json);
}

export function statementFromJson(json: string): StoredStatement {
  return withAmount<StoredStatement>(json);
}

/** A deposit, stored or as an event shows it. */
export function depositToJson(deposit: StoredDeposit | (DepositRecord & Partial<StoredDeposit>)): string {
  return shownToJson(deposit).slice(0, -1) + restToJson(deposit);
}

/** A deposit as an event shows it; what is stored begins so, and ends with `restToJson` in place of the last brace. */
export function shownToJson(deposit: DepositRecord): string {
  const json: AsJson<DepositRecord> = {
    id: deposit.id,
    generation: deposit.generation,
    network: deposit.network,
    asset: deposit.asset,
    account: deposit.account,
    symbol: deposit.symbol,
    decimals: deposit.decimals,
    amount: deposit.amount.toString(),
    from: deposit.from,
    to: deposit.to,
    memo: deposit.memo,
    transaction: deposit.transaction,
    payment: deposit.payment,
    confirmations: deposit.confirmations,
    status: deposit.status,
    code: deposit.code,
    reason: deposit.reason,
    providers: deposit.providers,
    firstSeenAt: deposit.firstSeenAt,
    callbackIds: deposit.callbackIds,
  };
  return JSON.stringify(json);
}

/** The end of a deposit's JSON: what only the store keeps of it, after a comma, and the last brace. */
export function restToJson(deposit: Partial<StoredDeposit>): string {
  const json: AsJson<Omit<StoredDeposit, keyof DepositRecord>> = {
    group: deposit.group,
    ordinal: deposit.ordinal,
    waitingSince: deposit.waitingSince,
    creditedWith: deposit.creditedWith,
    reported: deposit.reported,
    creditedUnder: deposit.creditedUnder,
    creditedAlso: deposit.creditedAlso,
  } as AsJson<Omit<StoredDeposit, keyof DepositRecord>>;
  const text = JSON.stringify(json);
  return text === '{}' ? '}' : `,${text.slice(1)}`;
}

export function storedDepositFromJson(json: string): StoredDeposit {
  return withAmount<StoredDeposit>(json);
}

/** What an event shows of the deposit; also from a stored deposit's JSON. */
export function depositRecordFromJson(json: string): DepositRecord {
  return depositRecordOf(storedDepositFromJson(json));
}

/** A callback without its body, which has a table of its own. */
export function callbackToJson(callback: CallbackRecord): string {
  const json: AsJson<Omit<CallbackRecord, 'body'>> = {
    id: callback.id,
    provider: callback.provider,
    receivedAt: callback.receivedAt,
    remoteAddress: callback.remoteAddress,
    method: callback.method,
    url: callback.url,
    headers: callback.headers,
    bodyHash: callback.bodyHash,
    bodyBytes: callback.bodyBytes,
    deliveryId: callback.deliveryId,
    signedAt: callback.signedAt,
    keyId: callback.keyId,
    outcome: callback.outcome,
    code: callback.code,
    transfers: callback.transfers,
    tookMs: callback.tookMs,
    finished: callback.finished,
  };
  return JSON.stringify(json);
}

export function callbackFromRow(row: CallbackRow): CallbackRecord {
  const line: CallbackRecord = JSON.parse(row.record);
  if (row.body) line.body = Buffer.from(row.body.buffer, row.body.byteOffset, row.body.byteLength);
  return line;
}

export interface CallbackRow {
  record: string;
  body?: Uint8Array | null;
}

function withAmount<T extends { amount: bigint }>(text: string): T {
  const json: { amount: string | bigint } = JSON.parse(text);
  json.amount = BigInt(json.amount);
  return json as T;
}
