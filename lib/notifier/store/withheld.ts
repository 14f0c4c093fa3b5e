import type { Logger } from '../../observe/logger.ts';
import type { Backfills } from './backfills.ts';
import type { NotifierDatabase } from './database.ts';
import type { Outbox } from './outbox.ts';

/** From which block on a key is told nothing of a network, because too much is owed to it already. */
export interface WithheldFrom {
  network: string;
  fromBlock: string;
}

/** What is owed to a key is bounded: new deposits beyond that are read from the chain again once it takes what is owed. */
export interface Withheld {
  /** Inside a write transaction: whether a key is told nothing of this block. Noted if it is the first. */
  holds(keyId: string, network: string, block: number): boolean;
  /** Inside a write transaction: another block comes in the place of this one. */
  cut(network: string, block: number): void;
  /** Begins a backfill for each key that takes callbacks again. */
  release(network: string): Promise<void>;
  list(keyId: string): Promise<WithheldFrom[]>;
}

export interface WithheldParts {
  database: NotifierDatabase;
  outbox: Outbox;
  backfills: Backfills;
  maxOwed: number;
  logger: Logger;
}

export function createWithheld({ database, outbox, backfills, maxOwed, logger }: WithheldParts): Withheld {
  const { sql } = database;
  return {
    holds(keyId, network, block) {
      const held = sql('SELECT 1 FROM withheld WHERE key_id = ? AND network = ?').get(keyId, network);
      if (held) return true;
      if (!outbox.owesMoreThan(keyId, maxOwed - 1)) return false;
      sql('INSERT INTO withheld (key_id, network, from_block) VALUES (?, ?, ?)').run(keyId, network, block);
      logger.error(
        { keyId, network, block: String(block), maxOwed },
        'A key does not take what is owed to it: deposits from this block on are told once it does',
      );
      return true;
    },
    cut(network, block) {
      sql('UPDATE withheld SET from_block = ? WHERE network = ? AND from_block > ?').run(block, network, block);
    },
    async release(network) {
      const waiting = await database.read(() =>
        sql('SELECT key_id AS keyId FROM withheld WHERE network = ?').all(network),
      );
      for (const { keyId } of waiting as { keyId: string }[]) {
        await database.write(() => {
          const active = sql('SELECT 1 FROM endpoints WHERE key_id = ? AND enabled = 1 AND url IS NOT NULL').get(keyId);
          if (!active || outbox.owesMoreThan(keyId, Math.floor(maxOwed / 2))) return;
          const row = sql('DELETE FROM withheld WHERE key_id = ? AND network = ? RETURNING from_block').get(
            keyId,
            network,
          );
          const { from_block: from } = row as { from_block: number };
          // Blocks that are not stored yet are told as ever.
          backfills.add({ keyId, network, fromBlock: BigInt(from), reach: undefined, accounts: undefined });
        });
      }
    },
    list: (keyId) =>
      database.read(() =>
        sql(
          'SELECT network, CAST(from_block AS TEXT) AS fromBlock FROM withheld WHERE key_id = ? ORDER BY network',
        ).all(keyId),
      ) as Promise<WithheldFrom[]>,
  };
}
