import { createHash, randomInt } from 'node:crypto';
import type { PostgresPoolClient } from '../../stores/postgres/client.ts';
import { queryInTurn } from '../../stores/postgres/query-in-turn.ts';
import type { SharedDatabase } from './postgres-database.ts';

/** What locks are for: to be alive, to read a network, to be ready to read it, to answer a request once. */
export type LockKind = 'alive' | 'reads' | 'ready' | 'once';

/** A lock that some process holds. */
export interface HeldLock {
  kind: 'reads' | 'ready';
  /** As `lockNumber` makes it of a name. */
  number: number;
  process: number;
}

/** The one session that a process keeps: its locks are free as soon as it ends, whatever ended the process. */
export interface Seat {
  /** The number under which this process is alive; undefined while it has no session. */
  holder(): number | undefined;
  /** Opens the session, if there is none. */
  open(): Promise<void>;
  /** Whether the lock is ours now. */
  lock(kind: LockKind, name: string): Promise<boolean>;
  unlock(kind: LockKind, name: string): Promise<void>;
  /** The number of this process in `HeldLock`. */
  process(): number | undefined;
  /** Who reads which networks, and who is ready to. */
  held(): Promise<HeldLock[]>;
  /** A condition for SQL: the process with that holder is alive. */
  isAlive(holder: string): string;
  close(): void;
}

interface Session {
  client: PostgresPoolClient;
  query: ReturnType<typeof queryInTurn>;
  holder: number;
  process: number;
}

/** A session that does not answer for so long is given up. */
const answerMs = 5_000;
/** Shows the server that the process does not hang. */
const aliveMs = 2_000;

/** `lost` is told when the session has ended: nothing is ours any more. */
export function createSeat(database: SharedDatabase, lost: () => void): Seat {
  const numbers = (kind: LockKind): number => lockNumber(kind, database.schema);
  let session: Session | undefined;
  let opening: Promise<void> | undefined;
  let closed = false;
  const alive = setInterval(() => {
    if (session !== undefined) void ask('SELECT 1', []).catch(() => {});
  }, aliveMs).unref();

  const lose = (client: PostgresPoolClient): void => {
    if (session?.client !== client) return;
    session = undefined;
    client.release(true);
    lost();
  };
  const open = async (): Promise<void> => {
    const client = await database.take();
    const query = queryInTurn(client);
    try {
      const { holder, process } = await beginSession(query, numbers('alive'));
      if (closed) throw new Error('The notifier is closed');
      session = { client, query, holder, process };
      client.on('error', () => lose(client));
    } catch (error) {
      client.release(true);
      throw error;
    }
  };
  const ask = async (text: string, values: readonly number[]): Promise<Record<string, unknown>[]> => {
    if (session === undefined) throw new Error('This process has no session');
    const { client, query } = session;
    try {
      return (await query({ text, values: [...values], query_timeout: answerMs })).rows;
    } catch (error) {
      lose(client);
      throw error;
    }
  };

  return {
    holder: () => session?.holder,
    process: () => session?.process,
    async open() {
      if (session !== undefined) return;
      opening ??= open().finally(() => {
        opening = undefined;
      });
      await opening;
    },
    async lock(kind, name) {
      const shared = kind === 'ready' ? '_shared' : '';
      const text = `SELECT pg_try_advisory_lock${shared}($1::int, $2::int)::text AS locked`;
      const [row] = await ask(text, [numbers(kind), lockNumber(kind, name)]);
      return row?.locked === 'true';
    },
    async unlock(kind, name) {
      await ask('SELECT pg_advisory_unlock($1::int, $2::int)', [numbers(kind), lockNumber(kind, name)]);
    },
    async held() {
      const text = `SELECT classid::text AS kind, objid::text AS number, pid::text AS process FROM pg_locks
        WHERE ${ours} AND classid IN ($1::bigint::oid, $2::bigint::oid)`;
      const rows = await ask(text, [numbers('reads'), numbers('ready')]);
      return rows.map(({ kind, number, process }) => ({
        kind: Number(kind) === numbers('reads') ? 'reads' : 'ready',
        ...{ number: Number(number), process: Number(process) },
      }));
    },
    isAlive: (holder) =>
      `EXISTS (SELECT 1 FROM pg_locks WHERE ${ours} AND classid = ${numbers('alive')} AND objid = ${holder}::bigint::oid)`,
    close() {
      closed = true;
      clearInterval(alive);
      session?.client.release(true);
      session = undefined;
    },
  };
}

const ours = `locktype = 'advisory' AND objsubid = 2 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

async function beginSession(query: Session['query'], alive: number): Promise<{ holder: number; process: number }> {
  // A machine that is gone closes no connection: the server asks, and ends it within some 11 s; so it does with a process that hangs.
  for (const text of [
    ...['SET tcp_keepalives_idle = 5', 'SET tcp_keepalives_interval = 2', 'SET tcp_keepalives_count = 3'],
    `SET idle_session_timeout = '10s'`,
  ]) {
    // PostgreSQL 13 has no idle_session_timeout.
    await query({ text, query_timeout: answerMs }).catch(() => {});
  }
  for (;;) {
    const holder = randomInt(1, 2 ** 31);
    const { rows } = await query({
      text: 'SELECT pg_try_advisory_lock($1::int, $2::int)::text AS locked, pg_backend_pid()::text AS process',
      values: [alive, holder],
      query_timeout: answerMs,
    });
    if (rows[0]?.locked === 'true') return { holder, process: Number(rows[0].process) };
  }
}

/** 31 bits: the locks of PostgreSQL have numbers, not names. */
export function lockNumber(kind: LockKind, name: string): number {
  return createHash('sha256').update(`deposit-callback notifier ${kind} ${name}`).digest().readUInt32BE() >>> 1;
}
