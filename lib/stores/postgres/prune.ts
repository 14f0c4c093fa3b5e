import { fromColumnText } from '../shared/column-text.ts';
import { type OldCallbacks, pruneCallbacks } from '../shared/prune-callbacks.ts';
import { callbackFromRow } from '../shared/stored-json.ts';
import type { PruneOptions } from '../store.ts';
import type { PostgresConnections } from './connections.ts';
import { keyHash } from './hashes.ts';

/** Rows that one step looks at: some ten milliseconds. */
const step = 1000;

/** Forgets what is old, as `Store.prune` promises. */
export async function prune(
  connections: PostgresConnections,
  schema: string,
  { before, slot, ...options }: PruneOptions & { before: number; slot: number },
): Promise<number> {
  const gone = await pruneCallbacks(oldCallbacks(connections, schema, slot), before, options);
  if (options.dryRun || options.only !== undefined) return gone;
  let from: unknown[] | undefined = [-1, -1];
  while (from) {
    const { rows } = await connections.query(pruneTransactions(schema), [before, slot, ...from]);
    const last = rows[0];
    from = last && Number(last.n) === step ? [last.touched_at, last.id] : undefined;
  }
  return gone;
}

interface CallbackRef {
  receivedAt: string;
  seq: string;
}

function oldCallbacks({ query }: PostgresConnections, schema: string, slot: number): OldCallbacks<CallbackRef> {
  return {
    async page({ before, since, after = { receivedAt: '-1', seq: '-1' } }) {
      const { rows } = await query(
        `SELECT c.received_at::text AS received_at, c.seq::text AS seq, c.record::text AS record
        FROM ${schema}.callbacks c
        WHERE c.received_at >= $1 AND c.received_at < $2 AND (c.received_at, c.seq) > ($3::bigint, $4::bigint)
        ORDER BY c.received_at, c.seq LIMIT ${step}`,
        [since, before, after.receivedAt, after.seq],
      );
      return rows.map(({ received_at, seq, record }) => ({
        ref: { receivedAt: String(received_at), seq: String(seq) },
        callback: callbackFromRow({ record: String(record) }),
      }));
    },
    async credited(keys) {
      const { rows } = await query(
        `SELECT key FROM ${schema}.transactions WHERE key_hash = ANY ($1::uuid[]) AND credited`,
        [keys.map(keyHash)],
      );
      return new Set(rows.map(({ key }) => fromColumnText(String(key))));
    },
    async forget(refs) {
      await query(
        `WITH gone AS (DELETE FROM ${schema}.callbacks WHERE seq = ANY ($1::bigint[]) RETURNING seq)
        ${addTally(schema, `SELECT 'callbacks', $2::integer, -count(*) FROM gone HAVING count(*) > 0`)}`,
        [refs.map(({ seq }) => seq), slot],
      );
    },
  };
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
