/** Exponential back-off with full jitter. */
export interface Backoff {
  /** Bound of the first wait. Default 1000 ms. */
  firstMs: number;
  /** Bound of every wait. Default 600000 ms. */
  maxMs: number;
}

/**
 * How long to wait after a failed attempt: anywhere from 0 to `firstMs` doubled with each attempt, at most `maxMs`.
 * `attempt` counts from 1; `random` is in [0, 1).
 */
export function backoffMs(attempt: number, backoff: Backoff, random: () => number): number {
  const bound = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(attempt - 1, 52));
  return Math.floor(random() * (bound + 1));
}
