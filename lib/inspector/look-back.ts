/** So many rows one page looks at for what has no index of its own: it stays quick however long the log is. */
export const mostLookedAt = 4_000;
const mostAtOnce = 2_000;

/** Where one look ended. */
export interface LookBack<Row> {
  found: Row[];
  /** The last row that it looked at, if it ended before it had found enough. */
  endedAt?: Row;
}

/**
 * Looks through rows from the newest, or from `before`, for `limit` that fit. `list` gives them by what the store has an index for,
 * newest first.
 */
export async function lookBack<Row extends { id: string }>(
  list: (page: { limit: number; before?: string }) => Promise<Row[]>,
  fits: (row: Row) => boolean,
  { limit, before }: { limit: number; before?: string | undefined },
): Promise<LookBack<Row>> {
  const found: Row[] = [];
  let looked = 0;
  let from = before;
  for (let size = limit; ; size = Math.min(size * 4, mostAtOnce, mostLookedAt - looked)) {
    const rows = await list({ limit: size, ...(from === undefined ? {} : { before: from }) });
    for (const row of rows) {
      if (fits(row)) found.push(row);
      if (found.length >= limit) return { found };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < size) return { found };
    looked += rows.length;
    from = last.id;
    if (looked >= mostLookedAt) return { found, endedAt: last };
  }
}
