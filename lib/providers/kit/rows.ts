import type { Transfer } from '../../deposits/transfer.ts';
import type { Json } from '../../json/json.ts';
import type { Reading, UnreadableRow } from './provider.ts';

/** The rows of one list of a body: what they report, and those that could not be read. */
export interface Rows {
  transfers: readonly Transfer[];
  unreadable: readonly UnreadableRow[];
  /** Number of rows of the list, read or not. */
  size: number;
}

/** Reads one row: returns nothing, a transfer, several transfers, or a nested list that was read row by row. */
export type RowReader = (row: Json, index: number) => Transfer | readonly Transfer[] | Rows | undefined;

/** Apart by more rows than any body holds: the second transfer of a row never gets the number of another row. */
const stride = 65_536;
const longestReason = 200;

/**
 * Reads the rows of a list one by one. If `readRow` throws, that row alone is unreadable: its neighbours are credited,
 * and it stays in quarantine until `reprocess` can read it. `path` is the path of the list in the body.
 *
 * Each transfer gets the number of its row, which tells it from an equal one and does not change when an earlier row
 * becomes readable. Filter out entries that are never transfers beforehand, without reading them.
 *
 * @example
 * const rows = readRows(array(content, 'transfers'), 'transfers', (row) => readTransfer(row, network));
 * return readingOf(rows);
 */
export function readRows(list: readonly Json[], path: string, readRow: RowReader): Rows {
  const transfers: Transfer[] = [];
  const unreadable: UnreadableRow[] = [];
  list.forEach((row, index) => {
    const at = path === '' ? String(index) : `${path}.${index}`;
    try {
      const read = readRow(row, index);
      if (read === undefined) return;
      const within = 'transfers' in read ? read : { transfers: 'kind' in read ? [read] : read, unreadable: [] };
      within.transfers.forEach((transfer, nth) => {
        transfers.push(numbered(transfer, index, transfer.row ?? nth));
      });
      for (const one of within.unreadable) unreadable.push({ ...one, path: `${at}.${one.path}` });
    } catch (error) {
      unreadable.push({ path: at, reason: reasonOf(error) });
    }
  });
  return { transfers, unreadable, size: list.length };
}

// Rows are numbered within their event, so one that has an event of its own keeps its number.
function numbered(transfer: Transfer, index: number, within: number): Transfer {
  return { ...transfer, row: transfer.event === undefined ? index + within * stride : within };
}

function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return reason.length > longestReason ? `${reason.slice(0, longestReason)}...` : reason;
}

/** Combines several lists of one body into a reading, in this order. */
export function readingOf(...lists: readonly Rows[]): Reading {
  const transfers: Transfer[] = [];
  const unreadable: UnreadableRow[] = [];
  let before = 0;
  for (const list of lists) {
    for (const transfer of list.transfers) transfers.push(after(transfer, before));
    unreadable.push(...list.unreadable);
    before += list.size;
  }
  return { kind: 'transfers', transfers, removals: [], ...(unreadable.length === 0 ? {} : { unreadable }) };
}

function after(transfer: Transfer, before: number): Transfer {
  const { row, event } = transfer;
  return before === 0 || row === undefined || event !== undefined ? transfer : { ...transfer, row: row + before };
}
