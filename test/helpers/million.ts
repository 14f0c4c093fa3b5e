import { compactHash } from '../../lib/stores/shared/compact-hash.ts';
import type { SqliteDatabase } from '../../lib/stores/sqlite.ts';

/** Places of one transaction's rows. */
const places = 2 ** 20;

/**
 * Makes many of what a database has done with: each callback that is finished, each transaction, deposit that waits for nobody and handled
 * event again and again, a little earlier each time, by SQL alone. What is open stays as it is.
 * The copies are whole rows under ids of their own; transactions are not found by their hashes.
 */
export function multiply(database: SqliteDatabase, callbacks: number): void {
  // Both drivers have it.
  const { function: define } = database as unknown as {
    function: (name: string, made: (text: string) => number) => unknown;
  };
  define.call(database, 'compact_hash', (text) => compactHash(text));
  const one = (sql: string): number => Number(Object.values(database.prepare(sql).get() as object)[0]);
  const had = one('SELECT count(*) FROM deposit_callback_callbacks WHERE finished = 1');
  const times = Math.ceil(callbacks / had) - 1;
  const ids = one('SELECT max(id) FROM deposit_callback_transactions');
  const seq = one('SELECT max(seq) FROM deposit_callback_callbacks');
  // So that all lie within the last 28 days.
  const apart = Math.floor((28 * 24 * 3_600_000) / times);
  const rounds = `WITH RECURSIVE round (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM round WHERE n < ${times})`;
  // Zeros alone would be one long run of equal ids.
  const tail = `printf('%08x', n)`;
  const at = (column: string): string => `${column} - n * ${apart}`;
  const place = `place + n * ${ids * places}`;
  const renamed = (id: string): string => `substr(${id}, 1, length(${id}) - 8) || ${tail}`;
  database.exec(`
    BEGIN;
    ${rounds} INSERT INTO deposit_callback_callbacks
      SELECT seq + n * ${seq}, ${renamed('id')}, provider, ${at('received_at')}, outcome, finished,
        json_set(record, '$.id', ${renamed('id')}, '$.receivedAt', ${at('received_at')}) FROM deposit_callback_callbacks, round WHERE finished = 1;
    ${rounds} INSERT INTO deposit_callback_transactions
      SELECT id + n * ${ids}, key || n, key_hash + n, version, credited, ${at('touched_at')} FROM deposit_callback_transactions, round;
    ${rounds} INSERT INTO deposit_callback_deposits
      SELECT ${place}, compact_hash(${renamed("json_extract(record, '$.id')")}), recipient_hash, transaction_hash + n, status, ${at('first_seen_at')}, ${at('waiting_since')},
        json_set(record, '$.id', ${renamed("json_extract(record, '$.id')")}, '$.firstSeenAt', ${at('first_seen_at')})
      FROM deposit_callback_deposits, round WHERE waiting_since IS NULL;
    ${rounds} INSERT INTO deposit_callback_events
      (place, id, deposit, kind, generation, state, handed, attempts, lease, due_at, made_at, settled_at, error, record, holder, crashes)
      SELECT ${place}, ${renamed('id')}, deposit + n * ${ids * places}, kind, generation, state, handed, attempts, lease,
        ${at('due_at')}, ${at('made_at')}, ${at('settled_at')}, error, record, holder, crashes
      FROM deposit_callback_events, round WHERE state = 'handled';
    UPDATE deposit_callback_tallies SET n = n * ${times + 1} WHERE name = 'callbacks' OR name LIKE 'deposits:confirmed';
    COMMIT;
  `);
}

/** Makes so many of the callbacks of a notifier that were accepted, again and again; the newest of them are given up. */
export function multiplySent(database: SqliteDatabase, callbacks: number): void {
  const one = (sql: string): number => Number(Object.values(database.prepare(sql).get() as object)[0]);
  const had = one(`SELECT count(*) FROM outbox WHERE state = 'sent'`);
  const top = one('SELECT max(seq) FROM outbox');
  const columns = (database.prepare('PRAGMA table_info(outbox)').all() as { name: string }[]).map(({ name }) => name);
  const changed: Readonly<Record<string, string>> = {
    seq: `seq + n * ${top}`,
    id: `id || '-${top}-' || n`,
    // Its end alone: hashes of the same beginning would be one long run of equal ones.
    transaction_hash: `printf('0x%08x', n) || substr(transaction_hash, 11)`,
    state: `CASE WHEN n % 97 = 1 THEN 'dead' ELSE state END`,
    error: `CASE WHEN n % 97 = 1 THEN 'The receiver answered 503 Service Unavailable after 10,000 ms' END`,
    http_status: 'CASE WHEN n % 97 = 1 THEN 503 ELSE http_status END',
  };
  database.exec(`
    PRAGMA synchronous = OFF;
    WITH RECURSIVE round (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM round WHERE n < ${Math.ceil(callbacks / had) - 1})
      INSERT INTO outbox (${columns.join(', ')}) SELECT ${columns.map((name) => changed[name] ?? name).join(', ')} FROM outbox, round
      WHERE state = 'sent';
  `);
}
