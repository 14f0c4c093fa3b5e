import { DepositCallbackError } from '../../errors.ts';
import { type OpenedDatabase, openDatabase, type SqliteStatement, sqliteCode } from '../../stores/sqlite/driver.ts';
import type { Dialect, NotifierDatabase, RowColumns, Sql } from './database.ts';
import { migrations } from './schema.ts';

const busyMs = 50;

/** A file, held by this process alone. */
export async function openSqlite(path: string): Promise<NotifierDatabase> {
  const database = await openDatabase(path, undefined);
  try {
    database.exec(`PRAGMA busy_timeout = ${busyMs}; PRAGMA locking_mode = EXCLUSIVE;`);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    // Migrations move secrets: what they leave behind must not stay readable.
    database.exec('PRAGMA secure_delete = ON;');
    migrate(database, path);
    database.exec('PRAGMA secure_delete = OFF;');
  } catch (error) {
    database.close();
    if (sqliteCode(error) !== 'BUSY') throw error;
    throw new DepositCallbackError('STORE_BUSY', `Another notifier holds ${path}; only one may run on a database`, {
      cause: error,
    });
  }
  return transactionsOn(database);
}

function migrate(database: OpenedDatabase, path: string): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length) {
    throw new DepositCallbackError(
      'STORE_SCHEMA_NEWER',
      `${path} was written by a newer version; upgrade deposit-callback`,
    );
  }
  for (let next = version; next < migrations.length; next += 1) {
    database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${next + 1}; ${migrations[next]} COMMIT;`);
  }
}

/** The one connection, which one transaction has at a time: while it waits for a promise, none may come between. */
function transactionsOn(database: OpenedDatabase): NotifierDatabase {
  const prepared = createPrepared(database);
  const sql = sqlOn(prepared);
  let last: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  const transaction = async <T>(begin: string, work: (sql: Sql) => Promise<T>): Promise<T> => {
    prepared(begin).run();
    try {
      const result = await work(sql);
      prepared('COMMIT').run();
      return result;
    } catch (error) {
      rollBack(prepared);
      if (sqliteCode(error) !== 'FULL') throw error;
      throw new DepositCallbackError('STORE_FULL', 'The disk of the notifier is full', { cause: error });
    }
  };

  return {
    read: (work) => inTurn(() => transaction('BEGIN', work)),
    write: (work, { erase = false } = {}) =>
      inTurn(async () => {
        if (!erase) return transaction('BEGIN IMMEDIATE', work);
        database.exec('PRAGMA secure_delete = ON;');
        try {
          const result = await transaction('BEGIN IMMEDIATE', work);
          database.exec('PRAGMA wal_checkpoint(TRUNCATE);');
          return result;
        } finally {
          database.exec('PRAGMA secure_delete = OFF;');
        }
      }),
    close: () => inTurn(async () => void database.close()),
  };
}

type Prepared = (text: string) => SqliteStatement;

function createPrepared(database: OpenedDatabase): Prepared {
  const statements = new Map<string, SqliteStatement>();
  return (text) => {
    let statement = statements.get(text);
    if (!statement) {
      statement = database.prepare(text);
      statements.set(text, statement);
    }
    return statement;
  };
}

function sqlOn(prepared: Prepared): Sql {
  const run: Pick<Sql, keyof Sql> = {
    dialect,
    isShared: false,
    async insert(table, columns, rows, { ignore = false } = {}) {
      const names = Object.keys(columns);
      const places = names.map(() => '?').join(', ');
      const text = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})${ignore ? ' ON CONFLICT DO NOTHING' : ''}`;
      const statement = prepared(text);
      return rows.reduce(
        (sum, row) =>
          sum +
          changesOf(
            statement,
            names.map((name) => row[name] ?? null),
          ),
        0,
      );
    },
  };
  return Object.assign(
    (text: string) => ({
      run: async (...values: (string | number | null)[]) => changesOf(prepared(text), values),
      get: async (...values: (string | number | null)[]) => prepared(text).get(...values),
      all: async (...values: (string | number | null)[]) => prepared(text).all(...values),
    }),
    run,
  );
}

function changesOf(statement: SqliteStatement, values: readonly (string | number | null)[]): number {
  return Number(statement.run(...values).changes);
}

function rollBack(prepared: Prepared): void {
  try {
    prepared('ROLLBACK').run();
  } catch {
    // SQLite has rolled back by itself, as it does when the disk is full.
  }
}

const dialect: Dialect = {
  rows: (columns: RowColumns) =>
    `(SELECT ${Object.keys(columns)
      .map((name) => `json_extract(value, '$.${name}') AS ${name}`)
      .join(', ')} FROM json_each(?))`,
  appended: (column, value, most) =>
    `json_insert(CASE WHEN json_array_length(${column}) >= ${most} THEN json_remove(${column}, '$[0]')
       ELSE coalesce(${column}, '[]') END, '$[#]', json(${value}))`,
};
