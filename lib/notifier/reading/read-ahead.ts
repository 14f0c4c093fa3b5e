import { handled } from '../../util/promises.ts';

/** Blocks that are asked for before their turn: the way to the node takes longer than its answer. */
export interface ReadAhead<T> {
  /** The answer about this number; those about the next ones, `last` at most, are on their way when this returns. */
  take(number: bigint, last: bigint): { found: Promise<T>; wasAhead: boolean };
  /** Forgets what is on its way. */
  clear(): void;
  /** The highest number that was ever asked for; undefined before the first. */
  reach(): bigint | undefined;
}

/** `most` answers are on their way at once, or kept until their turn. */
export function createReadAhead<T>(ask: (number: bigint) => Promise<T>, most: number): ReadAhead<T> {
  const ahead = new Map<bigint, Promise<T>>();
  let reach: bigint | undefined;

  const begin = (number: bigint): Promise<T> => {
    if (reach === undefined || number > reach) reach = number;
    return handled(ask(number));
  };

  return {
    take(number, last) {
      const waiting = ahead.get(number);
      const found = waiting ?? begin(number);
      ahead.delete(number);
      for (let next = number + 1n; next <= last && next < number + BigInt(most); next += 1n) {
        if (!ahead.has(next)) ahead.set(next, begin(next));
      }
      return { found, wasAhead: waiting !== undefined };
    },
    clear: () => ahead.clear(),
    reach: () => reach,
  };
}
