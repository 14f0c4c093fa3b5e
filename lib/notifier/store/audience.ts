import { ensure } from '../../util/maps.ts';
import type { NotifierDatabase } from './database.ts';
import { type FilterColumns, type Filters, readFilterColumns, takesAsset } from './filters.ts';
import type { Withheld } from './withheld.ts';

/** A callback URL of a key, as far as it matters for whom a deposit is told to. */
export interface Listener {
  readonly id: string;
  readonly filters: Filters;
}

/** Which URLs are told of a deposit, within one step of a ledger. */
export interface Audience {
  /** The URLs of a key that its asset concerns. */
  of(keyId: string, asset: string): readonly Listener[];
  /** Whether a URL is told nothing of this block, because too much is owed to it; noted if it is the first. */
  holds(listener: Listener, block: number): boolean;
  /** Whether a URL was told to be told nothing of this block until later. */
  isHeld(listener: Listener, block: number): boolean;
  /** The URLs that were told of a transaction, as far back as callbacks are kept. */
  told(keyId: string, asset: string, transaction: string): readonly string[];
}

interface Row extends FilterColumns {
  id: string;
  url: string | null;
}

export function createAudience({ sql }: NotifierDatabase, withheld: Withheld, network: string): Audience {
  const known = new Map<string, readonly Listener[]>();
  const held = new Map<string, boolean>();
  return {
    of: (keyId, asset) =>
      ensure(known, keyId, () => listenersOf(sql, keyId)).filter((one) => takesAsset(one.filters, network, asset)),
    // The deposits of a block are told all or not at all.
    holds: ({ id }, block) => ensure(held, id, () => withheld.holds(id, network, block)),
    isHeld: ({ id }, block) => withheld.isHeld(id, network, block),
    told: (keyId, asset, transaction) =>
      (
        sql(
          `SELECT DISTINCT endpoint_id AS id FROM outbox
           WHERE key_id = ? AND transaction_hash = ? AND network = ? AND asset = ?`,
        ).all(keyId, transaction, network, asset) as { id: string }[]
      ).map((row) => row.id),
  };
}

/** Those that are set; while there is none, what happens is owed to the first one. */
export function listenersOf(sql: NotifierDatabase['sql'], keyId: string): readonly Listener[] {
  const rows = sql(
    'SELECT id, url, networks, assets, types FROM endpoints WHERE key_id = ? ORDER BY is_default DESC, rowid',
  ).all(keyId) as Row[];
  const set = rows.filter((row) => row.url !== null);
  return (set.length > 0 ? set : rows.slice(0, 1)).map((row) => ({ id: row.id, filters: readFilterColumns(row) }));
}
