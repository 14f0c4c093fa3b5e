import type { DepositRecord, EventKind } from '../../deposits/deposit.ts';
import type { StoredDeposit } from '../../deposits/transaction-state.ts';
import { depositRecordOf } from '../../deposits/transaction-state.ts';
import { columnText, fromColumnText } from '../shared/column-text.ts';
import { compactHash } from '../shared/compact-hash.ts';
import type { CallbackRow } from '../shared/stored-json.ts';
import { withAmount } from '../shared/with-amount.ts';
import type { CallbackQuery, DepositQuery, EventQuery, Store, StoredEvent } from '../store.ts';
import { keyHashesOf } from './hashes.ts';

type Row = Record<string, unknown>;
/** Runs a query; every column is asked for as text, since a user may have changed how pg reads the others. */
type Ask = (text: string, values: unknown[]) => Promise<Row[]>;

/** Conditions joined by AND; `$` stands for the next parameter. */
interface Conditions {
  readonly values: unknown[];
  add(text: string, ...values: unknown[]): void;
  /** Adds a condition only if there is a value. */
  equal(column: string, value: string | undefined): void;
  sql(): string;
}

function conditions(): Conditions {
  const texts: string[] = [];
  const values: unknown[] = [];
  const add = (text: string, ...more: unknown[]): void => {
    let next = values.length;
    texts.push(text.replaceAll('$', () => `$${++next}`));
    values.push(...more);
  };
  return {
    values,
    add,
    equal(column, value) {
      if (value !== undefined) add(`${column} = $`, columnText(value));
    },
    sql: () => (texts.length === 0 ? 'true' : texts.join(' AND ')),
  };
}

/** One callback with its body, or a page of them without. */
export async function findCallbacks(ask: Ask, query: CallbackQuery | { id: string }): Promise<CallbackRow[]> {
  if ('id' in query) {
    return (await ask(`SELECT record::text AS record, body FROM deposit_callback.callbacks WHERE id = $1`, [
      columnText(query.id),
    ])) as unknown as CallbackRow[];
  }
  const where = conditions();
  where.equal('provider', query.provider);
  where.equal('code', query.code);
  where.equal('outcome', query.outcome);
  // Spelt out, since only then is the partial index of use.
  if (query.outcome !== undefined && query.outcome !== 'recorded') where.add(`outcome <> 'recorded'`);
  if (query.finished !== undefined) where.add(query.finished ? 'finished' : 'NOT finished');
  if (query.since !== undefined) where.add('received_at >= $::bigint', query.since);
  if (query.until !== undefined) where.add('received_at < $::bigint', query.until);
  if (query.before !== undefined) {
    where.add(
      `(received_at, seq) < (SELECT received_at, seq FROM deposit_callback.callbacks WHERE id = $)`,
      columnText(query.before),
    );
  }
  return (await ask(
    `SELECT record::text AS record FROM deposit_callback.callbacks WHERE ${where.sql()}
    ORDER BY received_at DESC, seq DESC LIMIT ${Number(query.limit)}`,
    where.values,
  )) as unknown as CallbackRow[];
}

type Found = { deposit: StoredDeposit; transactionKey: string };

function foundFromRow({ record, key }: Row): Found {
  return {
    deposit: withAmount<StoredDeposit>(JSON.parse(record as string)),
    transactionKey: fromColumnText(key as string),
  };
}

const depositById = 'id_hash = $ AND id = $';

const depositColumns =
  'record::text AS record, (SELECT key FROM deposit_callback.transactions t WHERE t.id = d.transaction_id) AS key';

export async function findDeposit(ask: Ask, id: string): Promise<Found | undefined> {
  const where = conditions();
  where.add(depositById, compactHash(id), columnText(id));
  const [row] = await ask(
    `SELECT ${depositColumns} FROM deposit_callback.deposits d WHERE ${where.sql()}`,
    where.values,
  );
  return row && foundFromRow(row);
}

export async function findDeposits(ask: Ask, query: DepositQuery): Promise<DepositRecord[]> {
  const where = conditions();
  where.equal('status', query.status);
  if (query.status !== undefined && query.status !== 'confirmed') where.add(`status <> 'confirmed'`);
  where.equal('network', query.network);
  where.equal('asset', query.asset);
  if (query.to !== undefined)
    where.add('recipient_hash = $ AND recipient = $', compactHash(query.to), columnText(query.to));
  const { transactionId } = query;
  if (transactionId !== undefined) {
    // Found first and sorted then: along the order of time it might be the last of 10^7.
    where.add(
      `(d.transaction_id, d.seq) IN (
        SELECT transaction_id, seq FROM deposit_callback.deposits WHERE transaction_hash = $
        UNION
        SELECT f.transaction_id, f.seq FROM deposit_callback.transactions t
        JOIN deposit_callback.deposits f ON f.transaction_id = t.id WHERE t.key_hash BETWEEN $ AND $)`,
      compactHash(transactionId),
      ...keyHashesOf(transactionId),
    );
  }
  if (query.since !== undefined) where.add('first_seen_at >= $::bigint', query.since);
  if (query.before !== undefined) {
    where.add(
      `(first_seen_at, seq) < (SELECT first_seen_at, seq FROM deposit_callback.deposits WHERE ${depositById})`,
      compactHash(query.before),
      columnText(query.before),
    );
  }
  const rows = await ask(
    `SELECT record::text AS record FROM deposit_callback.deposits d WHERE ${where.sql()}
    ORDER BY first_seen_at DESC, seq DESC LIMIT ${Number(query.limit)}`,
    where.values,
  );
  return rows
    .map(({ record }) => depositRecordOf(withAmount<StoredDeposit>(JSON.parse(record as string))))
    .filter(({ transaction }) => transactionId === undefined || transaction.id === transactionId);
}

export async function findWaiting(ask: Ask, query: Parameters<Store['waiting']>[0]): Promise<Found[]> {
  const where = conditions();
  where.add('waiting_since < $::bigint', query.before);
  where.equal('network', query.network);
  if (query.after !== undefined) {
    const after = `FROM deposit_callback.deposits WHERE ${depositById} AND waiting_since IS NOT NULL`;
    const values = [compactHash(query.after), columnText(query.after)];
    where.add(`coalesce((waiting_since, seq) > (SELECT waiting_since, seq ${after}), true)`, ...values);
  }
  const rows = await ask(
    `SELECT ${depositColumns} FROM deposit_callback.deposits d WHERE ${where.sql()}
    ORDER BY waiting_since, seq LIMIT ${Number(query.limit)}`,
    where.values,
  );
  return rows.map(foundFromRow);
}

const unsettledStates: readonly (string | undefined)[] = ['owed', 'leased', 'dead'];

export async function findEvents(ask: Ask, query: EventQuery): Promise<StoredEvent[]> {
  const where = conditions();
  where.equal('state', query.state);
  where.equal('kind', query.kind);
  const unsettled = unsettledStates.includes(query.state);
  if (unsettled) where.add(`state IN ('owed', 'leased', 'dead')`);
  if (query.depositId !== undefined) {
    const id = columnText(query.depositId);
    const transaction = `(SELECT transaction_id FROM deposit_callback.deposits WHERE ${depositById})`;
    where.add(`transaction_id = ${transaction} AND deposit_id = $`, compactHash(query.depositId), id, id);
  }
  // Without a transaction or a state, newest first is the order of the primary key, but for its first column.
  const order = unsettled ? 'made_at DESC, seq DESC' : 'transaction_id DESC, seq DESC';
  const rows = await ask(
    `SELECT json_build_array(id, kind, generation, record, state, attempts, coalesce(due_at, made_at), made_at, handed,
      settled_at, error, crashes)::text AS event
    FROM deposit_callback.events WHERE ${where.sql()} ORDER BY ${order} LIMIT ${Number(query.limit)}`,
    where.values,
  );
  return rows.map(({ event }) => eventFromJson(event as string));
}

type EventJson = [
  id: string,
  kind: EventKind,
  generation: number,
  record: unknown,
  state: StoredEvent['state'],
  attempts: number,
  dueAt: number,
  madeAt: number,
  handed: boolean,
  settledAt: number | null,
  error: string | null,
  crashes: number,
];

function eventFromJson(json: string): StoredEvent {
  const [id, kind, generation, record, state, attempts, dueAt, madeAt, handed, settledAt, error, crashes]: EventJson =
    JSON.parse(json);
  return {
    id: fromColumnText(id),
    kind,
    generation,
    deposit: withAmount<DepositRecord>(record),
    state,
    attempts,
    // One that waits for its turn behind an earlier event has no time of its own.
    dueAt,
    madeAt,
    handed,
    ...(settledAt !== null && { settledAt }),
    ...(error !== null && { error: fromColumnText(error) }),
    ...(crashes > 0 && { crashes }),
  };
}
