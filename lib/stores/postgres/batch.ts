import type { DepositEvent } from '../../deposits/deposit.ts';
import type { TransactionChange } from '../../deposits/transaction-state.ts';
import type { Pieces } from '../../util/turns.ts';
import { columnText } from '../shared/column-text.ts';
import type { Batch } from '../store.ts';
import { arrayText, jsonArray } from './arrays.ts';
import { keyHash } from './hashes.ts';
import {
  callbackRows,
  cancelRows,
  depositRows,
  eventRows,
  isCredited,
  numbered,
  openedRows,
  type Row,
  statementRows,
} from './rows.ts';

/** A batch as a call of the function that records it, and the keys of its changes by their numbers there. */
export interface PostgresBatch {
  text: string;
  values: unknown[];
  keys: readonly string[];
}

/** Where and when a batch is recorded. */
export interface PostgresPlace {
  now: number | null;
  /** Of the tallies. */
  slot: number;
  /** Who leases events; null leases none. */
  holder: number | null;
  /** Events to lease if they are due at once. */
  leased: ReadonlySet<DepositEvent>;
}

const columns = {
  transaction: ['key', 'key_hash', 'credited'],
  statement: ['change', 'id', 'provider', 'kind', 'amount', 'received_at', 'record'],
  deposit: [
    ...['change', 'id', 'id_hash', 'network', 'asset', 'amount', 'recipient', 'recipient_hash', 'transaction_hash'],
    ...['status', 'first_seen_at', 'waiting_since', 'record'],
  ],
  event: [
    'change',
    'id',
    'deposit_id',
    'kind',
    'generation',
    'is_first',
    'is_leased',
    'deposit_place',
    'shown_bytes',
    'record',
  ],
  callback: [...['id', 'provider', 'received_at', 'outcome', 'code', 'finished', 'record', 'body_from', 'body_bytes']],
} as const;

const callRecord = callOf('record', 7 + columns.callback.length + 5);
const callRecordOpened = callOf(
  'record_opened',
  Object.values(columns).reduce((sum, names) => sum + names.length, 0) + 2 + 5,
);

function callOf(name: string, values: number): string {
  const places = Array.from({ length: values }, (_, index) => `$${index + 1}`).join(', ');
  return `SELECT lost_change::text, leased_event, leased_token FROM deposit_callback.${name}(${places})`;
}

/** In pieces: one callback may have thousands of transfers. */
export function* recordBatch(batch: Batch, place: PostgresPlace): Pieces<PostgresBatch> {
  const { rows, bodies } = callbackRows(batch.callbacks);
  const callbacks = yield* listsOf(rows, columns.callback);
  const rest = [bodies, place.now, place.slot, batch.lease?.leaseMs ?? null, place.holder];
  return batch.changes.every(onlyOpens)
    ? yield* openedBatch(batch.changes, place, callbacks, rest)
    : yield* anyBatch(batch.changes, place, [...callbacks, ...rest]);
}

/** Most batches: what is said of their transactions is the first word about them. */
function onlyOpens({ expectedVersion, cancelled, decisions }: TransactionChange): boolean {
  return expectedVersion === 0 && cancelled.length === 0 && decisions.length === 0;
}

function* openedBatch(
  given: readonly TransactionChange[],
  { leased }: PostgresPlace,
  callbacks: readonly (string | Buffer)[],
  rest: readonly unknown[],
): Pieces<PostgresBatch> {
  // Inserted in the order of their hashes, so that of two processes with the same transactions one waits for the other; all other
  // rows in the order of the changes, in which their events are due.
  const opened = given.map((change) => ({ change, hash: keyHash(change.key) }));
  opened.sort((one, other) => (one.hash < other.hash ? -1 : 1));
  const numbers = new Map(opened.map(({ change }, index) => [change, index + 1]));
  const transactions = opened.map(({ change, hash }) => ({
    key: columnText(change.key),
    key_hash: hash,
    credited: isCredited(change),
  }));
  yield;
  const { deposits, events } = yield* openedRows(numbers, given, leased);
  const tallies = new Map<string, number>();
  for (const { status } of deposits) tallies.set(`deposits:${status}`, (tallies.get(`deposits:${status}`) ?? 0) + 1);
  const values = [
    ...(yield* listsOf(transactions, columns.transaction)),
    ...(yield* listsOf(yield* numbered(numbers, given, statementRows), columns.statement)),
    ...(yield* listsOf(deposits, columns.deposit)),
    ...(yield* listsOf(events, columns.event)),
    ...callbacks,
    arrayText([...tallies.keys()]),
    arrayText([...tallies.values()]),
    ...rest,
  ];
  return { text: callRecordOpened, values, keys: opened.map(({ change }) => change.key) };
}

function* anyBatch(
  given: readonly TransactionChange[],
  { leased }: PostgresPlace,
  rest: readonly unknown[],
): Pieces<PostgresBatch> {
  // Numbers from 1, those of stored transactions first, as the function takes them.
  const changes = [...given].sort((one, other) => rank(one) - rank(other));
  const numbers = new Map(changes.map((change, index) => [change, index + 1]));
  const lists = [
    changes.flatMap((change, index) => (change.expectedVersion > 0 ? raisedRow(change, index + 1) : [])),
    changes.flatMap((change, index) => (change.expectedVersion > 0 ? [] : [openedRow(change, index + 1)])),
    yield* numbered(numbers, changes, statementRows),
    yield* numbered(numbers, changes, depositRows),
    yield* numbered(numbers, changes, (change) => eventRows(change, leased)),
    yield* numbered(numbers, changes, ({ decisions }) => decisions.map((one) => ({ record: JSON.stringify(one) }))),
    yield* numbered(numbers, changes, cancelRows),
  ];
  const texts: (string | null)[] = [];
  for (const list of lists) {
    texts.push(list.length === 0 ? null : JSON.stringify(list));
    yield;
  }
  return { text: callRecord, values: [...texts, ...rest], keys: changes.map(({ key }) => key) };
}

/** One list for each column of the rows. */
function* listsOf(rows: readonly Row[], names: readonly string[]): Pieces<(string | Buffer)[]> {
  const lists: (string | Buffer)[] = [];
  for (const name of names) {
    const values = rows.map((row) => row[name]);
    lists.push(name === 'record' ? jsonArray(values as (string | null)[]) : arrayText(values));
    yield;
  }
  return lists;
}

function rank({ expectedVersion }: TransactionChange): number {
  return expectedVersion > 0 ? 0 : 1;
}

function raisedRow(change: TransactionChange, number: number): object[] {
  const { expectedVersion: version, events, cancelled } = change;
  return [{ ...openedRow(change, number), version, moves_events: events.length > 0 || cancelled.length > 0 }];
}

function openedRow(change: TransactionChange, number: number): object {
  const { key } = change;
  return { change: number, key_hash: keyHash(key), key: columnText(key), credited: isCredited(change) };
}
