import type { PostgresConnections } from './connections.ts';

/** Rows that one step looks at: some ten milliseconds. */
const step = 1000;

/**
 * Forgets old callbacks, and the deposits of transactions that no credit, no owed event and no waiting deposit rests on;
 * what was told of them, removals, failures and decisions stay.
 */
export async function prune(
  connections: PostgresConnections,
  schema: string,
  before: number,
  slot: number,
): Promise<number> {
  let gone = 0;
  for (;;) {
    const { rows } = await connections.query(pruneCallbacks(schema), [before, slot]);
    const removed = Number(rows[0]?.n ?? 0);
    gone += removed;
    if (removed < step) break;
  }
  let from: unknown[] | undefined = [-1, -1];
  while (from) {
    const { rows } = await connections.query(pruneTransactions(schema), [before, slot, ...from]);
    const last = rows[0];
    from = last && Number(last.n) === step ? [last.touched_at, last.id] : undefined;
  }
  return gone;
}

// A quarantined callback may be money that nobody has read yet, or shows why a deposit was released.
function pruneCallbacks(schema: string): string {
  return `
    WITH gone AS (
      DELETE FROM ${schema}.callbacks WHERE seq IN (
        SELECT seq FROM ${schema}.callbacks
        WHERE received_at < $1 AND outcome <> 'quarantined' ORDER BY received_at, seq LIMIT ${step})
      RETURNING seq),
    tally AS (
      ${addTally(schema, `SELECT 'callbacks', $2::integer, -count(*) FROM gone HAVING count(*) > 0`)})
    SELECT count(*)::text AS n FROM gone`;
}

// A change raises touched_at, so that a transaction changed since the snapshot is no longer old when it is locked.
function pruneTransactions(schema: string): string {
  const forget = (table: string, column = 'transaction_id'): string =>
    `DELETE FROM ${schema}.${table} WHERE ${column} IN (SELECT id FROM unneeded)`;
  // What must outlive the rest keeps its transaction; a change computed before is lost, and prune passes it over.
  const unlessKept = (column: string): string => `AND ${column} NOT IN (SELECT id FROM kept)`;
  return `
    WITH old AS MATERIALIZED (
      SELECT id, touched_at FROM ${schema}.transactions
      WHERE NOT credited AND touched_at < $1 AND (touched_at, id) > ($3::bigint, $4::bigint)
      ORDER BY touched_at, id LIMIT ${step} FOR UPDATE),
    unneeded AS MATERIALIZED (
      SELECT id FROM old WHERE NOT EXISTS (
        SELECT 1 FROM ${schema}.events e WHERE e.transaction_id = old.id AND e.state IN ('owed', 'leased', 'dead'))
      AND NOT EXISTS (
        SELECT 1 FROM ${schema}.deposits d WHERE d.transaction_id = old.id AND d.waiting_since IS NOT NULL)),
    kept AS MATERIALIZED (
      SELECT id FROM unneeded u WHERE EXISTS (SELECT 1 FROM ${schema}.events e WHERE e.transaction_id = u.id)
      OR EXISTS (SELECT 1 FROM ${schema}.told f WHERE f.transaction_id = u.id)
      OR EXISTS (SELECT 1 FROM ${schema}.decisions c WHERE c.transaction_id = u.id)
      OR EXISTS (
        SELECT 1 FROM ${schema}.statements s WHERE s.transaction_id = u.id AND s.kind IN ('removed', 'failed'))),
    f AS (
      INSERT INTO ${schema}.told (transaction_id, fact)
      SELECT transaction_id,
        json_build_array(id, deposit_id, kind, generation, handed, state = 'cancelled')
      FROM ${schema}.events WHERE transaction_id IN (SELECT id FROM kept) ORDER BY transaction_id, seq),
    s AS (${forget('statements')} ${unlessKept('transaction_id')}), e AS (${forget('events')}),
    d AS (${forget('deposits')} RETURNING status), t AS (${forget('transactions', 'id')} ${unlessKept('id')}),
    k AS (
      UPDATE ${schema}.transactions SET version = version + 1, credited = true WHERE id IN (SELECT id FROM kept)),
    tally AS (
      ${addTally(schema, `SELECT 'deposits:' || status, $2::integer, -count(*) FROM d GROUP BY status ORDER BY 1`)})
    SELECT id::text AS id, touched_at::text AS touched_at, (SELECT count(*)::text FROM old) AS n
    FROM old ORDER BY old.touched_at DESC, old.id DESC LIMIT 1`;
}

function addTally(schema: string, counted: string): string {
  return `INSERT INTO ${schema}.tallies AS t (name, slot, n) ${counted}
      ON CONFLICT (name, slot) DO UPDATE SET n = t.n + excluded.n`;
}
