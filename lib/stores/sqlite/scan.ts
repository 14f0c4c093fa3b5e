import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqliteConnection } from './connection.ts';

/** Rows that one step looks at: a few milliseconds. */
const step = 500;

export interface Scan<Row, Found> {
  /** The next `size` rows after `last`, in the order of the scan. */
  page(last: Row | undefined, size: number): Row[];
  /** What is made of a row; undefined if it is not requested. */
  pick(row: Row): Found | undefined;
  limit: number;
}

/**
 * Walks along an index and picks what has no index of its own, in steps: however rare it is among 10^7 rows, the event
 * loop is never held for long.
 */
export async function scan<Row, Found>(
  connection: () => SqliteConnection,
  { page, pick, limit }: Scan<Row, Found>,
): Promise<Found[]> {
  const found: Found[] = [];
  let last: Row | undefined;
  for (let size = Math.min(limit, step); ; size = step) {
    const rows = await connection().read(() => page(last, size));
    for (const row of rows) {
      const picked = pick(row);
      if (picked !== undefined) found.push(picked);
      if (found.length >= limit) return found;
    }
    if (rows.length < size) return found;
    last = rows.at(-1);
    await nextTurn();
  }
}
