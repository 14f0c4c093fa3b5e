import { randomUUID } from 'node:crypto';
import type { PostgresPoolClient } from './client.ts';
import type { PostgresConnections } from './connections.ts';

/** Commits within so long share one notification. */
const gatherMs = 20;
const reconnectMs = 1_000;

/** Tells other processes that events are owed, and hears it from them: `LISTEN` on a client of its own. */
export interface PostgresWake {
  /** The server can be reached from now on: whoever wants to hear is heard for. */
  open(): void;
  /** Some events are owed since a commit just now. */
  tell(): void;
  hear(wake: () => void): () => void;
  close(): void;
}

export function createWake(connections: () => PostgresConnections, schema: string): PostgresWake {
  // Notifications of our own are passed over: whoever commits wakes the deliverer of this process itself.
  const self = randomUUID();
  const channel = schema;
  const wakes = new Set<() => void>();
  let listening: PostgresPoolClient | undefined;
  let connecting = false;
  let retry: NodeJS.Timeout | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let telling = false;
  // Until the store is ready.
  let closed = true;

  async function listen(): Promise<void> {
    if (closed || connecting || listening || wakes.size === 0) return;
    connecting = true;
    try {
      const client = await connections().take();
      client.on('notification', ({ payload }) => {
        if (payload === self || client !== listening) return;
        for (const wake of wakes) wake();
      });
      client.on('error', () => lose(client));
      await client.query(`LISTEN ${channel}`);
      if (closed) client.release(true);
      else listening = client;
      // What was told while nobody heard.
      for (const wake of wakes) wake();
    } catch {
      again();
    } finally {
      connecting = false;
    }
  }

  function lose(client: PostgresPoolClient): void {
    if (client !== listening) return;
    listening = undefined;
    client.release(true);
    again();
  }

  function again(): void {
    if (closed) return;
    clearTimeout(retry);
    retry = setTimeout(() => void listen(), reconnectMs).unref();
  }

  async function notify(): Promise<void> {
    telling = true;
    try {
      await connections().query('SELECT pg_notify($1, $2)', [channel.slice(1, -1).replaceAll('""', '"'), self]);
    } catch {
      // Polling finds the events all the same.
    }
    telling = false;
  }

  return {
    open() {
      closed = false;
      void listen();
    },

    // After the commit, not in it: a transaction that notifies holds a lock of the whole server while it commits.
    tell() {
      if (closed || gathering || telling) return;
      gathering = setTimeout(() => {
        gathering = undefined;
        void notify();
      }, gatherMs).unref();
    },

    hear(wake) {
      wakes.add(wake);
      void listen();
      return () => wakes.delete(wake);
    },

    close() {
      closed = true;
      clearTimeout(retry);
      clearTimeout(gathering);
      gathering = undefined;
      // Not given back: it would go on listening.
      listening?.release(true);
      listening = undefined;
    },
  };
}
