import type { CanonicalAccount } from '../../networks/network.ts';
import { present } from '../../util/present.ts';
import { givenRows, type NotifierDatabase, type RowColumns, type Sql } from './database.ts';
import { createWatchCopy, type WatchCopy, type WatchRule } from './watch-copy.ts';

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
export interface WatchList extends Pick<WatchCopy, 'isWatched' | 'watchers' | 'networksOf' | 'removeAll'> {
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

interface Row {
  network: string;
  address: string;
  memo: string;
  key_id: string;
  label: string | null;
  assets: string | null;
  created_at: number;
  expires_at: number | null;
}

/** Watches that are forgotten at once. */
const pruneAtOnce = 1_000;

export async function loadWatchList(database: NotifierDatabase, now: () => number): Promise<WatchList> {
  const copy = createWatchCopy();
  for (const row of (await database.read((sql) => sql('SELECT * FROM watches').all())) as Row[]) {
    const { network, key_id: keyId } = row;
    copy.remember(keyId, network, accountOf(row));
    copy.rule(keyId, network, accountOf(row), ruleOf(row));
  }

  return {
    ...copy,
    add(keyId, network, accounts, changes = {}, also) {
      const undo: (() => void)[] = [];
      const write = async (sql: Sql): Promise<number> => {
        const { added, rows } = await store(sql, { keyId, network, accounts }, changes, now());
        for (const row of rows) {
          const account = accountOf(row);
          if (copy.remember(keyId, network, account)) undo.push(() => copy.forget(keyId, network, account));
          const before = copy.rule(keyId, network, account, ruleOf(row));
          undo.unshift(() => copy.rule(keyId, network, account, before));
        }
        await also?.(sql);
        return added;
      };
      return database.write(write).catch((error: unknown) => {
        for (const each of undo) each();
        throw error;
      });
    },
    async remove(keyId, network, account) {
      const changes = await database.write((sql) =>
        sql(`DELETE FROM watches WHERE ${itself}`).run(...place(keyId, network, account)),
      );
      copy.forget(keyId, network, account);
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
        return row === undefined ? undefined : toWatch(row as Row);
      }),
    async list(keyId, { network = '', after, limit }) {
      const rows = await database.read((sql) =>
        sql(
          `SELECT * FROM watches WHERE key_id = ? AND (? = '' OR network = ?) AND (network, address, memo) > (?, ?, ?)
           ORDER BY network, address, memo LIMIT ?`,
        ).all(keyId, network, network, after?.network ?? '', after?.address ?? '', after?.memo ?? '', limit),
      );
      return (rows as Row[]).map(toWatch);
    },
    async prune(network, before) {
      const gone = (await database.write((sql) =>
        sql(
          `DELETE FROM watches WHERE (key_id, network, address, memo) IN
             (SELECT key_id, network, address, memo FROM watches WHERE network = ? AND expires_at < ? LIMIT ?)
             AND expires_at < ? RETURNING *`,
        ).all(network, before, pruneAtOnce, before),
      )) as Row[];
      for (const row of gone) copy.forget(row.key_id, network, accountOf(row));
    },
  };
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
): Promise<{ added: number; rows: Row[] }> {
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
  return { added, rows: (await sql(`SELECT * FROM watches WHERE ${those}`).all(...values)) as Row[] };
}

const watchColumns: RowColumns = {
  ...{ key_id: 'text', network: 'text', address: 'text', memo: 'text', created_at: 'bigint' },
};

function ruleOf({ assets, expires_at }: Row): WatchRule {
  return present<WatchRule>({
    assets: assets === null ? undefined : (JSON.parse(assets) as string[]),
    expiresAt: expires_at ?? undefined,
  });
}

function toWatch(row: Row): Watch {
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

/** An account as it is stored: without a memo, that is ''. */
export function accountOf({ address, memo }: { address: string; memo: string }): CanonicalAccount {
  return memo === '' ? { address } : { address, memo };
}
