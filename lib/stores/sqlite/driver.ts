import { closeSync, openSync } from 'node:fs';
import { DepositCallbackError, isDepositCallbackError } from '../../errors.ts';

/** A value of a SQLite column or parameter. */
export type SqliteValue = string | number | bigint | null | Uint8Array;

/** A prepared statement: the part that better-sqlite3 and `node:sqlite` share. */
export interface SqliteStatement {
  run(...values: SqliteValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  get(...values: SqliteValue[]): unknown;
  all(...values: SqliteValue[]): unknown[];
}

/** A connection: the part that better-sqlite3 and `node:sqlite` share. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
}

/** A connection that can be closed: what a driver opens. */
export interface OpenedDatabase extends SqliteDatabase {
  close(): unknown;
}

/** The name of a SQLite driver. */
export type SqliteDriver = 'better-sqlite3' | 'node:sqlite';

const missing =
  'sqliteStore: no SQLite driver; npm install better-sqlite3 (npm rebuild after a change of Node), or run Node 22.13 or newer, which has node:sqlite';

/**
 * Opens `path` with the driver named, or with the first one that is there. A new file can be read by its owner only; so can
 * the `-wal` and `-shm` files beside it, which SQLite creates with the same mode. Throws `STORE_DRIVER_MISSING`.
 */
export async function openDatabase(path: string, driver: SqliteDriver | undefined): Promise<OpenedDatabase> {
  createForOwner(path);
  if (driver === 'better-sqlite3') return openBetterSqlite(path);
  if (driver === 'node:sqlite') return openNodeSqlite(path);
  try {
    return await openBetterSqlite(path);
  } catch (error) {
    if (!isDriverMissing(error) || !nodeSqlite()) throw error;
    return openNodeSqlite(path);
  }
}

function createForOwner(path: string): void {
  if (path === '' || path === ':memory:') return;
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    // It is there, or the driver says what is wrong with the path.
  }
}

async function openBetterSqlite(path: string): Promise<OpenedDatabase> {
  let Database: new (path: string) => OpenedDatabase;
  try {
    ({ default: Database } = (await import('better-sqlite3')) as unknown as { default: typeof Database });
    // Its binding is loaded at the first use, and fails if it was built for another Node.
    new Database(':memory:').close();
  } catch (cause) {
    throw new DepositCallbackError('STORE_DRIVER_MISSING', missing, { cause });
  }
  return new Database(path);
}

interface NodeSqlite {
  DatabaseSync: new (path: string) => OpenedDatabase;
}

// `import('node:sqlite')` would fail at link time in bundles for a Node without it.
function nodeSqlite(): NodeSqlite | undefined {
  return process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined;
}

function openNodeSqlite(path: string): OpenedDatabase {
  const sqlite = nodeSqlite();
  if (!sqlite) throw new DepositCallbackError('STORE_DRIVER_MISSING', missing);
  return new sqlite.DatabaseSync(path);
}

function isDriverMissing(error: unknown): boolean {
  return isDepositCallbackError(error) && error.code === 'STORE_DRIVER_MISSING';
}

/** SQLite's primary result code of an error of either driver; undefined for other errors. */
export function sqliteCode(error: unknown): 'BUSY' | 'FULL' | 'OTHER' | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') return codeNames[errcode & 0xff] ?? 'OTHER';
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return undefined;
  if (code.startsWith('SQLITE_BUSY')) return 'BUSY';
  return code === 'SQLITE_FULL' ? 'FULL' : 'OTHER';
}

const codeNames: Readonly<Record<number, 'BUSY' | 'FULL'>> = { 5: 'BUSY', 13: 'FULL' };
