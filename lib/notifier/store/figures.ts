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
  return database.read(async (sql) => {
    const row = await sql(
      `SELECT count(*) AS owed, min(created_at) AS "oldestOwedAt",
         (SELECT count(*) FROM api_keys WHERE revoked_at IS NULL) AS keys, (SELECT count(*) FROM watches) AS watches,
         (SELECT count(*) FROM endpoints WHERE enabled = 0) AS "disabledUrls" FROM outbox WHERE state = 'owed'`,
    ).get();
    return { ...(row as Figures) };
  });
}
