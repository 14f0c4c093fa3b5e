import type { CanonicalAccount } from '../../networks/network.ts';
import { present } from '../../util/present.ts';
import { givenRows, type NotifierDatabase, type RowColumns, type Sql } from './database.ts';
import { accountOf, loadMirror, ruleOf, type WatchMirror, type WatchRow } from './watch-mirror.ts';

export interface Watch {
  network: string;
  /** Canonical: EIP-55 on EVM networks. */
  address: string;
  /** Only transfers with this memo or tag; absent: all to the address. */
  memo?: string;
  /** The customer's own name for it. */
  label?: string;
  /** Only transfers of these; absent: of every asset. */
  assets?: readonly string[];
  createdAt: number;
  /** Transfers in blocks from then on are not told any more. */
  expiresAt?: number;
}

/** What can be set of a watch; absent: it stays as it is. */
export interface WatchChanges {
  label?: string | null;
  assets?: readonly string[] | null;
  expiresAt?: number | null;
}

/** The watch after which a page begins. */
export type WatchPlace = Pick<Watch, 'network' | 'address' | 'memo'>;

/** Who watches what: rows in the database, and a copy in memory. */
export interface WatchList
  extends Pick<WatchMirror, 'isWatched' | 'watchers' | 'networksOf' | 'keyEnded' | 'refresh' | 'isLoaded'> {
  /**
   * How many of the accounts were new; those that were not are changed. Durable when it resolves, and in force from the next block on;
   * `also` is done in the same transaction, once they are in force.
   */
  add(
    keyId: string,
    network: string,
    accounts: readonly CanonicalAccount[],
    changes?: WatchChanges,
    also?: (sql: Sql) => Promise<void>,
  ): Promise<number>;
  /** False if it was not watched. */
  remove(keyId: string, network: string, account: CanonicalAccount): Promise<boolean>;
  count(keyId: string): Promise<number>;
  find(keyId: string, network: string, account: CanonicalAccount): Promise<Watch | undefined>;
  /** In order of network, address and memo. */
  list(keyId: string, page: { network?: string; after?: WatchPlace; limit: number }): Promise<Watch[]>;
  /** Forgets those of a network that ended before a time. */
  prune(network: string, before: number): Promise<void>;
}

/** Watches that are forgotten at once. */
const pruneAtOnce = 1_000;

/** The watches of a database that this process has to itself. */
export async function loadWatchList(database: NotifierDatabase, now: () => number): Promise<WatchList> {
  return createWatchList(database, await loadMirror(database), now);
}

export function createWatchList(database: NotifierDatabase, mirror: WatchMirror, now: () => number): WatchList {
  return {
    ...mirror,
    async add(keyId, network, accounts, changes = {}, also) {
      let undo = (): void => {};
      try {
        return await database.write(async (sql) => {
          if (!(await isInForce(sql, keyId))) return 0;
          const { added, rows } = await store(sql, { keyId, network, accounts }, changes, now());
          undo = await mirror.written(sql, rows);
          await also?.(sql);
          return added;
        });
      } catch (error) {
        undo();
        throw error;
      }
    },
    async remove(keyId, network, account) {
      const [changes, done] = await database.write(async (sql) => {
        const where = place(keyId, network, account);
        const gone = await sql(`DELETE FROM watches WHERE ${itself}`).run(...where);
        const row = { key_id: keyId, network, address: account.address, memo: account.memo ?? '' };
        return [gone, await mirror.deleted(sql, [row])] as const;
      });
      done();
      return changes > 0;
    },
    count(keyId) {
      return database.read(async (sql) => {
        const row = await sql('SELECT count(*) AS n FROM watches WHERE key_id = ?').get(keyId);
        return Number((row as { n: number }).n);
      });
    },
    find: (keyId, network, account) =>
      database.read(async (sql) => {
        const row = await sql(`SELECT * FROM watches WHERE ${itself}`).get(...place(keyId, network, account));
        return row === undefined ? undefined : toWatch(row as WatchRow);
      }),
    async list(keyId, { network = '', after, limit }) {
      const rows = await database.read((sql) =>
        sql(
          `SELECT * FROM watches WHERE key_id = ? AND (? = '' OR network = ?) AND (network, address, memo) > (?, ?, ?)
           ORDER BY network, address, memo LIMIT ?`,
        ).all(keyId, network, network, after?.network ?? '', after?.address ?? '', after?.memo ?? '', limit),
      );
      return (rows as WatchRow[]).map(toWatch);
    },
    async prune(network, before) {
      const done = await database.write(async (sql) => {
        const gone = (await sql(
          `DELETE FROM watches WHERE (key_id, network, address, memo) IN
             (SELECT key_id, network, address, memo FROM watches WHERE network = ? AND expires_at < ? LIMIT ?)
             AND expires_at < ? RETURNING *`,
        ).all(network, before, pruneAtOnce, before)) as WatchRow[];
        return mirror.deleted(sql, gone);
      });
      done();
    },
  };
}

/** Inside a write transaction, until the end of which the key stays in force if it is. */
async function isInForce(sql: Sql, keyId: string): Promise<boolean> {
  const row = await sql('SELECT 1 FROM api_keys WHERE id = ? AND revoked_at IS NULL /*pg FOR SHARE*/').get(keyId);
  return row !== undefined;
}

const itself = 'key_id = ? AND network = ? AND address = ? AND memo = ?';

function place(keyId: string, network: string, { address, memo = '' }: CanonicalAccount): string[] {
  return [keyId, network, address, memo];
}

/** Inside a write transaction: how many were new, and all of them as they are now. */
async function store(
  sql: Sql,
  { keyId, network, accounts }: { keyId: string; network: string; accounts: readonly CanonicalAccount[] },
  { label, assets, expiresAt }: WatchChanges,
  at: number,
): Promise<{ added: number; rows: WatchRow[] }> {
  const given = accounts.map(({ address, memo = '' }) => ({ key_id: keyId, network, address, memo, created_at: at }));
  const added = await sql.insert('watches', watchColumns, given, { ignore: true });
  const those = `key_id = ? AND network = ? AND (address, memo) IN
    (SELECT asked.address, asked.memo FROM ${sql.dialect.rows({ address: 'text', memo: 'text' })} AS asked)`;
  const values = [keyId, network, givenRows(given.map(({ address, memo }) => ({ address, memo })))];
  const set = async (column: string, value: string | number | null): Promise<void> => {
    await sql(`UPDATE watches SET ${column} = ? WHERE ${those}`).run(value, ...values);
  };
  if (label !== undefined) await set('label', label);
  if (assets !== undefined) await set('assets', assets === null ? null : JSON.stringify(assets));
  if (expiresAt !== undefined) await set('expires_at', expiresAt);
  return { added, rows: (await sql(`SELECT * FROM watches WHERE ${those}`).all(...values)) as WatchRow[] };
}

const watchColumns: RowColumns = {
  ...{ key_id: 'text', network: 'text', address: 'text', memo: 'text', created_at: 'bigint' },
};

function toWatch(row: WatchRow): Watch {
  const { assets, expiresAt } = ruleOf(row);
  return present<Watch>({
    network: row.network,
    ...accountOf(row),
    label: row.label ?? undefined,
    assets,
    createdAt: row.created_at,
    expiresAt,
  });
}
