import type { Logger } from '../../observe/logger.ts';
import type { Backfills } from './backfills.ts';
import type { NotifierDatabase } from './database.ts';
import type { Outbox } from './outbox.ts';

/** From which block on a URL is told nothing of a network, because too much is owed to it already. */
export interface WithheldFrom {
  network: string;
  fromBlock: string;
}

/** What is owed to a URL is bounded: new deposits beyond that are read from the chain again once it takes what is owed. */
export interface Withheld {
  /** Inside a write transaction: whether a URL is told nothing of this new block. Noted if it is the first. */
  holds(endpointId: string, network: string, block: number): boolean;
  /** Inside a transaction: whether a URL is told of this block later. */
  isHeld(endpointId: string, network: string, block: number): boolean;
  /** Inside a write transaction: a URL is told nothing of this older block, nor of later ones. */
  holdFrom(endpointId: string, network: string, block: number): void;
  /** Inside a write transaction: another block comes in the place of this one. */
  cut(network: string, block: number): void;
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
  const { sql } = database;
  const heldFrom = (endpointId: string, network: string): number | undefined => {
    const row = sql('SELECT from_block AS block FROM withheld WHERE endpoint_id = ? AND network = ?');
    return (row.get(endpointId, network) as { block: number } | undefined)?.block;
  };
  const hold = (endpointId: string, network: string, block: number): void => {
    sql('INSERT INTO withheld (endpoint_id, network, from_block) VALUES (?, ?, ?)').run(endpointId, network, block);
    logger.error(
      { callbackUrl: endpointId, network, block: String(block), maxOwed },
      'A callback URL does not take what is owed to it: deposits from this block on are told once it does',
    );
  };
  return {
    holds(endpointId, network, block) {
      if (heldFrom(endpointId, network) !== undefined) return true;
      if (!outbox.owesMoreThan(endpointId, maxOwed - 1)) return false;
      hold(endpointId, network, block);
      return true;
    },
    isHeld: (endpointId, network, block) => (heldFrom(endpointId, network) ?? Number.POSITIVE_INFINITY) <= block,
    holdFrom(endpointId, network, block) {
      const from = heldFrom(endpointId, network);
      if (from === undefined) hold(endpointId, network, block);
      else if (from > block) {
        sql('UPDATE withheld SET from_block = ? WHERE endpoint_id = ? AND network = ?').run(block, endpointId, network);
      }
    },
    cut(network, block) {
      sql('UPDATE withheld SET from_block = ? WHERE network = ? AND from_block > ?').run(block, network, block);
    },
    release: (network) => release(parts, network),
    list: (endpointId) =>
      database.read(() =>
        sql(
          'SELECT network, CAST(from_block AS TEXT) AS fromBlock FROM withheld WHERE endpoint_id = ? ORDER BY network',
        ).all(endpointId),
      ) as Promise<WithheldFrom[]>,
  };
}

async function release({ database, outbox, backfills, maxOwed }: WithheldParts, network: string): Promise<void> {
  const { sql } = database;
  const waiting = await database.read(() =>
    sql(
      `SELECT endpoint_id AS endpointId, key_id AS keyId FROM withheld JOIN endpoints ON id = endpoint_id
       WHERE network = ? AND enabled = 1 AND paused_at IS NULL AND url IS NOT NULL`,
    ).all(network),
  );
  for (const { endpointId, keyId } of waiting as { endpointId: string; keyId: string }[]) {
    await database.write(() => {
      if (outbox.owesMoreThan(endpointId, Math.floor(maxOwed / 2))) return;
      const row = sql('DELETE FROM withheld WHERE endpoint_id = ? AND network = ? RETURNING from_block').get(
        endpointId,
        network,
      );
      if (row === undefined) return;
      const { from_block: from } = row as { from_block: number };
      // Blocks that are not stored yet are told as ever.
      backfills.add({ keyId, endpointId, network, fromBlock: BigInt(from), reach: undefined, accounts: undefined });
    });
  }
}
