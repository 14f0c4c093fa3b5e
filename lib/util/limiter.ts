/** Runs work, at once or when its turn comes. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Runs at most so many works at once; the others wait in the order in which they came. With `queue`, at most so many wait, and
 * what comes on top is rejected with `full()`.
 */
export function limiter(most: number, bound?: { queue: number; full: () => Error }): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < most) running += 1;
    else {
      if (bound && waiting.length >= bound.queue) throw bound.full();
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      // Whoever is next takes over the place.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
