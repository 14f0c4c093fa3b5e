/** Deadlines of one length over one coarse timer: a timer for each request is dear. */
export interface Deadlines {
  /** Calls `expire` once, when the length has passed (up to an eighth of it late), unless it is cancelled before. */
  add(expire: () => void): { cancel(): void };
}

interface Waiting {
  at: number;
  expire: (() => void) | undefined;
}

export function createDeadlines(ms: number): Deadlines {
  // All have one length, so the order of insertion is the order of expiry.
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;

  const sweep = (): void => {
    const now = performance.now();
    for (const one of waiting) {
      if (one.at > now) break;
      waiting.delete(one);
      one.expire?.();
    }
    if (waiting.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };

  return {
    add(expire) {
      const one: Waiting = { at: performance.now() + ms, expire };
      waiting.add(one);
      timer ??= setInterval(sweep, Math.max(1, Math.ceil(ms / 8))).unref();
      return {
        cancel() {
          waiting.delete(one);
          // V8 leaves what a Set has dropped in tables that it has outgrown, and these keep it through the quick collections:
          // all that belongs to the request, where its function stays with it.
          one.expire = undefined;
        },
      };
    },
  };
}
