import type { Claim } from '../store.ts';

/** A token is the event's transaction, its place there, and the number of its lease, which only rises. */
export function partsOf({ token }: Pick<Claim, 'token'>): [transaction: number, seq: number, lease: number] {
  const [transaction = -1, seq = -1, lease = -1] = token.split(':').map(Number);
  return [transaction, seq, lease];
}
