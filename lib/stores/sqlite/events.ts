import type { DepositEvent, EventKind } from '../../deposits/deposit.ts';
import { oursOf, requireAllOurs } from '../shared/not-all-ours.ts';
import { depositRecordFromJson } from '../shared/stored-json.ts';
import { type Claim, type ClaimRequest, endedWithItsProcess, type Store, suspectAfter } from '../store.ts';
import { createRunAtomically, type RunAtomically } from './atomically.ts';
import type { SqliteConnection } from './connection.ts';
import type { SqliteDatabase } from './driver.ts';
import type { SqliteHolder } from './holder.ts';
import { createWriteTogether } from './together.ts';
import { placesOf, transactionAt } from './transactions.ts';

export const kinds: readonly EventKind[] = ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'];

/** What the deliverer calls. A token is the event's place and the number of its lease, which only rises. */
export function eventMethods(
  connection: () => SqliteConnection,
  now: () => number,
  holder: SqliteHolder,
): Pick<
  Store<SqliteDatabase>,
  'claim' | 'extend' | 'settle' | 'settleAll' | 'fail' | 'release' | 'freeOrphaned' | 'redeliver'
> {
  const together = createWriteTogether(connection);
  const runners = new WeakMap<SqliteConnection, RunAtomically>();

  function runAtomically(functions: Parameters<RunAtomically>[0]): void {
    const on = connection();
    const run = runners.get(on) ?? createRunAtomically(on.database);
    runners.set(on, run);
    run(functions);
  }

  /** Changes the event if the lease is still ours. */
  function fenced(claim: Claim, assignments: string, values: (number | string)[]): boolean {
    const [place, lease] = placeAndLease(claim);
    const { changes } = connection()
      .sql(`UPDATE deposit_callback_events SET ${assignments} WHERE place = ? AND lease = ? AND state = 'leased'`)
      .run(...values, place, lease);
    return Number(changes) === 1;
  }

  const mark = (claim: Claim): boolean => fenced(claim, `state = 'handled', settled_at = ?`, [now()]);

  return {
    claim: async (request) => claim(connection(), request, now, holder),

    extend: (claim, leaseMs) => together(() => fenced(claim, 'due_at = ?', [now() + leaseMs])),

    settle: (claim, functions) =>
      together(() => {
        // The fence first: nothing runs for a claim that is no longer ours.
        if (!mark(claim)) return false;
        settled(connection(), claim, now());
        if (functions.length > 0) runAtomically(functions);
        return true;
      }),

    settleAll: (claims, functions) =>
      oursOf(
        together(() => {
          const ours = claims.map(mark);
          requireAllOurs(ours);
          for (const claim of claims) settled(connection(), claim, now());
          runAtomically(functions);
          return ours;
        }),
      ),

    fail: (claim, { error, delayMs, dead }) =>
      together(() =>
        fenced(claim, 'state = ?, due_at = ?, error = ?, crashes = 0', [
          dead ? 'dead' : 'owed',
          now() + delayMs,
          error,
        ]),
      ),

    release: (claim) => together(() => fenced(claim, `state = 'owed', due_at = ?, attempts = attempts - 1`, [now()])),

    freeOrphaned: async ({ crashes }) => freeOrphaned(connection(), holder, crashes, now()),

    redeliver: async (eventId) => connection().write(() => redeliver(connection(), eventId, now())),
  };
}

async function claim(
  connection: SqliteConnection,
  request: ClaimRequest,
  now: () => number,
  holder: SqliteHolder,
): Promise<Claim[]> {
  // An idle look takes no write lock.
  const found = await connection.read(() => duePlaces(connection, request, now()));
  if (found.length === 0) return [];
  return connection.write(() => {
    const due = duePlaces(connection, request, now());
    const by = holder.id(connection);
    return due.map((place) => lease(connection, place, now() + request.leaseMs, by));
  });
}

function redeliver({ sql }: SqliteConnection, eventId: string, now: number): boolean {
  const { changes } = sql(
    `UPDATE deposit_callback_events SET state = 'owed', due_at = ?, attempts = 0, crashes = 0 WHERE state = 'dead' AND id = ?`,
  ).run(now, eventId);
  return Number(changes) > 0;
}

async function freeOrphaned(
  connection: SqliteConnection,
  holder: SqliteHolder,
  crashes: number,
  now: number,
): Promise<{ freed: number; dead: DepositEvent[] }> {
  const gone = await holder.gone(connection);
  if (gone.length === 0) return { freed: 0, dead: [] };
  return connection.write(() => {
    const orphans = gone.flatMap((one) => freeHeldBy(connection, one, crashes, now));
    for (const one of gone) holder.forget(connection, one);
    const dead = orphans.filter(({ state }) => state === 'dead').map(eventOf);
    return { freed: orphans.length - dead.length, dead };
  });
}

/** Lets the deposit's earliest unsettled event be due, if it waited for its turn. */
export function giveTurn({ sql }: SqliteConnection, place: number, deposit: number, now: number): void {
  // Not by the index of unsettled events, which SQLite would choose: it grows with the backlog.
  sql(`
    UPDATE deposit_callback_events SET due_at = ?
    WHERE due_at IS NULL AND place = (
      SELECT min(place) FROM deposit_callback_events NOT INDEXED
      WHERE place BETWEEN ? AND ? AND deposit = ? AND state IN ('owed', 'leased', 'dead')
    )`).run(now, ...placesOf(transactionAt(place)), deposit);
}

function settled(connection: SqliteConnection, claim: Claim, now: number): void {
  const [place] = placeAndLease(claim);
  const row = connection.sql('SELECT deposit FROM deposit_callback_events WHERE place = ?').get(place);
  giveTurn(connection, place, (row as { deposit: number }).deposit, now);
}

/** Kind by kind, so that a backlog of a kind that nobody listens to costs nothing. */
function duePlaces(
  { sql }: SqliteConnection,
  { limit, except, suspects = false }: ClaimRequest,
  now: number,
): number[] {
  const due = kinds
    .filter((kind) => !except.includes(kind))
    .flatMap(
      (kind) =>
        sql(`
        SELECT place, due_at FROM deposit_callback_events
        WHERE kind = ? AND state IN ('owed', 'leased') AND due_at IS NOT NULL AND due_at <= ?
          AND crashes ${suspects ? '>=' : '<'} ${suspectAfter} ORDER BY due_at LIMIT ?`).all(kind, now, limit) as {
          place: number;
          due_at: number;
        }[],
    );
  due.sort((one, other) => one.due_at - other.due_at || one.place - other.place);
  return due.slice(0, limit).map(({ place }) => place);
}

interface EventRow {
  id: string;
  kind: EventKind;
  generation: number;
  record: string;
}

function eventOf({ id, kind, generation, record }: EventRow): DepositEvent {
  return { id, kind, generation, deposit: depositRecordFromJson(record) };
}

function lease({ sql }: SqliteConnection, place: number, until: number, holder: number): Claim {
  const row = sql(`
    UPDATE deposit_callback_events
    SET state = 'leased', handed = 1, attempts = attempts + 1, lease = lease + 1, due_at = ?, holder = ?
    WHERE place = ?
    RETURNING id, kind, generation, attempts, lease, ${shownDeposit}`).get(until, holder, place) as EventRow & {
    attempts: number;
    lease: number;
  };
  return { event: eventOf(row), token: tokenOf(place, row.lease), attempt: row.attempts };
}

function freeHeldBy(
  { sql }: SqliteConnection,
  holder: number,
  crashes: number,
  now: number,
): (EventRow & { state: string })[] {
  return sql(`
    UPDATE deposit_callback_events
    SET state = iif(crashes + 1 >= ?, 'dead', 'owed'), error = iif(crashes + 1 >= ?, ?, error),
      crashes = crashes + 1, attempts = attempts - 1, due_at = ?, holder = NULL
    WHERE state = 'leased' AND state IN ('owed', 'leased', 'dead') AND holder = ?
    RETURNING state, id, kind, generation, ${shownDeposit}`).all(
    crashes,
    crashes,
    endedWithItsProcess,
    now,
    holder,
  ) as (EventRow & { state: string })[];
}

/** The deposit as the event shows it: its own record, or the deposit's if that has not changed since. */
export const shownDeposit: string =
  'coalesce(record, (SELECT d.record FROM deposit_callback_deposits d WHERE d.place = deposit)) AS record';

/** A token: the event's place and the number of its lease. */
export function tokenOf(place: number, lease: number): string {
  return `${place}:${lease}`;
}

function placeAndLease({ token }: Claim): [place: number, lease: number] {
  const [place, lease] = token.split(':').map(Number);
  return [place ?? -1, lease ?? -1];
}
