import type { CallbackRecord } from '../stores/store.ts';
import type { Spellings } from './parts/spellings.ts';
import type { Inspected } from './view.ts';

/** So many lines of the log one look goes through, and so many bodies it reads: a page stays quick however long the log is. */
export const mostLines = 2_000;
export const mostBodies = 100;
const mostFound = 25;
/** Bodies read at the same time. */
const atOnce = 20;
const mostBytes = 1_024 * 1_024;

/** Where one look at the log ended. */
export interface Look {
  found: CallbackRecord[];
  /** The last line that it looked at; undefined if the log was empty from there. */
  last?: CallbackRecord;
  /** Whether there may be older lines. */
  isMore: boolean;
}

/**
 * Looks through the log from its newest line back, or from `before`, for callbacks that name what is searched: in an id, a
 * hash or an address of theirs; of those that made no deposit and may hold one, in the body, as it stands and as it is read.
 */
export async function searchLog(
  callbacks: Inspected,
  { words }: Spellings,
  from: { before?: string; until?: number },
): Promise<Look> {
  const lines = await callbacks.store.callbacks({ ...from, limit: mostLines });
  const found: CallbackRecord[] = [];
  let bodies = 0;
  let last: CallbackRecord | undefined;
  for (let at = 0; at < lines.length; ) {
    const part = lines.slice(at, at + atOnce);
    if (bodies + part.length > mostBodies && part.some(mayHold)) break;
    const hits = await Promise.all(
      part.map(async (line) => isNamed(line, words) || (await holds(callbacks, line, words))),
    );
    bodies += part.filter(mayHold).length;
    found.push(...part.filter((_, index) => hits[index]));
    at += part.length;
    last = part.at(-1);
    if (found.length >= mostFound) break;
  }
  const isMore = last !== undefined && (last !== lines.at(-1) || lines.length === mostLines);
  return { found, isMore, ...(last === undefined ? {} : { last }) };
}

/** Whether a line of the log itself names it. */
function isNamed(
  { id, deliveryId, bodyHash, remoteAddress, keyId }: CallbackRecord,
  words: readonly string[],
): boolean {
  return [id, deliveryId, bodyHash, remoteAddress, keyId].some(
    (one) => one !== undefined && words.includes(one.toLowerCase()),
  );
}

/** Whether the body has to be looked at: a deposit is found by itself, and what is refused has none. */
function mayHold({ outcome, bodyBytes }: CallbackRecord): boolean {
  return (outcome === 'ignored' || outcome === 'quarantined') && bodyBytes > 0 && bodyBytes <= mostBytes;
}

async function holds(callbacks: Inspected, line: CallbackRecord, words: readonly string[]): Promise<boolean> {
  if (!mayHold(line)) return false;
  const body = (await callbacks.store.callback(line.id))?.body;
  if (body === undefined) return false;
  const text = body.toString('latin1').toLowerCase();
  if (words.some((word) => text.includes(word))) return true;
  // A body that is encrypted or encoded, or an address in another of its forms.
  const transfers = await callbacks.transfersIn(line.id);
  const read = transfers.flatMap(({ to, from, transactionId, memo }) => [to, from, transactionId, memo]);
  return read.some((one) => one !== undefined && words.includes(one.toLowerCase()));
}
