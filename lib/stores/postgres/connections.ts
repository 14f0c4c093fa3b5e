import { DepositCallbackError } from '../../errors.ts';
import { within } from '../shared/within.ts';
import type { PostgresPool, PostgresPoolClient, PostgresResult } from './client.ts';
import { queryInTurn } from './query-in-turn.ts';

/** How long the pool may take to give a client, and the server to answer, before the work fails and is tried again. */
const connectMs = 5_000;
const noClient = `postgresStore: the pool gave no client within ${connectMs} ms; raise its max, or see to the server`;
const recordMs = 10_000;
const queryMs = 30_000;

/** A client that is in use, and its `query`, one at a time. */
export type PostgresSession = Pick<PostgresPoolClient, 'query'> & { readonly client: PostgresPoolClient };

/** The ways to the server: one client for recording, and the pool for the rest. */
export interface PostgresConnections {
  /** On the client that records, which no delivery can take away. */
  record(text: string, values: unknown[]): Promise<PostgresResult>;
  /** On any client of the pool. */
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  /** In one transaction, on a client of its own; rolls back when `work` throws. */
  transaction<T>(begin: string, work: (session: PostgresSession, begun: PostgresResult[]) => Promise<T>): Promise<T>;
  /** A client to keep. */
  take(): Promise<PostgresPoolClient>;
  close(): void;
}

export function createConnections(pool: PostgresPool): PostgresConnections {
  surviveErrors(pool);
  let recording: Promise<PostgresSession> | undefined;
  let closed = false;

  async function take(): Promise<PostgresPoolClient> {
    if (closed) throw notReady();
    const client = await within(connectMs, pool.connect(), noClient, (late) => late.release());
    survive(client);
    return client;
  }

  function recorder(): Promise<PostgresSession> {
    if (recording) return recording;
    const taken: Promise<PostgresSession> = take().then((client) => {
      client.on('error', () => drop(taken, client));
      return { client, query: queryInTurn(client) };
    });
    recording = taken;
    taken.catch(() => {
      if (recording === taken) recording = undefined;
    });
    return taken;
  }

  function drop(taken: Promise<PostgresSession>, client: PostgresPoolClient): void {
    if (recording !== taken) return;
    recording = undefined;
    client.release(true);
  }

  return {
    take,

    async record(text, values) {
      for (let attempt = 1; ; attempt += 1) {
        const taken = recorder();
        const { client, query } = await taken;
        try {
          return await query({ text, values, query_timeout: recordMs });
        } catch (error) {
          if (attempt < 5 && mayRepeat(error)) continue;
          if (!isFromServer(error)) drop(taken, client);
          throw error;
        }
      }
    },

    query: (text, values) => pool.query({ text, query_timeout: queryMs, ...(values && { values }) }),

    transaction: async (begin, work) => inTransaction(await take(), begin, work),

    close() {
      closed = true;
      recording?.then(
        ({ client }) => client.release(),
        () => {},
      );
      recording = undefined;
    },
  };
}

async function inTransaction<T>(
  client: PostgresPoolClient,
  begin: string,
  work: (session: PostgresSession, begun: PostgresResult[]) => Promise<T>,
): Promise<T> {
  const query = queryInTurn(client);
  let broken = true;
  try {
    // Several statements in one round trip come back as a list.
    const begun: unknown = await query({ text: begin, query_timeout: queryMs });
    const result = await work({ client, query }, Array.isArray(begun) ? begun : [begun as PostgresResult]);
    const { command } = await query({ text: 'COMMIT', query_timeout: queryMs });
    broken = false;
    if (command !== 'COMMIT') throw new Error('the transaction had failed before its end, and was rolled back');
    return result;
  } catch (error) {
    if (broken) broken = await isLostAfterRollback(query);
    throw error;
  } finally {
    client.release(broken);
  }
}

const surviving = new WeakSet<object>();

/**
 * A lost connection without a listener for its error would end the process, and it may be lost in the very moment in which
 * the pool hands it over. Whoever uses the client next learns of it anyway.
 */
function surviveErrors(pool: PostgresPool): void {
  if (surviving.has(pool)) return;
  surviving.add(pool);
  pool.on('error', () => {});
  pool.on('connect', survive);
}

/** Once for each client, also for those that the pool has had before the store. */
function survive(client: PostgresPoolClient): void {
  if (surviving.has(client)) return;
  surviving.add(client);
  client.on('error', () => {});
}

async function isLostAfterRollback(query: PostgresSession['query']): Promise<boolean> {
  try {
    await query({ text: 'ROLLBACK', query_timeout: queryMs });
    return false;
  } catch {
    return true;
  }
}

/** Deadlock and serialization failure: the server kept nothing, and another try may go through. */
function mayRepeat(error: unknown): boolean {
  const code = sqlState(error);
  return code === '40P01' || code === '40001';
}

/** Whether the server refused the statement and the connection is as it was. */
function isFromServer(error: unknown): boolean {
  const code = sqlState(error);
  return code !== undefined && !code.startsWith('08') && !code.startsWith('57');
}

function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

function notReady(): DepositCallbackError {
  return new DepositCallbackError('STORE_NOT_READY', 'postgresStore: await ready() first; after close() it is gone');
}
