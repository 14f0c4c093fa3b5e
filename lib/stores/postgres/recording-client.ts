import type { PostgresPoolClient, PostgresResult } from './client.ts';
import { queryInTurn } from './query-in-turn.ts';
import { isFromServer, mayRepeat } from './sql-state.ts';

const recordMs = 10_000;

/** A client that is in use, and its `query`, one at a time. */
export type PostgresSession = Pick<PostgresPoolClient, 'query'> & { readonly client: PostgresPoolClient };

/** The one client that records, taken when it is first needed, and anew after it was lost. */
export interface RecordingClient {
  record(text: string, values: unknown[]): Promise<PostgresResult>;
  close(): void;
}

export function createRecordingClient(take: () => Promise<PostgresPoolClient>): RecordingClient {
  let recording: Promise<PostgresSession> | undefined;

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

    close() {
      recording?.then(
        ({ client }) => client.release(),
        () => {},
      );
      recording = undefined;
    },
  };
}
