/** A clock that stands still until it is moved. Pass its `now` to `depositCallbacks`, a store or a test. */
export interface FixedClock {
  /** Epoch ms. */
  now(): number;
  advance(ms: number): void;
  set(epochMs: number): void;
}

/** Creates a clock that stands still. Default start: 2026-01-01T00:00:00Z. */
export function fixedClock(startAt: number = Date.UTC(2026, 0, 1)): FixedClock {
  let at = startAt;
  return {
    now: () => at,
    advance(ms) {
      at += ms;
    },
    set(epochMs) {
      at = epochMs;
    },
  };
}
