/**
 * A kind of condition that needs attention. The inspector, `doctor`, `status` and the metrics all use this list;
 * nothing else needs attention.
 *
 * - `unread`: quarantined callbacks that could be read only in part: a body, a row, or a new name of a network or
 *   asset.
 * - `quarantined`: deposits that a check, a conflict or a hold keeps back.
 * - `held`: deposits that wait because a provider took back what they rest on, and too few can decide.
 * - `in-doubt`: deposits that are credited with more than is due by now.
 * - `unassigned`: deposits to accounts of ours whose customer is not known.
 * - `dead-letters`: events that were given up.
 * - `unheard`: events that credit or revert and have no listener.
 * - `backlog`: events that have been owed for more than ten minutes.
 * - `stuck`: deposits that have been pending for longer than their network's bound.
 * - `unverified`: callbacks whose signature did not match, kept until `reverify`.
 * - `silent`: a provider that has sent nothing for `silenceMs`, or a network of which its heartbeats say nothing new.
 * - `refused`: a provider whose callbacks are refused, all of them or many.
 * - `unread-blocks`: a block that cannot be read, so that deposits in it and behind it may be missed.
 * - `disk`: the store is almost out of space.
 */
export type NeedKind =
  | 'unread'
  | 'quarantined'
  | 'held'
  | 'in-doubt'
  | 'unassigned'
  | 'dead-letters'
  | 'unheard'
  | 'backlog'
  | 'stuck'
  | 'unverified'
  | 'silent'
  | 'refused'
  | 'unread-blocks'
  | 'disk';

/** One condition that needs attention. */
export interface Need {
  kind: NeedKind;
  /** Number of items; for `held`, `in-doubt` and `stuck`, of the 1000 that have waited longest. */
  count: number;
  /** Number of items by code, of up to 1000: for `quarantined`, `unread` and `refused`. */
  codes?: Readonly<Record<string, number>>;
  /** Since when, epoch ms. */
  since?: number;
  /** The provider that is silent or refused. */
  provider?: string;
  /** The network that is silent, CAIP-2; absent if all of the provider is. */
  network?: string;
  /** One sentence. */
  text: string;
  /** The fix: a command to run, or what to do. */
  cure: string;
}

/** How many there are of each code. */
export function tallyOf(codes: readonly (string | undefined)[]): Record<string, number> {
  const tally: Record<string, number> = {};
  for (const code of codes) {
    const name = code ?? 'NO_CODE';
    tally[name] = (tally[name] ?? 0) + 1;
  }
  return tally;
}

/** `2 HELD, 1 CONFLICT`. */
export function listOf(codes: Readonly<Record<string, number>>): string {
  return Object.entries(codes)
    .sort(([, a], [, b]) => b - a)
    .map(([code, n]) => `${n} ${code === 'NO_CODE' ? 'without a code' : code}`)
    .join(', ');
}

/** `1 event`, `2 events`. */
export function things(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}
