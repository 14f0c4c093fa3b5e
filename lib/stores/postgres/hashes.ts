import { hash } from 'node:crypto';
import { columnText } from '../shared/column-text.ts';
import { compactHash } from '../shared/compact-hash.ts';

/**
 * 64 bits of a SHA-256 of what follows the network in a transaction's key, which is most often the transaction id, and 64
 * of one of the whole, as `uuid` reads them: so one unique index serves the key and a search by the id alone.
 */
export function keyHash(key: string): string {
  const known = lately.get(key);
  if (known !== undefined) return known;
  const made = half(key.slice(key.indexOf('|') + 1)) + half(key);
  if (lately.size === mostLately) lately.clear();
  lately.set(key, made);
  return made;
}

/** What is committed was loaded just before. */
const lately = new Map<string, string>();
const mostLately = 1_000;

/** First and last `keyHash` of the keys with that transaction id. */
export function keyHashesOf(transactionId: string): [first: string, last: string] {
  const begin = half(transactionId);
  return [begin.padEnd(32, '0'), begin.padEnd(32, 'f')];
}

/**
 * Only if the key does not lead to the transaction id (docs/rules.md#payments): one index less to write for the others.
 */
export function transactionHash(key: string, transactionId: string): number | null {
  return key.slice(key.indexOf('|') + 1) === transactionId ? null : compactHash(transactionId);
}

function half(text: string): string {
  return hash('sha256', columnText(text), 'hex').slice(0, 16);
}
