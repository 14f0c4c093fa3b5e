/** Deadlines of one length over one coarse timer: a timer for each request is dear. */
export interface Deadlines {
  /** Calls `expire` once, when the length has passed (up to an eighth of it late), unless it is cancelled before. */
  add(expire: () => void): { cancel(): void };
}

export function createDeadlines(ms: number): Deadlines {
  // All have one length, so the order of insertion is the order of expiry.
  const waiting = new Set<{ at: number; expire: () => void }>();
  let timer: NodeJS.Timeout | undefined;

  const sweep = (): void => {
    const now = performance.now();
    for (const one of waiting) {
      if (one.at > now) break;
      waiting.delete(one);
      one.expire();
    }
    if (waiting.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };

  return {
    add(expire) {
      const one = { at: performance.now() + ms, expire };
      waiting.add(one);
      timer ??= setInterval(sweep, Math.max(1, Math.ceil(ms / 8))).unref();
      return { cancel: () => void waiting.delete(one) };
    },
  };
}
