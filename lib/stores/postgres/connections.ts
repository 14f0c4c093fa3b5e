import { DepositCallbackError } from '../../errors.ts';
import { within } from '../shared/within.ts';
import type { PostgresPool, PostgresPoolClient, PostgresResult } from './client.ts';
import { functionsHash, inSchema } from './functions.ts';
import { queryInTurn } from './query-in-turn.ts';
import { createRecordingClient, type PostgresSession } from './recording-client.ts';
import { isFunctionMissing } from './sql-state.ts';

/** How long the pool may take to give a client, and the server to answer, before the work fails and is tried again. */
const connectMs = 5_000;
const noClient = `postgresStore: the pool provided no client within ${connectMs} ms; raise its max, or check the server`;
const queryMs = 30_000;

/**
 * The ways to the server: one client for recording, and the pool for the rest. Statements are written for the schema
 * `deposit_callback`.
 */
export interface PostgresConnections {
  /** On the client that records, which no delivery can take away. */
  record(text: string, values: unknown[]): Promise<PostgresResult>;
  /** On any client of the pool. */
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  /** In one transaction, on a client of its own; rolls back when `work` throws. */
  transaction<T>(begin: string, work: (session: PostgresSession, begun: PostgresResult[]) => Promise<T>): Promise<T>;
  /** A client to keep, which knows nothing of `deposit_callback`. */
  take(): Promise<PostgresPoolClient>;
  close(): void;
}

/** `makeFunctions` makes those of this version, in a transaction. */
export function createConnections(
  pool: PostgresPool,
  schema: string,
  makeFunctions: (session: PostgresSession) => Promise<void>,
): PostgresConnections {
  surviveErrors(pool);
  const here = inSchema(schema);
  let closed = false;

  async function take(): Promise<PostgresPoolClient> {
    if (closed) throw notReady();
    const client = await within(connectMs, pool.connect(), noClient, (late) => late.release());
    survive(client);
    return client;
  }

  /** Newer versions may have dropped our functions. Who finds one missing has done nothing yet, and may do it again. */
  async function withFunctions<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isFunctionMissing(error, functionsHash)) throw error;
      await inTransaction(await take(), 'BEGIN', makeFunctions);
      return work();
    }
  }

  const recording = createRecordingClient(take);
  return {
    take,
    record: (text, values) => withFunctions(() => recording.record(here(text), values)),
    query: (text, values) =>
      withFunctions(() => pool.query({ text: here(text), query_timeout: queryMs, ...(values && { values }) })),
    transaction: (begin, work) => withFunctions(async () => inTransaction(await take(), here(begin), work)),
    close() {
      closed = true;
      recording.close();
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

function notReady(): DepositCallbackError {
  return new DepositCallbackError('STORE_NOT_READY', 'postgresStore: await ready() first; unusable after close()');
}
