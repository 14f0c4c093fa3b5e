import { DepositCallbackError } from '../../errors.ts';
import type { PostgresTransaction } from './client.ts';
import { inSchema, makeFunctions, quoted } from './functions.ts';
import { sql } from './sql.ts';

/** In order: the version is the index plus 1. */
const migrations: readonly string[] = Object.entries(sql)
  .filter(([name]) => name.startsWith('migrations/'))
  .map(([, text]) => text);

/**
 * Brings the schema and its functions up to date in the client's open transaction; of two starters one waits. Throws
 * `STORE_SCHEMA_NEWER`.
 */
export async function migrate(client: PostgresTransaction, name: string, now: number): Promise<void> {
  const schema = quoted(name);
  const here = inSchema(name);
  // Until the end of the transaction, so it holds behind a pooler, too.
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('deposit-callback'), hashtext($1))`, [name]);
  // Asked first: `IF NOT EXISTS` needs the right to create schemas even if there is nothing to create.
  const { rows } = await client.query('SELECT to_regclass($1)::text AS versions, to_regnamespace($2)::text AS schema', [
    `${schema}.schema_version`,
    schema,
  ]);
  if (rows[0]?.schema === null) await client.query(`CREATE SCHEMA ${schema}`);
  if (rows[0]?.versions === null) {
    await client.query(
      `CREATE TABLE ${schema}.schema_version (version integer PRIMARY KEY, applied_at bigint NOT NULL)`,
    );
  }
  const found = await client.query(`SELECT coalesce(max(version), 0)::text AS version FROM ${schema}.schema_version`);
  const version = Number(found.rows[0]?.version);
  if (version > migrations.length) {
    throw new DepositCallbackError(
      'STORE_SCHEMA_NEWER',
      `postgresStore: schema ${name} is at version ${version}, but this version of deposit-callback knows ${migrations.length}; upgrade deposit-callback`,
    );
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    await client.query(`INSERT INTO ${schema}.schema_version VALUES ($1, $2)`, [index + 1, now]);
    await client.query(here(migration));
  }
  await makeFunctions(client, name, now);
}
