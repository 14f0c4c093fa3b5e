import { oursOf, requireAllOurs } from '../shared/not-all-ours.ts';
import type { Claim, SettleOptions } from '../store.ts';
import { type Functions, mayChangeTransaction, runAtomically } from './atomically-client.ts';
import { partsOf } from './claim-token.ts';
import type { PostgresResult } from './client.ts';
import type { PostgresConnections } from './connections.ts';
import { createGroupSize, type GroupSize } from './group-size.ts';

/** A delivery that is settled by the transaction that runs its functions. */
interface Delivery {
  readonly claim: Claim;
  readonly functions: Functions;
  resolve(ours: boolean): void;
  reject(error: unknown): void;
}

/** The deliveries of one store that have functions. */
interface Deliveries {
  readonly connections: () => PostgresConnections;
  readonly now: () => number | null;
  readonly clock: () => number;
  readonly size: GroupSize;
  /** Those whose group was rolled back, each to be run in a transaction of its own. */
  readonly apart: Delivery[];
  readonly waiting: Delivery[];
  running: number;
  atOnce: number;
  isScheduled: boolean;
}

/** Groups of more than a few are quick, and fill each other's time on the way; more groups would only be smaller. */
const groupsAtOnce = 3;

/**
 * Settles deliveries together: the marks of all first, then the functions one after another, then one commit. If anything fails,
 * nothing of it is kept, and each is run again in a transaction of its own.
 */
export function createSettleWithFunctions(
  connections: () => PostgresConnections,
  now: () => number | null,
  clock: () => number = () => performance.now(),
): (claim: Claim, functions: Functions, options?: SettleOptions) => Promise<boolean> {
  const all: Deliveries = {
    connections,
    now,
    clock,
    size: createGroupSize(),
    apart: [],
    waiting: [],
    running: 0,
    atOnce: 1,
    isScheduled: false,
  };
  return (claim, functions, { atOnce = 1 } = {}) =>
    new Promise((resolve, reject) => {
      all.atOnce = atOnce;
      all.waiting.push({ claim, functions, resolve, reject });
      schedule(all);
    });
}

// What comes in one turn of the event loop goes together.
function schedule(all: Deliveries): void {
  if (all.isScheduled) return;
  all.isScheduled = true;
  setImmediate(() => {
    all.isScheduled = false;
    startNext(all);
  });
}

function startNext(all: Deliveries): void {
  while (all.running < all.atOnce) {
    const size = all.apart.length > 0 ? 1 : all.size.current;
    if (size > 1 && all.running >= groupsAtOnce) return;
    const taken = (all.apart.length > 0 ? all.apart : all.waiting).splice(0, size);
    if (taken.length === 0) return;
    all.running += 1;
    void run(all, taken).finally(() => {
      all.running -= 1;
      startNext(all);
    });
  }
}

async function run(all: Deliveries, taken: readonly Delivery[]): Promise<void> {
  const startedAt = all.clock();
  const [first, second] = taken;
  let hasBegun = false;
  try {
    const ours = await settle(all, taken, () => {
      hasBegun = true;
    });
    all.size.committed(taken.length, all.clock() - startedAt);
    for (const [index, { resolve }] of taken.entries()) resolve(ours.has(index + 1));
  } catch (error) {
    if (!first) return;
    if (!second) return first.reject(error);
    // A server that does not even begin would let each of them wait in vain.
    if (!hasBegun) for (const { reject } of taken) reject(error);
    else {
      all.size.rolledBack();
      all.apart.push(...taken);
    }
  }
}

/** `settleAll` of the store: the marks of all, then the functions, then one commit. */
export function createSettleAll(
  connections: () => PostgresConnections,
  now: () => number | null,
): (claims: readonly Claim[], functions: Functions) => Promise<readonly boolean[]> {
  return (claims, functions) => {
    const settled = connections().transaction(beginAndMark(claims, now()), async (session, begun) => {
      const marked = markedBy(begun);
      const ours = claims.map((_, index) => marked.has(index + 1));
      requireAllOurs(ours);
      await runAtomically(session, functions);
      return ours;
    });
    return oursOf(settled);
  };
}

/** Integers, so that both statements need one round trip. The marks first: a function that commits by itself has then at least
 * not credited twice. */
function beginAndMark(claims: readonly Claim[], now: number | null): string {
  const parts = claims.map(partsOf);
  const [transactions, seqs, leases] = [0, 1, 2].map((index) => `'{${parts.map((part) => part[index]).join()}}'`);
  return `BEGIN; SELECT deposit_callback.settle(${transactions}, ${seqs}, ${leases}, ${now ?? 'NULL'})::text AS number`;
}

function markedBy(begun: readonly PostgresResult[]): ReadonlySet<number> {
  return new Set((begun.at(-1)?.rows ?? []).map(({ number }) => Number(number)));
}

/** The numbers, from 1, of those whose lease was still ours. */
async function settle(
  { connections, now }: Deliveries,
  taken: readonly Delivery[],
  onBegun: () => void,
): Promise<ReadonlySet<number>> {
  const begin = beginAndMark(
    taken.map(({ claim }) => claim),
    now(),
  );
  return connections().transaction(begin, async (session, begun) => {
    onBegun();
    const ours = markedBy(begun);
    const sharing = taken.length > 1 ? createSharing() : undefined;
    for (const [index, { functions }] of taken.entries()) {
      if (ours.has(index + 1)) await runAtomically(session, functions, sharing?.mayQuery);
    }
    sharing?.assertShared();
    return ours;
  });
}

interface Sharing {
  mayQuery(query: readonly unknown[]): void;
  assertShared(): void;
}

/** Refuses what would concern the marks and functions of others: its delivery has to run in a transaction of its own. */
function createSharing(): Sharing {
  let refused: Error | undefined;
  return {
    mayQuery(query) {
      if (!mayChangeTransaction(query)) return;
      refused = new Error('This query needs a transaction of its own');
      throw refused;
    },
    // A function may have caught it.
    assertShared() {
      if (refused) throw refused;
    },
  };
}
