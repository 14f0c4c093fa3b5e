import type { DepositEvent, EventKind } from '../deposits/deposit.ts';
import type {
  Decision,
  EventFact,
  StoredDeposit,
  TransactionChange,
  TransactionState,
} from '../deposits/transaction-state.ts';
import { compactHash } from './compact-hash.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { giveTurn } from './sqlite-events.ts';
import { amountToJson, statementFromJson, storedDepositFromJson } from './sqlite-rows.ts';
import { span } from './sqlite-schema.ts';

/** First and last place of a transaction's rows. */
export function placesOf(transactionId: number): [number, number] {
  return [transactionId * span, transactionId * span + span - 1];
}

export function transactionOf({ sql }: SqliteConnection, key: string): { id: number; version: number } | undefined {
  const found = sql('SELECT id, version FROM deposit_callback_transactions WHERE key_hash = ? AND key = ?');
  return found.get(compactHash(key), key) as { id: number; version: number } | undefined;
}

export function loadTransaction(connection: SqliteConnection, key: string): TransactionState {
  const transaction = transactionOf(connection, key);
  if (!transaction) return { key, version: 0, statements: [], deposits: [], facts: [], decisions: [] };
  const rows = readRows(connection, transaction.id);
  return {
    key,
    version: transaction.version,
    statements: rows.statements.map(({ record }) => statementFromJson(record)),
    deposits: rows.deposits.map(({ record }) => storedDepositFromJson(record)),
    facts: rows.events.map((event) => factOf(event, rows.deposits)),
    decisions: rows.decisions.map(({ record }): Decision => JSON.parse(record)),
  };
}

/**
 * Applies a change whose version still holds; undefined, with the database as it was or to be rolled back, when it is
 * lost. Counts into `tally` by status how many deposits came and went.
 */
export function applyChange(
  connection: SqliteConnection,
  change: TransactionChange,
  now: number,
  tally: (status: string, by: number) => void,
): boolean {
  const transactionId = takeVersion(connection, change, now);
  if (transactionId === undefined) return false;
  const stored = change.expectedVersion === 0 ? noRows : readRows(connection, transactionId);
  writeStatements(connection, change, stored, transactionId);
  const depositPlaces = writeDeposits(connection, change, stored, transactionId, tally);
  const eventPlaces = writeEvents(connection, change, stored, transactionId, depositPlaces, now);
  writeDecisions(connection, change, stored, transactionId);
  return change.cancelled.every((id) => cancel(connection, eventPlaces.get(id), now));
}

/** Compare and set, in one statement: the transaction's id, or undefined where another version is stored. */
function takeVersion({ sql }: SqliteConnection, change: TransactionChange, now: number): number | undefined {
  const { key, expectedVersion } = change;
  const hash = compactHash(key);
  const credited = change.events.some(({ kind }) => kind === 'deposit') ? 1 : 0;
  if (expectedVersion === 0) {
    const { changes, lastInsertRowid } = sql(`
      INSERT INTO deposit_callback_transactions (key, key_hash, version, credited, touched_at)
      SELECT ?, ?, 1, ?, ?
      WHERE NOT EXISTS (SELECT 1 FROM deposit_callback_transactions WHERE key_hash = ? AND key = ?)`).run(
      key,
      hash,
      credited,
      now,
      hash,
      key,
    );
    return Number(changes) === 1 ? Number(lastInsertRowid) : undefined;
  }
  const updated = sql(`
    UPDATE deposit_callback_transactions SET version = version + 1, credited = max(credited, ?), touched_at = ?
    WHERE key_hash = ? AND key = ? AND version = ? RETURNING id`).get(credited, now, hash, key, expectedVersion);
  return (updated as { id: number } | undefined)?.id;
}

interface EventRow {
  place: number;
  id: string;
  deposit: number;
  kind: EventKind;
  generation: number;
  state: string;
  handed: number;
}

interface StoredRows {
  statements: { place: number; id: string; record: string }[];
  deposits: { place: number; id: string; status: string; record: string }[];
  events: EventRow[];
  decisions: { place: number; record: string }[];
}

const noRows: StoredRows = { statements: [], deposits: [], events: [], decisions: [] };

function readRows({ sql }: SqliteConnection, transactionId: number): StoredRows {
  const places = placesOf(transactionId);
  const all = (columns: string, table: string): unknown[] =>
    sql(`SELECT ${columns} FROM deposit_callback_${table} WHERE place BETWEEN ? AND ? ORDER BY place`).all(...places);
  return {
    statements: all('place, id, record', 'statements') as StoredRows['statements'],
    deposits: all('place, id, status, record', 'deposits') as StoredRows['deposits'],
    events: all('place, id, deposit, kind, generation, state, handed', 'events') as EventRow[],
    decisions: all('place, record', 'decisions') as StoredRows['decisions'],
  };
}

function factOf(event: EventRow, deposits: StoredRows['deposits']): EventFact {
  return {
    id: event.id,
    depositId: deposits.find(({ place }) => place === event.deposit)?.id ?? '',
    kind: event.kind,
    generation: event.generation,
    handed: event.handed === 1,
    cancelled: event.state === 'cancelled',
  };
}

function nextPlace(rows: readonly { place: number }[], transactionId: number): number {
  const last = rows.at(-1);
  const place = last ? last.place + 1 : transactionId * span;
  if (place >= (transactionId + 1) * span)
    throw new RangeError(`transaction ${transactionId} has ${span} rows of a kind`);
  return place;
}

// Kept, never overwritten: a statement whose id is stored stays as it was.
function writeStatements(
  { sql }: SqliteConnection,
  change: TransactionChange,
  stored: StoredRows,
  transactionId: number,
): void {
  const known = new Set(stored.statements.map(({ id }) => id));
  let place = nextPlace(stored.statements, transactionId);
  for (const statement of change.statements) {
    if (known.has(statement.id)) continue;
    known.add(statement.id);
    const record = amountToJson(statement);
    sql('INSERT INTO deposit_callback_statements (place, id, record) VALUES (?, ?, ?)').run(
      place,
      statement.id,
      record,
    );
    place += 1;
  }
}

/** Places of all deposits of the transaction, by id. */
function writeDeposits(
  connection: SqliteConnection,
  change: TransactionChange,
  stored: StoredRows,
  transactionId: number,
  tally: (status: string, by: number) => void,
): Map<string, number> {
  const places = new Map(stored.deposits.map(({ id, place }) => [id, place]));
  const before = new Map(stored.deposits.map(({ id, status }) => [id, status]));
  let place = nextPlace(stored.deposits, transactionId);
  for (const deposit of change.deposits) {
    const known = places.get(deposit.id);
    if (known === undefined) {
      insertDeposit(connection, deposit, place);
      places.set(deposit.id, place);
      place += 1;
    } else {
      updateDeposit(connection, deposit, known);
      tally(before.get(deposit.id) ?? deposit.status, -1);
    }
    before.set(deposit.id, deposit.status);
    tally(deposit.status, 1);
  }
  return places;
}

function insertDeposit({ sql }: SqliteConnection, deposit: StoredDeposit, place: number): void {
  sql(`
    INSERT INTO deposit_callback_deposits (place, id, id_hash, network, asset, recipient, recipient_hash,
      transaction_hash, first_seen_at, status, waiting_since, record)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`).run(
    place,
    deposit.id,
    compactHash(deposit.id),
    deposit.network,
    deposit.asset,
    deposit.to,
    compactHash(deposit.to),
    compactHash(deposit.transaction.id),
    deposit.firstSeenAt,
    deposit.status,
    deposit.waitingSince ?? null,
    amountToJson(deposit),
  );
}

// What a deposit is found by is part of its id and stays; for a payment (rule 26) the transaction may be another.
function updateDeposit({ sql }: SqliteConnection, deposit: StoredDeposit, place: number): void {
  sql(`
    UPDATE deposit_callback_deposits
    SET transaction_hash = ?, first_seen_at = ?, status = ?, waiting_since = ?, record = ? WHERE place = ?`).run(
    compactHash(deposit.transaction.id),
    deposit.firstSeenAt,
    deposit.status,
    deposit.waitingSince ?? null,
    amountToJson(deposit),
    place,
  );
}

/** Places of all events of the transaction that may still be cancelled, by id. */
function writeEvents(
  connection: SqliteConnection,
  change: TransactionChange,
  stored: StoredRows,
  transactionId: number,
  depositPlaces: ReadonlyMap<string, number>,
  now: number,
): Map<string, number> {
  const places = new Map(stored.events.map(({ id, place }) => [id, place]));
  // An event has its turn once those before it of its deposit are settled; until then it has no time to be due.
  const unsettled = new Set(stored.events.filter(isUnsettled).map(({ deposit }) => deposit));
  let place = nextPlace(stored.events, transactionId);
  for (const event of change.events) {
    const deposit = depositPlaces.get(event.deposit.id);
    if (deposit === undefined) throw new Error(`event ${event.id} is of a deposit that is not stored`);
    if (places.has(event.id)) throw new Error(`event ${event.id} was made before`);
    insertEvent(connection, event, place, deposit, unsettled.has(deposit) ? null : now, now);
    unsettled.add(deposit);
    places.set(event.id, place);
    place += 1;
  }
  return places;
}

function isUnsettled({ state }: EventRow): boolean {
  return state === 'owed' || state === 'leased' || state === 'dead';
}

function insertEvent(
  { sql }: SqliteConnection,
  event: DepositEvent,
  place: number,
  deposit: number,
  dueAt: number | null,
  now: number,
): void {
  sql(`
    INSERT INTO deposit_callback_events (place, id, deposit, kind, generation, state, handed, attempts, lease, due_at,
      made_at, record)
    VALUES (?, ?, ?, ?, ?, 'owed', 0, 0, 0, ?, ?, ?)`).run(
    place,
    event.id,
    deposit,
    event.kind,
    event.generation,
    dueAt,
    now,
    amountToJson(event.deposit),
  );
}

function writeDecisions(
  { sql }: SqliteConnection,
  change: TransactionChange,
  stored: StoredRows,
  transactionId: number,
): void {
  let place = nextPlace(stored.decisions, transactionId);
  for (const decision of change.decisions) {
    sql('INSERT INTO deposit_callback_decisions (place, record) VALUES (?, ?)').run(place, JSON.stringify(decision));
    place += 1;
  }
}

/** Rule 23: false when a listener was handed it meanwhile. */
function cancel(connection: SqliteConnection, place: number | undefined, now: number): boolean {
  if (place === undefined) return false;
  const cancelled = connection
    .sql(`
    UPDATE deposit_callback_events SET state = 'cancelled', settled_at = ?
    WHERE place = ? AND handed = 0 RETURNING deposit`)
    .get(now, place) as { deposit: number } | undefined;
  if (cancelled) giveTurn(connection, place, cancelled.deposit, now);
  return cancelled !== undefined;
}
