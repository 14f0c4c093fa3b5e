import type { Claim, Store } from '../store.ts';
import { partsOf } from './claim-token.ts';
import type { PostgresTransaction } from './client.ts';
import type { PostgresConnections } from './connections.ts';
import { createSettleWithFunctions } from './settle-with-functions.ts';

interface Settling {
  claim: Claim;
  resolve: (ours: boolean) => void;
  reject: (error: unknown) => void;
}

/** The settlements of one store that have no functions of the user's. */
interface Settlements {
  readonly connections: () => PostgresConnections;
  readonly now: () => number | null;
  gathering: Settling[];
  settling: boolean;
}

/** `settle` of the store: many claims by one statement, or by one transaction that runs their functions. */
export function createSettle<Tx>(
  connections: () => PostgresConnections,
  now: () => number | null,
): Store<Tx>['settle'] {
  const all: Settlements = { connections, now, gathering: [], settling: false };
  const settleWithFunctions = createSettleWithFunctions(connections, now);
  return (claim, functions, options) => {
    if (functions.length > 0) {
      return settleWithFunctions(claim, functions as readonly ((tx: PostgresTransaction) => unknown)[], options);
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
