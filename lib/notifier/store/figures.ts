import type { NotifierDatabase } from './database.ts';

/** How the database of a notifier stands. */
export interface Figures {
  /** API keys in force. */
  keys: number;
  /** Watched addresses, each once per key. */
  watches: number;
  /** Callback URLs that are disabled. */
  disabledUrls: number;
  /** Callbacks that are owed. */
  owed: number;
  /** When the oldest of those was made, epoch ms. */
  oldestOwedAt: number | null;
}

export function readFigures(database: NotifierDatabase): Promise<Figures> {
  const { sql } = database;
  const count = (from: string): number => {
    const row = sql(`SELECT count(*) AS n FROM ${from}`).get() as { n: number };
    return Number(row.n);
  };
  return database.read(() => {
    const { owed, oldest } = sql(
      `SELECT count(*) AS owed, min(created_at) AS oldest FROM outbox WHERE state = 'owed'`,
    ).get() as { owed: number; oldest: number | null };
    return {
      keys: count('api_keys WHERE revoked_at IS NULL'),
      watches: count('watches'),
      disabledUrls: count('endpoints WHERE enabled = 0'),
      owed: Number(owed),
      oldestOwedAt: oldest,
    };
  });
}
