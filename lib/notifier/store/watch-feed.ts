import { givenRows, type NotifierDatabase, type Sql } from './database.ts';
import { createWatchCopy, type WatchCopy } from './watch-copy.ts';
import { accountOf, ruleOf, type WatchMirror, type WatchRow } from './watch-mirror.ts';

/** The watches of one network in the memory of the process that reads it, as they were at one version. */
interface NetworkCopy {
  readonly term: number;
  readonly copy: WatchCopy;
  version: number;
}

type Place = Pick<WatchRow, 'key_id' | 'network' | 'address' | 'memo'>;

const pageSize = 10_000;
const placeColumns = { key_id: 'text', network: 'text', address: 'text', memo: 'text', version: 'bigint' } as const;

/**
 * Watches that several processes change. Each change raises the version of its network, under a lock of that row, so that versions are
 * committed in their order; the process that reads the network reads what came since the version that it has.
 */
export function createWatchFeed(database: NotifierDatabase, networks: readonly string[]): WatchMirror {
  const copies = new Map<string, NetworkCopy>();
  const note = async (sql: Sql, rows: readonly Place[]): Promise<void> => {
    for (const network of [...new Set(rows.map((row) => row.network))].sort()) {
      const version = await raiseVersion(sql, network);
      const own = rows.filter((row) => row.network === network);
      const log = own.map(({ key_id, address, memo }) => ({ key_id, network, address, memo, version }));
      await sql.insert('watch_log', placeColumns, log);
    }
  };
  return {
    isWatched: (network, account) => copies.get(network)?.copy.isWatched(network, account) ?? false,
    watchers: (network, account, transfer) =>
      copies.get(network)?.copy.watchers(network, account, transfer) ?? new Set(),
    networksOf: (keyId) =>
      database.read(async (sql) => {
        const rows = await sql(
          `SELECT asked.network FROM ${sql.dialect.rows({ network: 'text' })} AS asked WHERE EXISTS
             (SELECT 1 FROM watches WHERE key_id = ? AND watches.network = asked.network)`,
        ).all(givenRows(networks.map((network) => ({ network }))), keyId);
        return (rows as { network: string }[]).map((row) => row.network);
      }),
    async written(sql, rows) {
      await note(sql, rows);
      return () => {};
    },
    async deleted(sql, rows) {
      await note(sql, rows);
      return () => {};
    },
    async keyEnded(sql, keyId) {
      const raised = await sql('UPDATE watch_versions SET version = version + 1 RETURNING network, version').all();
      const log = (raised as { network: string; version: number }[]).map((row) => ({
        ...{ ...row, key_id: keyId, address: wholeKey, memo: '' },
      }));
      await sql.insert('watch_log', placeColumns, log);
      return () => {};
    },
    async refresh(network, term) {
      const known = copies.get(network);
      const fresh = await database.read((sql) => read(sql, network, term, known));
      if (fresh === undefined) return known?.version ?? 0;
      copies.set(network, fresh);
      if (fresh === known) await forgetLog(database, network, fresh.version);
      return fresh.version;
    },
    isLoaded: (network, term) => copies.get(network)?.term === term,
  };
}

/** In the place of an address: all that the key watches. */
const wholeKey = '';

/** Inside a write transaction: the process that reads the network sees a change, before it reads its next block. */
export async function raiseVersion(sql: Sql, network: string): Promise<number> {
  const row = await sql(
    `INSERT INTO watch_versions (network, version) VALUES (?, 1)
     ON CONFLICT (network) DO UPDATE SET version = watch_versions.version + 1 RETURNING version`,
  ).get(network);
  return (row as { version: number }).version;
}

/** Undefined if nothing has changed. */
async function read(
  sql: Sql,
  network: string,
  term: number,
  known: NetworkCopy | undefined,
): Promise<NetworkCopy | undefined> {
  const row = await sql('SELECT version FROM watch_versions WHERE network = ?').get(network);
  const { version } = (row ?? { version: 0 }) as { version: number };
  if (known?.term !== term) return { term, version, copy: await load(sql, network) };
  if (version === known.version) return undefined;
  const changes = (await sql(
    `SELECT watch_log.key_id, watch_log.address, watch_log.memo, watches.created_at, assets, expires_at FROM watch_log
     LEFT JOIN watches ON watches.key_id = watch_log.key_id AND watches.network = watch_log.network
       AND watches.address = watch_log.address AND watches.memo = watch_log.memo
     WHERE watch_log.network = ? AND version > ?`,
  ).all(network, known.version)) as (Omit<WatchRow, 'created_at'> & { created_at: number | null })[];
  for (const one of changes) {
    if (one.address === wholeKey) known.copy.removeAll(one.key_id);
    else if (one.created_at === null) known.copy.forget(one.key_id, network, accountOf(one));
    else put(known.copy, network, one);
  }
  known.version = version;
  return known;
}

async function load(sql: Sql, network: string): Promise<WatchCopy> {
  const copy = createWatchCopy();
  let last: Pick<WatchRow, 'key_id' | 'address' | 'memo'> | undefined = { key_id: '', address: '', memo: '' };
  while (last !== undefined) {
    const rows = (await sql(
      `SELECT key_id, address, memo, assets, expires_at FROM watches
       WHERE network = ? AND (key_id, address, memo) > (?, ?, ?) ORDER BY key_id, address, memo LIMIT ?`,
    ).all(network, last.key_id, last.address, last.memo, pageSize)) as WatchRow[];
    for (const row of rows) put(copy, network, row);
    last = rows.length < pageSize ? undefined : rows.at(-1);
  }
  return copy;
}

function put(copy: WatchCopy, network: string, row: Omit<WatchRow, 'network' | 'created_at' | 'label'>): void {
  copy.remember(row.key_id, network, accountOf(row));
  copy.rule(row.key_id, network, accountOf(row), ruleOf(row));
}

/** Who reads the network next reads all of its watches: nobody else needs the log. */
async function forgetLog(database: NotifierDatabase, network: string, version: number): Promise<void> {
  await database.write((sql) => sql('DELETE FROM watch_log WHERE network = ? AND version <= ?').run(network, version), {
    durable: false,
  });
}
