import { givenRows, type Sql } from './database.ts';
import { type FilterColumns, type Filters, readFilterColumns, takesAsset } from './filters.ts';
import type { Withheld } from './withheld.ts';

/** A callback URL of a key, as far as it matters for whom a deposit is told to. */
export interface Listener {
  readonly id: string;
  readonly filters: Filters;
}

/** Which URLs are told of a deposit, within one step of a ledger. */
export interface Audience {
  /** Reads the URLs of those keys at once. */
  prepare(keyIds: Iterable<string>): Promise<void>;
  /** Whether a key is in force. */
  isInForce(keyId: string): Promise<boolean>;
  /** The URLs of a key that its asset concerns. */
  of(keyId: string, asset: string): Promise<readonly Listener[]>;
  /** Whether a URL is told nothing of this block, because too much is owed to it; noted if it is the first. */
  holds(listener: Listener, block: number): Promise<boolean>;
  /** Whether a URL was told to be told nothing of this block until later. After `prepare` or `of`. */
  isHeld(listener: Listener, block: number): boolean;
  /** The URLs that were told of a transaction, as far back as callbacks are kept. */
  told(keyId: string, asset: string, transaction: string): Promise<readonly string[]>;
}

interface Row extends FilterColumns {
  key_id: string;
  id: string;
  url: string | null;
}

export function createAudience(sql: Sql, withheld: Withheld, network: string): Audience {
  const known = new Map<string, readonly Listener[]>();
  const isFull = new Map<string, boolean>();
  let held: Map<string, number> | undefined;

  const prepare = async (keyIds: Iterable<string>): Promise<void> => {
    held ??= await withheld.held(sql, network);
    const wanted = [...new Set(keyIds)].filter((keyId) => !known.has(keyId));
    if (wanted.length === 0) return;
    const found = await listenersOf(sql, wanted, 'ended');
    for (const keyId of wanted) known.set(keyId, found.get(keyId) ?? []);
  };
  /** Of all that are known: one question for a block. */
  const full = async (id: string): Promise<boolean> => {
    if (!isFull.has(id)) {
      const ids = [...known.values()].flat().map((one) => one.id);
      const found = await withheld.full(sql, ids);
      for (const one of ids) isFull.set(one, found.has(one));
    }
    return isFull.get(id) === true;
  };

  return {
    prepare,
    async isInForce(keyId) {
      await prepare([keyId]);
      return (known.get(keyId) ?? []).length > 0;
    },
    async of(keyId, asset) {
      await prepare([keyId]);
      return (known.get(keyId) ?? []).filter((one) => takesAsset(one.filters, network, asset));
    },
    // The deposits of a block are told all or not at all.
    async holds({ id }, block) {
      if (held?.has(id)) return true;
      if (!(await full(id))) return false;
      await withheld.hold(sql, id, network, block);
      held?.set(id, block);
      return true;
    },
    isHeld: ({ id }, block) => (held?.get(id) ?? Number.POSITIVE_INFINITY) <= block,
    async told(keyId, asset, transaction) {
      const rows = await sql(
        `SELECT DISTINCT endpoint_id AS id FROM outbox
         WHERE key_id = ? AND transaction_hash = ? AND network = ? AND asset = ?`,
      ).all(keyId, transaction, network, asset);
      return (rows as { id: string }[]).map((row) => row.id);
    },
  };
}

/** Of each key in force, the URLs that are set; while there is none, what happens is owed to the first one. */
export async function listenersOf(
  sql: Sql,
  keyIds: readonly string[],
  until: 'ended' | 'read' = 'read',
): Promise<Map<string, readonly Listener[]>> {
  // Until the end of the step, whoever revokes a key or removes a URL waits: they delete what it has stored, too.
  const locked = until === 'ended' ? '/*pg FOR SHARE OF api_keys*/' : '';
  const rows = (await sql(
    `SELECT endpoints.key_id, endpoints.id, url, networks, assets, types FROM endpoints
     JOIN api_keys ON api_keys.id = endpoints.key_id AND revoked_at IS NULL
     WHERE endpoints.key_id IN (SELECT asked.id FROM ${sql.dialect.rows({ id: 'text' })} AS asked)
     ORDER BY is_default DESC, endpoints.rowid ${locked}`,
  ).all(givenRows(keyIds.map((id) => ({ id }))))) as Row[];
  const found = new Map<string, readonly Listener[]>();
  for (const keyId of keyIds) {
    const own = rows.filter((row) => row.key_id === keyId);
    const set = own.filter((row) => row.url !== null);
    const told = set.length > 0 ? set : own.slice(0, 1);
    found.set(
      keyId,
      told.map((row) => ({ id: row.id, filters: readFilterColumns(row) })),
    );
  }
  return found;
}
