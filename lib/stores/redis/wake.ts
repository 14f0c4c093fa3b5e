import type { RedisConnection } from './client.ts';

/** Hears from other processes that events are owed: `SUBSCRIBE` on a connection of its own. */
export interface RedisWake {
  /** The server can be reached from now on. */
  open(connection: RedisConnection): void;
  hear(wake: () => void): () => void;
  close(): void;
}

/** `self` is what this instance publishes: whoever commits wakes the deliverer of its own process itself. */
export function createRedisWake(channel: string, self: string): RedisWake {
  const wakes = new Set<() => void>();
  let connection: RedisConnection | undefined;
  let subscribing: Promise<(() => void) | undefined> | undefined;

  function subscribe(): void {
    if (!connection || subscribing || wakes.size === 0) return;
    subscribing = connection
      .subscribe(channel, (text) => {
        if (text === self) return;
        for (const wake of wakes) wake();
      })
      .catch(() => {
        // Polling finds the events all the same.
        subscribing = undefined;
        return undefined;
      });
  }

  return {
    open(opened) {
      connection = opened;
      subscribe();
    },
    hear(wake) {
      wakes.add(wake);
      subscribe();
      return () => wakes.delete(wake);
    },
    close() {
      connection = undefined;
      void subscribing?.then((unsubscribe) => unsubscribe?.());
      subscribing = undefined;
    },
  };
}
