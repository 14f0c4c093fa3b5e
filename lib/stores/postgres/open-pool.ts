import { DepositCallbackError } from '../../errors.ts';
import type { PostgresPool } from './client.ts';

type PgModule = Pick<typeof import('pg'), 'Pool'>;

/** A pool of our own. Rejects with `STORE_DRIVER_MISSING` without `pg`. */
export async function openPool(url: string): Promise<PostgresPool & { end(): Promise<void> }> {
  // As ESM it has its names under `default`, as CommonJS by themselves; which one comes, the build decides.
  let pg: PgModule & { default?: PgModule };
  try {
    pg = await import('pg');
  } catch (cause) {
    throw new DepositCallbackError('STORE_DRIVER_MISSING', 'postgresStore: install pg, or pass a pool', { cause });
  }
  const { Pool } = pg.default ?? pg;
  return new Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 5_000, keepAlive: true });
}
