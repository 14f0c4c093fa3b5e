import { invalidOption } from '../../errors.ts';
import type { PostgresPool, PostgresPoolClient, PostgresQuery, PostgresResult } from '../../stores/postgres/client.ts';
import { createConnections, type PostgresConnections } from '../../stores/postgres/connections.ts';
import { assertDurable } from '../../stores/postgres/durability.ts';
import { quoted } from '../../stores/postgres/functions.ts';
import { openPool } from '../../stores/postgres/open-pool.ts';
import { mayRepeat } from '../../stores/postgres/sql-state.ts';
import type { Dialect, NotifierDatabase, RowColumns, Sql, SqlStatement, SqlValue } from './database.ts';
import { migrate } from './postgres-schema.ts';

/** A database in PostgreSQL 13 or newer, which several notifiers share. */
export type NotifierPostgres = {
  /** The database schema for the notifier's tables; created if it is missing. Default `deposit_callback_notifier`. */
  schema?: string;
  /** Accepts a server whose settings may lose a commit in a crash: for tests only. Default false. */
  acceptLoss?: boolean;
} & (
  | {
      /** A `Pool` of `pg` 8, `max` at least 4: one client stays with the process. It stays open at `close()`. */
      pool: PostgresPool;
    }
  | {
      /** For example `postgres://user@host/database`; opened with `pg`, which must be installed, with 10 connections. */
      url: string;
    }
);

/** The database, and how its session for the process is opened. */
export interface SharedDatabase extends NotifierDatabase {
  readonly schema: string;
  /** A client to keep. */
  take(): Promise<PostgresPoolClient>;
}

const queryMs = 30_000;
const tries = 5;

/** Rejects with `STORE_DRIVER_MISSING`, `STORE_NOT_DURABLE` or `STORE_SCHEMA_NEWER`. */
export async function openPostgres(options: NotifierPostgres, now: () => number): Promise<SharedDatabase> {
  const { schema = 'deposit_callback_notifier', acceptLoss = false } = options;
  const own = 'url' in options ? await openPool(options.url) : undefined;
  const pool = 'pool' in options ? options.pool : own;
  if (!pool) throw invalidOption('database', 'set either pool or url');
  const connections = createConnections(pool, schema, () => Promise.resolve());
  try {
    await connections.transaction('BEGIN', async (session) => {
      await assertDurable(session, acceptLoss);
      await migrate(session, schema, now());
    });
  } catch (error) {
    connections.close();
    await own?.end();
    throw error;
  }
  return {
    ...transactionsOn(connections, schema),
    schema,
    take: () => connections.take(),
    async close() {
      connections.close();
      await own?.end();
    },
  };
}

function transactionsOn(connections: PostgresConnections, schema: string): Pick<NotifierDatabase, 'read' | 'write'> {
  const here = `SET LOCAL search_path TO ${quoted(schema)}`;
  // The statements of one reading see one state, as those of SQLite do.
  const reading = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${here}`;
  const writing = `BEGIN; ${here}`;
  const fast = `${writing}; SET LOCAL synchronous_commit TO off`;
  return {
    read: (work) => connections.transaction(reading, ({ query }) => work(sqlOn(query))),
    async write(work, { durable = true } = {}) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await connections.transaction(durable ? writing : fast, ({ query }) => work(sqlOn(query)));
        } catch (error) {
          if (attempt >= tries || !mayRepeat(error)) throw error;
        }
      }
    },
  };
}

type Query = (query: PostgresQuery) => Promise<PostgresResult>;

function sqlOn(query: Query): Sql {
  const run = (text: string, values: readonly SqlValue[]): Promise<PostgresResult> =>
    query({ text: translated(text), values: [...values], query_timeout: queryMs, types });
  const statement = (text: string): SqlStatement => ({
    run: async (...values) => (await run(text, values)).rowCount ?? 0,
    get: async (...values) => (await run(text, values)).rows[0],
    all: async (...values) => (await run(text, values)).rows,
  });
  return Object.assign(statement, {
    dialect,
    isShared: true,
    async insert(
      table: string,
      columns: RowColumns,
      rows: readonly Readonly<Record<string, SqlValue>>[],
      { ignore = false }: { ignore?: boolean } = {},
    ): Promise<number> {
      if (rows.length === 0) return 0;
      const names = Object.keys(columns);
      const text = `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.map((name) => `given.${name}`).join(', ')}
        FROM ${dialect.rows(columns)} AS given${ignore ? ' ON CONFLICT DO NOTHING' : ''}`;
      return (await run(text, [JSON.stringify(rows)])).rowCount ?? 0;
    },
  });
}

const texts = new Map<string, string>();

/** `?` becomes `$1` and so on, and a comment that begins with `pg` becomes text. */
function translated(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  let place = 0;
  const made = text.replace(/\/\*pg (.*?)\*\//gs, '$1').replaceAll('?', () => {
    place += 1;
    return `$${place}`;
  });
  texts.set(text, made);
  return made;
}

const bigint = 20;
/** All of ours are safe integers; text is text. */
const types = {
  getTypeParser:
    (oid: number) =>
    (value: string): unknown =>
      numbers.has(oid) ? Number(value) : oid === boolean ? value === 't' : value,
};
const boolean = 16;
const numbers: ReadonlySet<number> = new Set([bigint, 21, 23]);

const dialect: Dialect = {
  rows: (columns) => {
    const given = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    return `(SELECT * FROM json_to_recordset(?::json) AS given_rows (${given.join(', ')}))`;
  },
  appended: (column, value, most) =>
    `((CASE WHEN json_array_length(${column}::json) >= ${most} THEN ${column}::jsonb - 0
       ELSE coalesce(${column}::jsonb, '[]') END) || ${value}::jsonb)::text`,
};
