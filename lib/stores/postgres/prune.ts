import { fromColumnText } from '../shared/column-text.ts';
import { type OldCallbacks, pruneCallbacks } from '../shared/prune-callbacks.ts';
import { callbackFromRow } from '../shared/stored-json.ts';
import type { PruneOptions } from '../store.ts';
import type { PostgresConnections } from './connections.ts';
import { keyHash } from './hashes.ts';
import { sql } from './sql.ts';

/** Rows that one step looks at: some ten milliseconds. */
const step = 1000;

/** Forgets what is old, as `Store.prune` promises. */
export async function prune(
  connections: PostgresConnections,
  { before, slot, ...options }: PruneOptions & { before: number; slot: number },
): Promise<number> {
  const gone = await pruneCallbacks(oldCallbacks(connections, slot), before, options);
  if (options.dryRun || options.only !== undefined) return gone;
  let from: unknown[] | undefined = [-1, -1];
  while (from) {
    const { rows } = await connections.query(sql['statements/forget-transactions'], [before, slot, ...from, step]);
    const last = rows[0];
    from = last && Number(last.n) === step ? [last.touched_at, last.id] : undefined;
  }
  return gone;
}

interface CallbackRef {
  receivedAt: string;
  seq: string;
}

function oldCallbacks({ query }: PostgresConnections, slot: number): OldCallbacks<CallbackRef> {
  return {
    async page({ before, since, after = { receivedAt: '-1', seq: '-1' } }) {
      const { rows } = await query(sql['statements/old-callbacks'], [since, before, after.receivedAt, after.seq, step]);
      return rows.map(({ received_at, seq, record }) => ({
        ref: { receivedAt: String(received_at), seq: String(seq) },
        callback: callbackFromRow({ record: String(record) }),
      }));
    },
    async credited(keys) {
      const { rows } = await query(
        `SELECT key FROM deposit_callback.transactions WHERE key_hash = ANY ($1::uuid[]) AND credited`,
        [keys.map(keyHash)],
      );
      return new Set(rows.map(({ key }) => fromColumnText(String(key))));
    },
    async forget(refs) {
      await query(sql['statements/forget-callbacks'], [refs.map(({ seq }) => seq), slot]);
    },
  };
}
