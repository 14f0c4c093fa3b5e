import type { SqliteConnection } from './connection.ts';

/** Counts that are kept as rows come and go: `callbacks`, `deposits:<status>`, `unverified-bytes`. */
export function addToTally({ sql }: SqliteConnection, name: string, by: number): void {
  if (by === 0) return;
  sql(
    'INSERT INTO deposit_callback_tallies (name, n) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n',
  ).run(name, by);
}

export function tallyOf({ sql }: SqliteConnection, name: string): number {
  const row = sql('SELECT n FROM deposit_callback_tallies WHERE name = ?').get(name);
  return (row as { n: number } | undefined)?.n ?? 0;
}

/** Adds up in memory, so that a batch writes each tally once. */
export function createTally(): {
  add: (name: string, by: number) => void;
  write: (connection: SqliteConnection) => void;
} {
  const sums = new Map<string, number>();
  return {
    add: (name, by) => {
      sums.set(name, (sums.get(name) ?? 0) + by);
    },
    write: (connection) => {
      for (const [name, by] of sums) addToTally(connection, name, by);
    },
  };
}
