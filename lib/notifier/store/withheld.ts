import type { Logger } from '../../observe/logger.ts';
import type { Backfills } from './backfills.ts';
import type { NotifierDatabase, Sql } from './database.ts';
import type { Outbox } from './outbox.ts';

/** From which block on a URL is told nothing of a network, because too much is owed to it already. */
export interface WithheldFrom {
  network: string;
  fromBlock: string;
}

/** What is owed to a URL is bounded: new deposits beyond that are read from the chain again once it takes what is owed. */
export interface Withheld {
  /** From which block on each URL is told nothing of a network. */
  held(sql: Sql, network: string): Promise<Map<string, number>>;
  /** Those of some URLs to which too much is owed. */
  full(sql: Sql, endpointIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Inside a write transaction: a URL is told nothing from this block on. */
  hold(sql: Sql, endpointId: string, network: string, block: number): Promise<void>;
  /** Inside a write transaction: a URL is told nothing of this older block, nor of later ones. */
  holdFrom(sql: Sql, endpointId: string, network: string, block: number): Promise<void>;
  /** Inside a write transaction: another block comes in the place of this one. */
  cut(sql: Sql, network: string, block: number): Promise<void>;
  /** Begins a backfill for each URL that takes callbacks again. */
  release(network: string): Promise<void>;
  list(endpointId: string): Promise<WithheldFrom[]>;
}

export interface WithheldParts {
  database: NotifierDatabase;
  outbox: Outbox;
  backfills: Backfills;
  maxOwed: number;
  logger: Logger;
}

export function createWithheld(parts: WithheldParts): Withheld {
  const { database, outbox, maxOwed, logger } = parts;
  const hold = async (sql: Sql, endpointId: string, network: string, block: number): Promise<void> => {
    const insert = sql('INSERT INTO withheld (endpoint_id, network, from_block) VALUES (?, ?, ?)');
    await insert.run(endpointId, network, block);
    logger.error(
      { callbackUrl: endpointId, network, block: String(block), maxOwed },
      'A callback URL does not take what is owed to it: deposits from this block on are told once it does',
    );
  };
  return {
    async held(sql, network) {
      const rows = await sql('SELECT endpoint_id AS id, from_block AS block FROM withheld WHERE network = ?').all(
        network,
      );
      return new Map((rows as { id: string; block: number }[]).map(({ id, block }) => [id, block]));
    },
    full: (sql, endpointIds) => outbox.owedMoreThan(sql, endpointIds, maxOwed - 1),
    hold,
    async holdFrom(sql, endpointId, network, block) {
      const row = await sql('SELECT from_block AS block FROM withheld WHERE endpoint_id = ? AND network = ?').get(
        endpointId,
        network,
      );
      if (row === undefined) await hold(sql, endpointId, network, block);
      else if ((row as { block: number }).block > block) {
        const set = sql('UPDATE withheld SET from_block = ? WHERE endpoint_id = ? AND network = ?');
        await set.run(block, endpointId, network);
      }
    },
    async cut(sql, network, block) {
      const set = sql('UPDATE withheld SET from_block = ? WHERE network = ? AND from_block > ?');
      await set.run(block, network, block);
    },
    release: (network) => release(parts, network),
    list: (endpointId) =>
      database.read((sql) =>
        sql(
          'SELECT network, CAST(from_block AS TEXT) AS "fromBlock" FROM withheld WHERE endpoint_id = ? ORDER BY network',
        ).all(endpointId),
      ) as Promise<WithheldFrom[]>,
  };
}

async function release({ database, outbox, backfills, maxOwed }: WithheldParts, network: string): Promise<void> {
  const waiting = await database.read((sql) =>
    sql(
      `SELECT endpoint_id AS "endpointId", key_id AS "keyId" FROM withheld JOIN endpoints ON id = endpoint_id
       WHERE network = ? AND enabled = 1 AND paused_at IS NULL AND url IS NOT NULL`,
    ).all(network),
  );
  for (const { endpointId, keyId } of waiting as { endpointId: string; keyId: string }[]) {
    await database.write(async (sql) => {
      if ((await outbox.owedMoreThan(sql, [endpointId], Math.floor(maxOwed / 2))).size > 0) return;
      const row = await sql('DELETE FROM withheld WHERE endpoint_id = ? AND network = ? RETURNING from_block').get(
        endpointId,
        network,
      );
      if (row === undefined) return;
      const { from_block: from } = row as { from_block: number };
      // Blocks that are not stored yet are told as ever.
      await backfills.add(sql, {
        ...{ keyId, endpointId, network, fromBlock: BigInt(from) },
        ...{ reach: undefined, accounts: undefined },
      });
    });
  }
}
