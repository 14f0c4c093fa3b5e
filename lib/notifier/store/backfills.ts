import { randomBytes } from 'node:crypto';
import type { CanonicalAccount } from '../../networks/network.ts';
import type { NotifierDatabase, RowColumns, Sql } from './database.ts';
import { raiseVersion } from './watch-feed.ts';
import { accountOf } from './watch-mirror.ts';

/** Blocks that are read once more for one key: for accounts that were not watched when they were read, or for all of its accounts. */
export interface Backfill {
  id: string;
  network: string;
  fromBlock: string;
  /** The last block; `null` until the network is read for the first time, or the process that reads it has taken the backfill up. */
  toBlock: string | null;
  /** The next block to be read. */
  nextBlock: string;
  state: 'open' | 'done';
  /** Transfers that were found so far. */
  found: number;
  createdAt: number;
  doneAt: number | null;
  /** Why it makes no progress; it continues by itself once that is over. */
  error: string | null;
}

/** A backfill as it is worked on. */
export interface OpenBackfill {
  readonly id: string;
  readonly keyId: string;
  /** The callback URL that it is for; undefined: all of the key's. */
  readonly endpointId: string | undefined;
  next: bigint;
  readonly to: bigint;
  readonly error: string | null;
}

export interface Backfills {
  /** Inside a write transaction of the caller's. Undefined if all blocks from there on are still to be read anyway. */
  add(sql: Sql, wanted: WantedBackfill): Promise<Backfill | undefined>;
  /** Newest first. */
  list(keyId: string, page: { before?: string; limit: number }): Promise<Backfill[]>;
  /** False if there is none of that id. */
  remove(keyId: string, id: string): Promise<boolean>;
  /** How many that the key asked for are not done. */
  countOpen(keyId: string): Promise<number>;
  /** Those that there is something to read for. */
  open(network: string): Promise<OpenBackfill[]>;
  /** The accounts of a backfill; undefined: whatever its key watches. */
  accounts(id: string): Promise<CanonicalAccount[] | undefined>;
  /** Notes why it makes no progress. */
  fail(ids: readonly string[], error: string): Promise<void>;
  /** Forgets those that were done before `before`. */
  prune(before: number): Promise<void>;
}

export interface WantedBackfill {
  keyId: string;
  /** The callback URL that is to be told; absent: all of the key's. */
  endpointId?: string;
  network: string;
  fromBlock: bigint;
  /** The highest block that was asked for without those accounts, if that is higher than what is stored. */
  reach: bigint | undefined;
  accounts: readonly CanonicalAccount[] | undefined;
}

interface Row {
  id: string;
  key_id: string;
  endpoint_id: string | null;
  network: string;
  from_block: number;
  to_block: number | null;
  next_block: number;
  is_whole: number;
  found: number;
  created_at: number;
  done_at: number | null;
  error: string | null;
}

/** Backfills of one key that are open at once. */
export const mostBackfills = 20;

export function createBackfills(database: NotifierDatabase, now: () => number): Backfills {
  return {
    add: (sql, wanted) => add(sql, wanted, now()),
    list: (keyId, { before = '', limit }) =>
      database.read(async (sql) => {
        const rows = await sql(
          `SELECT * FROM backfills WHERE key_id = ?
             AND seq < coalesce((SELECT seq FROM backfills WHERE id = ?), 9223372036854775807)
           ORDER BY seq DESC LIMIT ?`,
        ).all(keyId, before, limit);
        return (rows as Row[]).map(describe);
      }),
    remove: (keyId, id) =>
      database.write(
        async (sql) => (await sql('DELETE FROM backfills WHERE key_id = ? AND id = ?').run(keyId, id)) > 0,
      ),
    countOpen: (keyId) =>
      database.read(async (sql) => {
        const row = await sql(
          'SELECT count(*) AS n FROM backfills WHERE key_id = ? AND endpoint_id IS NULL AND done_at IS NULL',
        ).get(keyId);
        return Number((row as { n: number }).n);
      }),
    open: (network) =>
      database.read(async (sql) => {
        const rows = (await sql(
          'SELECT * FROM backfills WHERE network = ? AND done_at IS NULL AND to_block IS NOT NULL ORDER BY seq',
        ).all(network)) as (Row & { to_block: number })[];
        return rows.map((row) => ({
          id: row.id,
          keyId: row.key_id,
          endpointId: row.endpoint_id ?? undefined,
          next: BigInt(row.next_block),
          to: BigInt(row.to_block),
          error: row.error,
        }));
      }),
    accounts: (id) =>
      database.read(async (sql) => {
        const backfill = (await sql('SELECT is_whole FROM backfills WHERE id = ?').get(id)) as
          | Pick<Row, 'is_whole'>
          | undefined;
        if (backfill?.is_whole === 1) return undefined;
        const rows = await sql('SELECT address, memo FROM backfill_accounts WHERE backfill_id = ?').all(id);
        return (rows as { address: string; memo: string }[]).map(accountOf);
      }),
    async fail(ids, error) {
      await database.write(async (sql) => {
        for (const id of ids) await sql('UPDATE backfills SET error = ? WHERE id = ?').run(error, id);
      });
    },
    async prune(before) {
      await database.write((sql) => sql('DELETE FROM backfills WHERE done_at < ?').run(before));
    },
  };
}

async function add(
  sql: Sql,
  { keyId, endpointId, network, fromBlock, reach = 0n, accounts }: WantedBackfill,
  at: number,
): Promise<Backfill | undefined> {
  const row = await sql('SELECT max(number) AS top FROM blocks WHERE network = ?').get(network);
  const { top } = row as { top: number | null };
  // Which blocks were asked for without those accounts knows the process that reads the network: it sets the end.
  if (sql.isShared) await raiseVersion(sql, network);
  const toBlock = top === null || sql.isShared ? null : Math.max(top, Number(reach));
  if (toBlock !== null && Number(fromBlock) > toBlock) return undefined;
  const id = `fill_${randomBytes(8).toString('hex')}`;
  await sql(
    `INSERT INTO backfills
       (id, key_id, endpoint_id, network, from_block, to_block, next_block, is_whole, found, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
  ).run(id, keyId, endpointId ?? null, network, Number(fromBlock), toBlock, Number(fromBlock), accounts ? 0 : 1, at);
  const rows = (accounts ?? []).map(({ address, memo = '' }) => ({ backfill_id: id, address, memo }));
  await sql.insert('backfill_accounts', accountColumns, rows, { ignore: true });
  return describe((await sql('SELECT * FROM backfills WHERE id = ?').get(id)) as Row);
}

const accountColumns: RowColumns = { backfill_id: 'text', address: 'text', memo: 'text' };

function describe(row: Row): Backfill {
  return {
    id: row.id,
    network: row.network,
    fromBlock: String(row.from_block),
    toBlock: row.to_block === null ? null : String(row.to_block),
    nextBlock: String(row.next_block),
    state: row.done_at === null ? 'open' : 'done',
    found: row.found,
    createdAt: row.created_at,
    doneAt: row.done_at,
    error: row.error,
  };
}
