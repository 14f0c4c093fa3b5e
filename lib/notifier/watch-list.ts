import type { NotifierDatabase } from './database.ts';

export interface Watch {
  network: string;
  /** EIP-55. */
  address: string;
  createdAt: number;
}

/** Who watches what: rows in the database, and a copy in memory, in which each block's transfers are looked up. */
export interface WatchList {
  /** Keys that watch an address, given lower-case; undefined for none. */
  watchers(network: string, address: string): ReadonlySet<string> | undefined;
  /** How many of the addresses (EIP-55) were new. Durable when it resolves, and in force from the next block on. */
  add(keyId: string, network: string, addresses: readonly string[]): Promise<number>;
  /** False if it was not watched. */
  remove(keyId: string, network: string, address: string): Promise<boolean>;
  removeAll(keyId: string): void;
  count(keyId: string): Promise<number>;
  /** In order of network and address, after the last one of the page before. */
  list(keyId: string, page: { network?: string; after?: string; limit: number }): Promise<Watch[]>;
}

interface Row {
  network: string;
  address: string;
  key_id: string;
}

export async function loadWatchList(database: NotifierDatabase, now: () => number): Promise<WatchList> {
  const { sql } = database;
  const byNetwork = new Map<string, Map<string, Set<string>>>();
  // Most addresses have one watcher: such addresses of one key share one set.
  const alone = new Map<string, Set<string>>();

  const remember = (network: string, address: string, keyId: string): void => {
    const watchers = byNetwork.get(network) ?? new Map<string, Set<string>>();
    byNetwork.set(network, watchers);
    const key = address.toLowerCase();
    const found = watchers.get(key);
    const single = alone.get(keyId) ?? new Set([keyId]);
    alone.set(keyId, single);
    watchers.set(key, found && found !== single ? new Set([...found, keyId]) : single);
  };

  const forget = (network: string, address: string, keyId: string): void => {
    const watchers = byNetwork.get(network);
    const key = address.toLowerCase();
    const left = new Set(watchers?.get(key));
    left.delete(keyId);
    if (left.size === 0) watchers?.delete(key);
    else watchers?.set(key, left);
  };

  for (const row of await database.read(() => sql('SELECT network, address, key_id FROM watches').all())) {
    const { network, address, key_id: keyId } = row as Row;
    remember(network, address, keyId);
  }

  return {
    watchers: (network, address) => byNetwork.get(network)?.get(address),
    async add(keyId, network, addresses) {
      const insert = sql(
        'INSERT INTO watches (network, address, key_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      );
      const added = await database.write(() =>
        addresses.reduce((count, address) => count + Number(insert.run(network, address, keyId, now()).changes), 0),
      );
      for (const address of addresses) remember(network, address, keyId);
      return added;
    },
    async remove(keyId, network, address) {
      const { changes } = await database.write(() =>
        sql('DELETE FROM watches WHERE key_id = ? AND network = ? AND address = ?').run(keyId, network, address),
      );
      forget(network, address, keyId);
      return Number(changes) > 0;
    },
    removeAll(keyId) {
      for (const [network, watchers] of byNetwork) {
        for (const [address, keys] of watchers) if (keys.has(keyId)) forget(network, address, keyId);
      }
    },
    count(keyId) {
      return database.read(() => {
        const row = sql('SELECT count(*) AS n FROM watches WHERE key_id = ?').get(keyId);
        return Number((row as { n: number }).n);
      });
    },
    list(keyId, { network = '', after = '', limit }) {
      const [afterNetwork = '', afterAddress = ''] = after.split('/');
      return database.read(() =>
        sql(
          `SELECT network, address, created_at AS createdAt FROM watches
           WHERE key_id = ? AND (? = '' OR network = ?) AND (network, address) > (?, ?)
           ORDER BY network, address LIMIT ?`,
        ).all(keyId, network, network, afterNetwork, afterAddress, limit),
      ) as Promise<Watch[]>;
    },
  };
}
