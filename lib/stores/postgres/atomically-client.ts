import { DepositCallbackError } from '../../errors.ts';
import type { PostgresPoolClient, PostgresTransaction } from './client.ts';
import type { PostgresSession } from './recording-client.ts';

type Query = PostgresPoolClient['query'];

/** Functions that listeners gave to `atomically`. */
export type Functions = readonly ((tx: PostgresTransaction) => unknown)[];

/**
 * Runs functions in an open transaction. Each gets the client itself, but for what must not outlive the functions or end the
 * transaction unseen. `mayQuery`, if given, is asked before each query; what it throws is thrown to the function.
 */
export async function runAtomically(
  { client, query }: PostgresSession,
  functions: Functions,
  mayQuery?: (query: readonly unknown[]) => void,
): Promise<void> {
  let open = true;
  const tx: PostgresTransaction = Object.create(client, {
    query: {
      value: (...asked: Parameters<Query>) => {
        if (!open) {
          throw new DepositCallbackError(
            'ATOMICALLY_ASYNC',
            'atomically: its transaction has ended; await all work before the function returns',
          );
        }
        mayQuery?.(asked);
        return query(...asked);
      },
    },
    release: {
      value: () => {
        throw new DepositCallbackError(
          'LISTENER_FAILED',
          'atomically: the client is released by the store, not by you',
        );
      },
    },
  });
  try {
    for (const run of functions) await run(tx);
  } finally {
    open = false;
  }
}

/** Words that end a transaction, or change it for whoever comes after. `ROLLBACK TO` a savepoint does neither. */
const anywhere = /\b(?:commit|abort|discard|set_config|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b/i;
/** The same, of words that stand elsewhere too: counted at the beginning of a statement, also after a comment. */
const atBeginning = /(?:^|;|\*\/|--[^\n]*\n)\s*(?:begin|start|end|prepare|set|reset)\b/i;

/**
 * Whether a query may end the transaction that it runs in, or change it for later queries. True also for what cannot be told, such
 * as a cursor; and for some queries that only look so.
 */
export function mayChangeTransaction([first]: readonly unknown[]): boolean {
  const text = typeof first === 'string' ? first : textOf(first);
  return text === undefined || anywhere.test(text) || atBeginning.test(text);
}

function textOf(query: unknown): string | undefined {
  if (typeof query !== 'object' || query === null || 'submit' in query || !('text' in query)) return undefined;
  return typeof query.text === 'string' ? query.text : undefined;
}
