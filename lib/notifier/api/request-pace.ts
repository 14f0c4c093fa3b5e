/**
 * Counts a request of a key: 0 if it may go on, else ms until the next one may. A key that has rested may ask as often at once as its
 * limit allows in a minute.
 */
export type RequestPace = (keyId: string, perMinute: number) => number;

const minuteMs = 60_000;

export function createRequestPace(now: () => number): RequestPace {
  /** For each key, when it will have rested in full. */
  const rested = new Map<string, number>();
  let cleanedAt = now();
  return (keyId, perMinute) => {
    const at = now();
    if (at > cleanedAt + minuteMs) {
      cleanedAt = at;
      for (const [id, since] of rested) if (since <= at) rested.delete(id);
    }
    const each = minuteMs / perMinute;
    const next = Math.max(rested.get(keyId) ?? at, at) + each;
    const wait = next - at - minuteMs;
    // A clock that was set back does not lock anybody out for longer than a minute.
    if (wait > 0) return Math.min(Math.ceil(wait), minuteMs);
    rested.set(keyId, next);
    return 0;
  };
}
