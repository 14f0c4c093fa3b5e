import type { CanonicalAccount } from '../../networks/network.ts';
import { present } from '../../util/present.ts';
import type { NotifierDatabase, Sql } from './database.ts';
import { type AskedTransfer, createWatchCopy, type WatchRule } from './watch-copy.ts';

/** A watch as it is stored; without a memo, that is ''. */
export interface WatchRow {
  network: string;
  address: string;
  memo: string;
  key_id: string;
  label: string | null;
  assets: string | null;
  created_at: number;
  expires_at: number | null;
}

/** The watches in memory, in which each block's transfers are looked up, and how they come to know of what changes. */
export interface WatchMirror {
  isWatched(network: string, account: CanonicalAccount): boolean;
  watchers(network: string, account: CanonicalAccount, transfer?: AskedTransfer): ReadonlySet<string>;
  /** Networks on which a key watches anything. */
  networksOf(keyId: string): Promise<string[]>;
  /** Inside the transaction that wrote those of one key and network; what it returns is called if that fails. */
  written(sql: Sql, rows: readonly WatchRow[]): Promise<() => void>;
  /** Inside the transaction that deletes them; what it returns is called once that is done. */
  deleted(sql: Sql, rows: readonly Pick<WatchRow, 'key_id' | 'network' | 'address' | 'memo'>[]): Promise<() => void>;
  /** Inside the transaction that ends a key. */
  keyEnded(sql: Sql, keyId: string): Promise<() => void>;
  /**
   * What was acknowledged before this is in the memory of the process that reads the network, once this resolves. Resolves with a number
   * that is another one after a change.
   */
  refresh(network: string, term: number): Promise<number>;
  /** Whether `refresh` was done in this term. */
  isLoaded(network: string, term: number): boolean;
}

/** Of a process that has its database to itself: it sees each change as it makes it. */
export async function loadMirror(database: NotifierDatabase): Promise<WatchMirror> {
  const copy = createWatchCopy();
  for (const row of (await database.read((sql) => sql('SELECT * FROM watches').all())) as WatchRow[]) {
    copy.remember(row.key_id, row.network, accountOf(row));
    copy.rule(row.key_id, row.network, accountOf(row), ruleOf(row));
  }
  return {
    isWatched: copy.isWatched,
    watchers: copy.watchers,
    networksOf: (keyId) => Promise.resolve(copy.networksOf(keyId)),
    async written(_sql, rows) {
      const undo: (() => void)[] = [];
      for (const row of rows) {
        const { key_id: keyId, network } = row;
        const account = accountOf(row);
        if (copy.remember(keyId, network, account)) undo.push(() => copy.forget(keyId, network, account));
        const before = copy.rule(keyId, network, account, ruleOf(row));
        undo.unshift(() => copy.rule(keyId, network, account, before));
      }
      return () => {
        for (const each of undo) each();
      };
    },
    async deleted(_sql, rows) {
      return () => {
        for (const row of rows) copy.forget(row.key_id, row.network, accountOf(row));
      };
    },
    keyEnded: (_sql, keyId) => Promise.resolve(() => copy.removeAll(keyId)),
    refresh: () => Promise.resolve(0),
    isLoaded: () => true,
  };
}

export function ruleOf({ assets, expires_at }: Pick<WatchRow, 'assets' | 'expires_at'>): WatchRule {
  return present<WatchRule>({
    assets: assets === null ? undefined : (JSON.parse(assets) as string[]),
    expiresAt: expires_at ?? undefined,
  });
}

/** An account as it is stored: without a memo, that is ''. */
export function accountOf({ address, memo }: { address: string; memo: string }): CanonicalAccount {
  return memo === '' ? { address } : { address, memo };
}
