import { hash } from 'node:crypto';
import type { PostgresTransaction } from './client.ts';
import { sql } from './sql.ts';

const folder = 'functions/';
const texts: ReadonlyMap<string, string> = new Map(
  Object.entries(sql)
    .filter(([name]) => name.startsWith(folder))
    .map(([name, text]) => [name.slice(folder.length), text]),
);

/**
 * Stands in the name of each function of this version, so that processes of two versions over one database, as during a
 * rolling deployment, each call their own.
 */
export const functionsHash: string = hash('sha256', [...texts.values()].join('\n'), 'hex').slice(0, 8);

/** How many versions keep their functions: those of which a process was started last. */
const keptSets = 4;

/** Puts a statement that is written for the schema `deposit_callback` into another schema. */
export function inSchema(name: string): (text: string) => string {
  const schema = quoted(name);
  return (text) =>
    text.replace(/\bdeposit_callback\.(\w+)(\(?)/g, (_, named: string, bracket: string) => {
      const isFunction = bracket !== '' && texts.has(named);
      return `${schema}.${named}${isFunction ? `_${functionsHash}` : ''}${bracket}`;
    });
}

/**
 * Makes the functions of this version if they are missing, and drops those of versions that are no longer kept. For the
 * transaction of a migration, which lets one process at a time do so.
 */
export async function makeFunctions(client: PostgresTransaction, name: string, now: number): Promise<void> {
  const here = inSchema(name);
  await client.query(
    here(`INSERT INTO deposit_callback.function_sets AS s (hash, used_at) VALUES ($1, $2)
    ON CONFLICT (hash) DO UPDATE SET used_at = greatest(s.used_at, excluded.used_at)`),
    [functionsHash, now],
  );
  const { rows: outdated } = await client.query(
    here(`DELETE FROM deposit_callback.function_sets WHERE hash NOT IN (
      SELECT hash FROM deposit_callback.function_sets ORDER BY hash = $1 DESC, used_at DESC LIMIT ${keptSets})
    RETURNING hash`),
    [functionsHash],
  );
  const { rows: functions } = await client.query(sql['statements/functions-of'], [name]);
  const made = functions.filter((one) => one.hash === functionsHash);
  if (made.length !== texts.size) await client.query(here([...texts.values()].join('\n')));
  const dropped = functions.filter((one) => outdated.some((set) => set.hash === one.hash));
  if (dropped.length > 0) await client.query(`DROP FUNCTION ${dropped.map(({ signature }) => signature).join(', ')}`);
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
