import { randomInt, randomUUID } from 'node:crypto';
import type { PostgresPoolClient } from './client.ts';
import type { PostgresConnections } from './connections.ts';
import { holderLock } from './holding.ts';

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
  /**
   * The number under which the listening session is alive for others; undefined while there is none. Waits for a session
   * that is being opened: what a store claims first would otherwise outlive its process until the lease ends.
   */
  holder(): Promise<number | undefined>;
  close(): void;
}

export function createWake(connections: () => PostgresConnections, schema: string): PostgresWake {
  // Notifications of our own are passed over: whoever commits wakes the deliverer of this process itself.
  const self = randomUUID();
  const channel = schema;
  const wakes = new Set<() => void>();
  let listening: PostgresPoolClient | undefined;
  let holder: number | undefined;
  let connecting: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let telling = false;
  // Until the store is ready.
  let closed = true;

  function listen(): void {
    if (closed || connecting || listening || wakes.size === 0) return;
    connecting = connect().finally(() => {
      connecting = undefined;
    });
  }

  async function connect(): Promise<void> {
    try {
      const client = await connections().take();
      client.on('notification', ({ payload }) => {
        if (payload === self || client !== listening) return;
        for (const wake of wakes) wake();
      });
      client.on('error', () => lose(client));
      await client.query(`LISTEN ${channel}`);
      const number = await liveHolder(client, schema);
      if (closed) client.release(true);
      else {
        listening = client;
        holder = number;
      }
      // What was told while nobody heard.
      for (const wake of wakes) wake();
    } catch {
      again();
    }
  }

  function lose(client: PostgresPoolClient): void {
    if (client !== listening) return;
    listening = undefined;
    holder = undefined;
    client.release(true);
    again();
  }

  function again(): void {
    if (closed) return;
    clearTimeout(retry);
    retry = setTimeout(listen, reconnectMs).unref();
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
      listen();
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
      listen();
      return () => wakes.delete(wake);
    },

    async holder() {
      await connecting;
      return holder;
    },

    close() {
      closed = true;
      holder = undefined;
      clearTimeout(retry);
      clearTimeout(gathering);
      gathering = undefined;
      // Not given back: it would go on listening.
      listening?.release(true);
      listening = undefined;
    },
  };
}

/** A number that stands for this session as long as it lives. The lock comes first: a row without it is a dead holder's. */
async function liveHolder(client: PostgresPoolClient, schema: string): Promise<number> {
  for (;;) {
    const id = randomInt(1, 2 ** 31);
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1, $2)::text AS locked', [holderLock, id]);
    if (rows[0]?.locked !== 'true') continue;
    await client.query(`INSERT INTO ${schema}.holders (id) VALUES ($1) ON CONFLICT DO NOTHING`, [id]);
    return id;
  }
}
