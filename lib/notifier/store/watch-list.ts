import type { CanonicalAccount } from '../../networks/network.ts';
import { ensure } from '../../util/maps.ts';
import type { NotifierDatabase } from './database.ts';

export interface Watch {
  network: string;
  /** Canonical: EIP-55 on EVM networks. */
  address: string;
  /** Only transfers with this memo or tag; absent: all to the address. */
  memo?: string;
  createdAt: number;
}

/** The watch after which a page begins. */
export type WatchPlace = Pick<Watch, 'network' | 'address' | 'memo'>;

/** Who watches what: rows in the database, and a copy in memory, in which each block's transfers are looked up. */
export interface WatchList {
  /** Whether a key watches an account, in canonical form. */
  isWatched(network: string, account: CanonicalAccount): boolean;
  /** Keys that watch an account. */
  watchers(network: string, account: CanonicalAccount): ReadonlySet<string>;
  /** Networks on which a key watches anything. */
  networksOf(keyId: string): string[];
  /**
   * How many of the accounts were new. Durable when it resolves, and in force from the next block on; `also` is done in the same
   * transaction, once they are in force.
   */
  add(keyId: string, network: string, accounts: readonly CanonicalAccount[], also?: () => void): Promise<number>;
  /** False if it was not watched. */
  remove(keyId: string, network: string, account: CanonicalAccount): Promise<boolean>;
  removeAll(keyId: string): void;
  count(keyId: string): Promise<number>;
  /** In order of network, address and memo. */
  list(keyId: string, page: { network?: string; after?: WatchPlace; limit: number }): Promise<Watch[]>;
}

interface Row {
  network: string;
  address: string;
  memo: string;
  key_id: string;
}

export async function loadWatchList(database: NotifierDatabase, now: () => number): Promise<WatchList> {
  const { sql } = database;
  const copy = createCopy();
  for (const row of await database.read(() => sql('SELECT network, address, memo, key_id FROM watches').all())) {
    const { network, address, memo, key_id: keyId } = row as Row;
    copy.remember(keyId, network, accountOf({ address, memo }));
  }

  return {
    ...copy,
    async add(keyId, network, accounts, also) {
      const insert = sql(
        `INSERT INTO watches (network, address, memo, key_id, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      );
      let fresh: CanonicalAccount[] = [];
      const write = (): number => {
        fresh = accounts.filter((account) => copy.remember(keyId, network, account));
        const added = accounts.reduce(
          (count, { address, memo = '' }) => count + Number(insert.run(network, address, memo, keyId, now()).changes),
          0,
        );
        also?.();
        return added;
      };
      return database.write(write).catch((error: unknown) => {
        for (const account of fresh) copy.forget(keyId, network, account);
        throw error;
      });
    },
    async remove(keyId, network, account) {
      const { address, memo = '' } = account;
      const { changes } = await database.write(() =>
        sql('DELETE FROM watches WHERE key_id = ? AND network = ? AND address = ? AND memo = ?').run(
          keyId,
          network,
          address,
          memo,
        ),
      );
      copy.forget(keyId, network, account);
      return Number(changes) > 0;
    },
    count(keyId) {
      return database.read(() => {
        const row = sql('SELECT count(*) AS n FROM watches WHERE key_id = ?').get(keyId);
        return Number((row as { n: number }).n);
      });
    },
    async list(keyId, { network = '', after, limit }) {
      const rows = await database.read(() =>
        sql(
          `SELECT network, address, memo, created_at AS createdAt FROM watches
           WHERE key_id = ? AND (? = '' OR network = ?) AND (network, address, memo) > (?, ?, ?)
           ORDER BY network, address, memo LIMIT ?`,
        ).all(keyId, network, network, after?.network ?? '', after?.address ?? '', after?.memo ?? '', limit),
      );
      return (rows as (Row & { createdAt: number })[]).map(({ network: on, createdAt, ...row }) => ({
        network: on,
        ...accountOf(row),
        createdAt,
      }));
    },
  };
}

interface Copy extends Pick<WatchList, 'isWatched' | 'watchers' | 'networksOf' | 'removeAll'> {
  /** False if it was known. */
  remember(keyId: string, network: string, account: CanonicalAccount): boolean;
  forget(keyId: string, network: string, account: CanonicalAccount): void;
}

const nobody: ReadonlySet<string> = new Set();

function createCopy(): Copy {
  const byNetwork = new Map<string, Map<string, Set<string>>>();
  const counts = new Map<string, Map<string, number>>();
  // Most addresses have one watcher: such addresses of one key share one set.
  const alone = new Map<string, Set<string>>();

  const count = (keyId: string, network: string, by: 1 | -1): void => {
    const ofKey = ensure(counts, keyId, () => new Map<string, number>());
    const number = (ofKey.get(network) ?? 0) + by;
    if (number > 0) ofKey.set(network, number);
    else ofKey.delete(network);
  };
  const drop = (keyId: string, network: string, account: string): void => {
    const watchers = byNetwork.get(network);
    const found = watchers?.get(account);
    if (!watchers || !found?.has(keyId)) return;
    const left = new Set(found);
    left.delete(keyId);
    if (left.size === 0) watchers.delete(account);
    else watchers.set(account, left);
    count(keyId, network, -1);
  };
  const watching = (network: string, { address, memo }: CanonicalAccount): ReadonlySet<string>[] => {
    const watchers = byNetwork.get(network);
    const keys =
      memo === undefined ? [accountText({ address })] : [accountText({ address }), accountText({ address, memo })];
    return keys.flatMap((key) => watchers?.get(key) ?? []);
  };

  return {
    remember(keyId, network, account) {
      const watchers = ensure(byNetwork, network, () => new Map<string, Set<string>>());
      const found = watchers.get(accountText(account));
      if (found?.has(keyId)) return false;
      const single = ensure(alone, keyId, () => new Set([keyId]));
      watchers.set(accountText(account), found ? new Set([...found, keyId]) : single);
      count(keyId, network, 1);
      return true;
    },
    forget: (keyId, network, account) => drop(keyId, network, accountText(account)),
    isWatched: (network, account) => watching(network, account).length > 0,
    watchers(network, account) {
      const [first = nobody, ...more] = watching(network, account);
      return more.length === 0 ? first : new Set([...first, ...more.flatMap((one) => [...one])]);
    },
    networksOf: (keyId) => [...(counts.get(keyId)?.keys() ?? [])],
    removeAll(keyId) {
      for (const [network, watchers] of byNetwork)
        for (const account of [...watchers.keys()]) drop(keyId, network, account);
    },
  };
}

/** An account as one text: no address and no memo contains NUL. */
export function accountText({ address, memo }: CanonicalAccount): string {
  return memo === undefined ? address : `${address}\0${memo}`;
}

/** An account as it is stored: without a memo, that is ''. */
export function accountOf({ address, memo }: { address: string; memo: string }): CanonicalAccount {
  return memo === '' ? { address } : { address, memo };
}
