import { DepositCallbackError } from '../../errors.ts';
import type { Claim, Store } from '../store.ts';
import type { PostgresPoolClient, PostgresTransaction } from './client.ts';
import type { PostgresConnections } from './connections.ts';
import type { PostgresSession } from './recording-client.ts';

interface Settling {
  claim: Claim;
  resolve: (ours: boolean) => void;
  reject: (error: unknown) => void;
}

/** The settlements of one store. */
interface Settlements {
  readonly connections: () => PostgresConnections;
  readonly now: () => number | null;
  gathering: Settling[];
  settling: boolean;
}

/** `settle` of the store: by itself with functions of the user's, else many with one statement. */
export function createSettle<Tx>(
  connections: () => PostgresConnections,
  now: () => number | null,
): Store<Tx>['settle'] {
  const all: Settlements = { connections, now, gathering: [], settling: false };
  return (claim, functions) => {
    if (functions.length > 0) {
      return settleAlone(all, claim, functions as readonly ((tx: PostgresTransaction) => unknown)[]);
    }
    return new Promise((resolve, reject) => {
      all.gathering.push({ claim, resolve, reject });
      if (all.settling) return;
      all.settling = true;
      void settleGathered(all);
    });
  };
}

// While one statement is in flight, those that need no transaction of their own gather for the next.
async function settleGathered(all: Settlements): Promise<void> {
  const { connections, now } = all;
  while (all.gathering.length > 0) {
    const taken = all.gathering;
    all.gathering = [];
    try {
      const parts = taken.map(({ claim }) => partsOf(claim));
      const { rows } = await connections().query(
        `SELECT deposit_callback.settle($1::bigint[], $2::bigint[], $3::integer[], $4)::text AS number`,
        [0, 1, 2].map((index) => parts.map((part) => part[index])).concat([now() as never]),
      );
      const ours = new Set(rows.map(({ number }) => Number(number)));
      for (const [index, { resolve }] of taken.entries()) resolve(ours.has(index + 1));
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  }
  all.settling = false;
}

async function settleAlone(
  { connections, now }: Settlements,
  claim: Claim,
  functions: readonly ((tx: PostgresTransaction) => unknown)[],
): Promise<boolean> {
  const [transaction, seq, lease] = partsOf(claim);
  // Integers, so that both statements need one round trip. The fence first: a function that commits by itself has then
  // at least not credited twice.
  const fence = `SELECT deposit_callback.settle('{${transaction}}', '{${seq}}', '{${lease}}', ${now() ?? 'NULL'})::text AS number`;
  const notOurs = Symbol('not ours');
  try {
    await connections().transaction(`BEGIN; ${fence}`, async (session, begun) => {
      if (begun.at(-1)?.rows.length !== 1) throw notOurs;
      await runAtomically(session, functions);
    });
    return true;
  } catch (error) {
    if (error === notOurs) return false;
    throw error;
  }
}

async function runAtomically(
  { client, query }: PostgresSession,
  functions: readonly ((tx: PostgresTransaction) => unknown)[],
): Promise<void> {
  let open = true;
  // The client itself, but for what must not outlive or end the transaction unseen.
  const tx: PostgresTransaction = Object.create(client, {
    query: {
      value: (...asked: Parameters<PostgresPoolClient['query']>) => {
        if (open) return query(...asked);
        throw new DepositCallbackError(
          'ATOMICALLY_ASYNC',
          'atomically: its transaction has ended; await all work before the function returns',
        );
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

/** A token is the event's transaction, its place there, and the number of its lease, which only rises. */
export function partsOf({ token }: Claim): [transaction: number, seq: number, lease: number] {
  const [transaction = -1, seq = -1, lease = -1] = token.split(':').map(Number);
  return [transaction, seq, lease];
}
