import { LRUCache } from 'lru-cache';

/** Who waits for events to be handled. */
export interface Waiters {
  /** Resolves once each was handled, true, or its next attempt has failed, false. */
  wait(eventIds: readonly string[]): Promise<boolean>;
  tell(eventId: string, handled: boolean): void;
}

/** `remembers`: an event may be handled before anyone waits for it. */
export function createWaiters(remembers: boolean): Waiters {
  const waiting = new Map<string, ((handled: boolean) => void)[]>();
  const handledLately = remembers ? new LRUCache<string, true>({ max: 10_000 }) : undefined;

  const waitForOne = (id: string): boolean | Promise<boolean> =>
    handledLately?.get(id) ??
    new Promise<boolean>((resolve) => {
      const others = waiting.get(id);
      if (others) others.push(resolve);
      else waiting.set(id, [resolve]);
    });

  return {
    async wait(eventIds) {
      const [only] = eventIds;
      if (eventIds.length === 1 && only !== undefined) return waitForOne(only);
      return (await Promise.all(eventIds.map(waitForOne))).every(Boolean);
    },
    tell(eventId, handled) {
      if (handled) handledLately?.set(eventId, true);
      const resolves = waiting.get(eventId);
      if (!resolves) return;
      waiting.delete(eventId);
      // Emptied, for the Map may keep the list for a while in a table that it has outgrown.
      for (const resolve of resolves.splice(0)) resolve(handled);
    },
  };
}
