import { randomInt, randomUUID } from 'node:crypto';
import { atMost } from '../../util/time-limit.ts';
import type { PostgresPoolClient } from './client.ts';
import type { PostgresConnections } from './connections.ts';
import { inSchema, quoted } from './functions.ts';
import { holderLock } from './holder-lock.ts';

/** Commits within so long share one notification. */
const gatherMs = 20;
const reconnectMs = 1_000;
/** How long a claim waits for a session that is being opened. */
const connectingMs = 2_000;

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
  /** The same without waiting. */
  liveHolder(): number | undefined;
  close(): void;
}

/** One listener and teller: what it was made of, and its session. */
interface WakeState {
  readonly connections: () => PostgresConnections;
  readonly schema: string;
  // Notifications of our own are passed over: whoever commits wakes the deliverer of this process itself.
  readonly self: string;
  readonly wakes: Set<() => void>;
  listening: PostgresPoolClient | undefined;
  holder: number | undefined;
  connecting: Promise<void> | undefined;
  retry: NodeJS.Timeout | undefined;
  gathering: NodeJS.Timeout | undefined;
  telling: boolean;
  closed: boolean;
}

export function createWake(connections: () => PostgresConnections, schema: string): PostgresWake {
  const state: WakeState = {
    connections,
    schema,
    self: randomUUID(),
    wakes: new Set(),
    listening: undefined,
    holder: undefined,
    connecting: undefined,
    retry: undefined,
    gathering: undefined,
    telling: false,
    // Until the store is ready.
    closed: true,
  };
  return {
    open() {
      state.closed = false;
      listen(state);
    },
    tell: () => tell(state),
    hear(wake) {
      state.wakes.add(wake);
      listen(state);
      return () => state.wakes.delete(wake);
    },
    async holder() {
      // A server that does not answer must not keep claims from being tried.
      if (state.connecting !== undefined) await atMost(connectingMs, state.connecting);
      return state.holder;
    },
    liveHolder: () => state.holder,
    close: () => close(state),
  };
}

function listen(state: WakeState): void {
  if (state.closed || state.connecting || state.listening || state.wakes.size === 0) return;
  state.connecting = connect(state).finally(() => {
    state.connecting = undefined;
  });
}

async function connect(state: WakeState): Promise<void> {
  const { connections, schema, self, wakes } = state;
  try {
    const client = await connections().take();
    client.on('notification', ({ payload }) => {
      if (payload === self || client !== state.listening) return;
      for (const wake of wakes) wake();
    });
    client.on('error', () => lose(state, client));
    await client.query(`LISTEN ${quoted(schema)}`);
    const number = await liveHolder(client, schema);
    if (state.closed) client.release(true);
    else {
      state.listening = client;
      state.holder = number;
    }
    // The notifications sent while nobody listened.
    for (const wake of wakes) wake();
  } catch {
    again(state);
  }
}

function lose(state: WakeState, client: PostgresPoolClient): void {
  if (client !== state.listening) return;
  state.listening = undefined;
  state.holder = undefined;
  client.release(true);
  again(state);
}

function again(state: WakeState): void {
  if (state.closed) return;
  clearTimeout(state.retry);
  state.retry = setTimeout(() => listen(state), reconnectMs).unref();
}

// After the commit, not in it: a transaction that notifies holds a lock of the whole server while it commits.
function tell(state: WakeState): void {
  if (state.closed || state.gathering || state.telling) return;
  state.gathering = setTimeout(() => {
    state.gathering = undefined;
    void notify(state);
  }, gatherMs).unref();
}

async function notify(state: WakeState): Promise<void> {
  const { connections, schema, self } = state;
  state.telling = true;
  try {
    await connections().query('SELECT pg_notify($1, $2)', [schema, self]);
  } catch {
    // Polling finds the events all the same.
  }
  state.telling = false;
}

function close(state: WakeState): void {
  state.closed = true;
  state.holder = undefined;
  clearTimeout(state.retry);
  clearTimeout(state.gathering);
  state.gathering = undefined;
  // Not given back: it would go on listening.
  state.listening?.release(true);
  state.listening = undefined;
}

/** A number that stands for this session as long as it lives. The lock comes first: a row without it is a dead holder's. */
async function liveHolder(client: PostgresPoolClient, schema: string): Promise<number> {
  const insertHolder = inSchema(schema)('INSERT INTO deposit_callback.holders (id) VALUES ($1) ON CONFLICT DO NOTHING');
  for (;;) {
    const id = randomInt(1, 2 ** 31);
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1, $2)::text AS locked', [holderLock, id]);
    if (rows[0]?.locked !== 'true') continue;
    await client.query(insertHolder, [id]);
    return id;
  }
}
