import type { DepositEvent } from '../../deposits/deposit.ts';
import type { EventFact, StoredDeposit, TransactionChange } from '../../deposits/transaction-state.ts';
import { compactHash } from '../shared/compact-hash.ts';
import { showsStored } from '../shared/shows-stored.ts';
import { depositToJson, storedDepositFromJson } from '../shared/stored-json.ts';
import type { Claim } from '../store.ts';
import type { SqliteConnection } from './connection.ts';
import { giveTurn, tokenOf } from './events.ts';
import type { Records } from './records.ts';
import { span } from './schema.ts';
import {
  findTransaction,
  keyHash,
  noRows,
  placesOf,
  readRows,
  type TransactionEventRow,
  type TransactionRows,
} from './transactions.ts';

/** One change on its way into the tables. */
interface Applying {
  connection: SqliteConnection;
  change: TransactionChange;
  records: Records;
  transactionId: number;
  stored: TransactionRows;
  now: number;
  /** Takes how many deposits of a status came or went. */
  tally: (status: string, by: number) => void;
  leasing: Leasing | undefined;
}

/** Events that are leased from the start if they are due at once, to whom, and the claims of those that are. */
export interface Leasing {
  readonly chosen: ReadonlySet<DepositEvent>;
  readonly until: number;
  readonly holder: number;
  readonly claims: Claim[];
}

/** Applies a change; false when it is lost, and then what it has written is to be rolled back. */
export function applyChange(
  connection: SqliteConnection,
  change: TransactionChange,
  records: Records,
  now: number,
  tally: Applying['tally'],
  leasing?: Leasing,
): boolean {
  const transactionId = takeVersion(connection, change, now);
  if (transactionId === undefined) return false;
  const stored = change.expectedVersion === 0 ? noRows : readRows(connection, transactionId);
  const applying: Applying = { connection, change, records, transactionId, stored, now, tally, leasing };
  writeStatements(applying);
  const deposits = writeDeposits(applying);
  const events = writeEvents(applying, deposits);
  writeDecisions(applying);
  return change.cancelled.every((id) => cancel(connection, events.get(id), now));
}

/** Compare and set: the transaction's id, or undefined if another version is stored. */
function takeVersion(connection: SqliteConnection, change: TransactionChange, now: number): number | undefined {
  const { key, expectedVersion, events } = change;
  const { sql } = connection;
  const credited = events.some(({ kind }) => kind === 'deposit') ? 1 : 0;
  const stored = findTransaction(connection, key);
  if ((stored?.version ?? 0) !== expectedVersion) return undefined;
  if (stored) {
    sql(raiseVersion).run(credited, now, stored.id);
    return stored.id;
  }
  return Number(sql(insertTransaction).run(key, keyHash(key), credited, now).lastInsertRowid);
}

const raiseVersion = `
  UPDATE deposit_callback_transactions SET version = version + 1, credited = max(credited, ?), touched_at = ?
  WHERE id = ?`;
const insertTransaction = `
  INSERT INTO deposit_callback_transactions (key, key_hash, version, credited, touched_at) VALUES (?, ?, 1, ?, ?)`;

function nextPlace(rows: readonly { place: number }[], transactionId: number): number {
  const place = (rows.at(-1)?.place ?? transactionId * span - 1) + 1;
  if (place >= (transactionId + 1) * span) throw new RangeError(`a transaction holds at most ${span} rows of a kind`);
  return place;
}

// Kept, never overwritten: a statement whose id is stored stays as it was.
function writeStatements({ connection: { sql }, change, records, stored, transactionId }: Applying): void {
  const known = new Set(stored.statements.map(({ id }) => id));
  let place = nextPlace(stored.statements, transactionId);
  for (const statement of change.statements) {
    if (known.has(statement.id)) continue;
    known.add(statement.id);
    sql(insertStatement).run(place, statement.id, records.get(statement) ?? null);
    place += 1;
  }
}

const insertStatement = 'INSERT INTO deposit_callback_statements (place, id, record) VALUES (?, ?, ?)';

interface PlacedDeposit {
  place: number;
  status: string;
  /** As the change has it; absent if the change leaves it alone. */
  changed?: StoredDeposit;
}

/** The transaction's deposits by id, as they are after the change. */
function writeDeposits({
  connection,
  change,
  records,
  stored,
  transactionId,
  tally,
}: Applying): Map<string, PlacedDeposit> {
  const deposits = new Map<string, PlacedDeposit>();
  for (const { place, status, record } of stored.deposits) {
    deposits.set(storedDepositFromJson(record).id, { place, status });
  }
  let place = nextPlace(stored.deposits, transactionId);
  keepShown(
    connection,
    transactionId,
    change.deposits.flatMap(({ id }) => deposits.get(id)?.place ?? []),
  );
  for (const deposit of change.deposits) {
    const old = deposits.get(deposit.id);
    if (old) {
      updateDeposit(connection, change.key, deposit, records.get(deposit) ?? null, old.place);
      tally(old.status, -1);
    } else {
      insertDeposit(connection, change.key, deposit, records.get(deposit) ?? null, place);
    }
    deposits.set(deposit.id, { place: old?.place ?? place, status: deposit.status, changed: deposit });
    tally(deposit.status, 1);
    if (!old) place += 1;
  }
  return deposits;
}

/** Events without a record of their own showed their deposits as they were until now: once for all that change. */
function keepShown({ sql }: SqliteConnection, transactionId: number, changed: readonly number[]): void {
  if (changed.length === 0) return;
  sql(`
    UPDATE deposit_callback_events AS e
    SET record = (SELECT d.record FROM deposit_callback_deposits d WHERE d.place = e.deposit)
    WHERE e.place BETWEEN ? AND ? AND e.record IS NULL AND e.deposit IN (SELECT value FROM json_each(?))`).run(
    ...placesOf(transactionId),
    JSON.stringify(changed),
  );
}

function insertDeposit(
  { sql }: SqliteConnection,
  key: string,
  deposit: StoredDeposit,
  record: string | null,
  place: number,
): void {
  sql(`
    INSERT INTO deposit_callback_deposits
      (place, id_hash, recipient_hash, transaction_hash, first_seen_at, status, waiting_since, record)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`).run(
    place,
    compactHash(deposit.id),
    compactHash(deposit.to),
    transactionHash(key, deposit),
    deposit.firstSeenAt,
    deposit.status,
    deposit.waitingSince ?? null,
    record,
  );
}

function updateDeposit(
  { sql }: SqliteConnection,
  key: string,
  deposit: StoredDeposit,
  record: string | null,
  place: number,
): void {
  sql(`
    UPDATE deposit_callback_deposits
    SET recipient_hash = ?, transaction_hash = ?, first_seen_at = ?, status = ?, waiting_since = ?, record = ?
    WHERE place = ?`).run(
    compactHash(deposit.to),
    transactionHash(key, deposit),
    deposit.firstSeenAt,
    deposit.status,
    deposit.waitingSince ?? null,
    record,
    place,
  );
}

/**
 * Only if the transaction's key does not lead to it (docs/rules.md#payments): one index less to write for the others.
 */
function transactionHash(key: string, { transaction }: StoredDeposit): number | null {
  const hash = compactHash(transaction.id);
  return hash === keyHash(key) ? null : hash;
}

/** Places of the transaction's events, by id. */
function writeEvents(
  { connection, change, stored, transactionId, now, leasing }: Applying,
  deposits: ReadonlyMap<string, PlacedDeposit>,
): Map<string, number> {
  const places = new Map(stored.events.map(({ id, place }) => [id, place]));
  const told = new Set(stored.told.map(({ record }) => (JSON.parse(record) as EventFact).id));
  const unsettled = new Set(stored.events.filter(isUnsettled).map(({ deposit }) => deposit));
  let place = nextPlace(stored.events, transactionId);
  for (const event of change.events) {
    const deposit = deposits.get(event.deposit.id);
    if (!deposit) throw new Error(`event ${event.id} belongs to a deposit that is not stored`);
    if (places.has(event.id) || told.has(event.id)) throw new Error(`event ${event.id} was made before`);
    // It has its turn once those before it of its deposit are settled; until then it has no time to be due.
    const dueAt = unsettled.has(deposit.place) ? null : now;
    const record = showsStored(event.deposit, deposit.changed) ? null : depositToJson(event.deposit);
    const leased = dueAt !== null && leasing?.chosen.has(event) ? leasing : undefined;
    insertEvent(connection, event, { place, deposit: deposit.place, dueAt, madeAt: now, record }, leased);
    unsettled.add(deposit.place);
    places.set(event.id, place);
    place += 1;
  }
  return places;
}

function isUnsettled({ state }: TransactionEventRow): boolean {
  return state === 'owed' || state === 'leased' || state === 'dead';
}

interface PlacedEvent {
  place: number;
  /** Place of its deposit. */
  deposit: number;
  dueAt: number | null;
  madeAt: number;
  record: string | null;
}

function insertEvent(
  { sql }: SqliteConnection,
  event: DepositEvent,
  { place, deposit, dueAt, madeAt, record }: PlacedEvent,
  leasing: Leasing | undefined,
): void {
  const { id, kind, generation } = event;
  const leases = leasing ? 1 : 0;
  sql(`
    INSERT INTO deposit_callback_events
      (place, id, deposit, kind, generation, state, handed, attempts, lease, due_at, made_at, record, holder)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`).run(
    place,
    id,
    deposit,
    kind,
    generation,
    leasing ? 'leased' : 'owed',
    leases,
    leases,
    leases,
    leasing ? leasing.until : dueAt,
    madeAt,
    record,
    leasing ? leasing.holder : null,
  );
  leasing?.claims.push({ event, token: tokenOf(place, leases), attempt: 1 });
}

function writeDecisions({ connection: { sql }, change, stored, transactionId }: Applying): void {
  let place = nextPlace(stored.decisions, transactionId);
  for (const decision of change.decisions) {
    sql('INSERT INTO deposit_callback_decisions (place, record) VALUES (?, ?)').run(place, JSON.stringify(decision));
    place += 1;
  }
}

/** docs/rules.md#revert: false when a listener was handed it meanwhile. */
function cancel(connection: SqliteConnection, place: number | undefined, now: number): boolean {
  if (place === undefined) return false;
  const cancelled = connection.sql(cancelEvent).get(now, place) as { deposit: number } | undefined;
  if (cancelled) giveTurn(connection, place, cancelled.deposit, now);
  return cancelled !== undefined;
}

const cancelEvent = `
  UPDATE deposit_callback_events SET state = 'cancelled', settled_at = ? WHERE place = ? AND handed = 0 RETURNING deposit`;
