import type { Redis } from 'ioredis';
import type pg from 'pg';
import type { SqliteDatabase } from '../../../lib/stores/sqlite.ts';

export function versionOfSqlite(database: SqliteDatabase): number {
  const row = database.prepare('SELECT max(version) AS version FROM deposit_callback_schema').get();
  return (row as { version: number }).version;
}

export async function versionOfPostgres(pool: pg.Pool, schema: string): Promise<number> {
  const { rows } = await pool.query<{ version: number }>(
    `SELECT max(version) AS version FROM ${schema}.schema_version`,
  );
  return rows[0]?.version ?? 0;
}

export async function versionOfRedis(client: Redis, prefix: string): Promise<number> {
  return Number(await client.get(`${prefix}schema`));
}
