import type { NotifierDatabase, Sql } from './database.ts';

/** Rows that are deleted in one transaction: nobody waits for the end of a large customer. */
const removeAtOnce = 1_000;

/** What may be much, in the order in which it is deleted; the id of the key twice, and how many. */
const pieces = [
  `DELETE FROM watches WHERE key_id = ? AND (network, address, memo) IN
     (SELECT network, address, memo FROM watches WHERE key_id = ? LIMIT ?)`,
  'DELETE FROM outbox WHERE key_id = ? AND seq IN (SELECT seq FROM outbox WHERE key_id = ? LIMIT ?)',
  'DELETE FROM answers WHERE owner = ? AND id IN (SELECT id FROM answers WHERE owner = ? LIMIT ?)',
];

/**
 * Ends a key, its watches and what is owed to it. `ended` is called in the transaction that ends it, and what it returns as soon as
 * nothing may be sent or stored for it any more. False if there is no such key in force.
 */
export async function revokeKey(
  database: NotifierDatabase,
  id: string,
  at: number,
  ended: (sql: Sql) => Promise<() => void>,
): Promise<boolean> {
  const done = await database.write(async (sql) => {
    const changes = await sql('UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL').run(at, id);
    if (changes === 0) return undefined;
    await sql('UPDATE endpoints SET url = NULL WHERE key_id = ?').run(id);
    for (const table of ['backfills', 'transfers', 'old_keys']) {
      await sql(`DELETE FROM ${table} WHERE key_id = ?`).run(id);
    }
    return ended(sql);
  });
  if (done === undefined) return false;
  done();
  await deleteAll(database, id);
  return true;
}

/** Goes on with what a stop interrupted; before watches are loaded. */
export async function finishRevocations(database: NotifierDatabase): Promise<void> {
  const half = await database.read((sql) =>
    sql(
      'SELECT DISTINCT key_id AS id FROM endpoints JOIN api_keys ON api_keys.id = key_id WHERE revoked_at IS NOT NULL',
    ).all(),
  );
  for (const { id } of half as { id: string }[]) await deleteAll(database, id);
}

async function deleteAll({ write }: NotifierDatabase, id: string): Promise<void> {
  for (const piece of pieces) {
    while ((await write((sql) => sql(piece).run(id, id, removeAtOnce))) > 0) {
      await new Promise(setImmediate);
    }
  }
  // The last, so that a stop before is seen.
  await write((sql) => sql('DELETE FROM endpoints WHERE key_id = ?').run(id));
}
