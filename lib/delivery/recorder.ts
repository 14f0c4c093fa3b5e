import { type Advance, advance } from '../deposits/advance.ts';
import type { Assessment } from '../deposits/assess.ts';
import type { CompiledPolicy } from '../deposits/compile-policy.ts';
import { withJson } from '../deposits/deposit.ts';
import type { Group, StoredStatement } from '../deposits/statement.ts';
import type { Decision, StoredDeposit, TransactionChange, TransactionState } from '../deposits/transaction-state.ts';
import { DepositCallbackError } from '../errors.ts';
import type { CallbackRecord, Store } from '../stores/store.ts';
import { conclude } from './conclusion.ts';

/** One callback on its way into the store. */
export interface Arrival {
  /** The callback without what becomes of it. */
  callback: ReceivedCallback;
  /** One for each transfer and removal, in the order of the callback. */
  assessments: readonly Assessment[];
  /** What becomes of a callback that reports no transfer. */
  verdict?: { outcome: 'ignored' | 'quarantined'; code: string };
}

export type ReceivedCallback = Omit<CallbackRecord, 'outcome' | 'code' | 'transfers' | 'tookMs' | 'finished'> & {
  startedAt: number;
};

export interface Recorded {
  record: CallbackRecord;
  /** Events that are owed now because of this callback. */
  eventIds: readonly string[];
}

/** Puts callbacks into the store, many with one commit, and moves the deposits that they change. */
export interface Recorder {
  /** Resolves once the callback is durably stored with all that it changes; rejects when it is not. */
  record(arrival: Arrival): Promise<Recorded>;
  /** Folds one transaction again, with statements of our own chain check or an operator's decisions. */
  reassess(
    transactionKey: string,
    news: { statements?: readonly StoredStatement[]; decisions?: readonly Decision[] },
  ): Promise<readonly StoredDeposit[]>;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
}

export interface RecorderOptions {
  store: Store;
  policy: () => CompiledPolicy;
  now: () => number;
  /** Most callbacks in one commit. */
  batch?: number;
}

interface Waiting {
  arrival: Arrival;
  resolve(recorded: Recorded): void;
  reject(error: unknown): void;
}

// A loser of compare-and-set loads again; with a handful of receivers a transaction is contended for a few rounds at most.
const maxRounds = 50;

/**
 * While one commit is in flight, arrivals gather, and the next commit takes them all: no timer, and no wait when idle
 * but the rest of the event loop's turn, in which the requests that came together are read.
 */
export function createRecorder({ store, policy, now, batch = 256 }: RecorderOptions): Recorder {
  let queue: Waiting[] = [];
  let pumping = false;
  let pumped: Promise<void> = Promise.resolve();

  const pump = async (): Promise<void> => {
    await new Promise(setImmediate);
    while (queue.length > 0) {
      const taken = queue.slice(0, batch);
      queue = queue.slice(batch);
      await commitTogether(taken);
    }
    // In the same turn as the last look at the queue: an arrival in between would wait for the next one.
    pumping = false;
  };

  const commitTogether = async (waiting: readonly Waiting[]): Promise<void> => {
    try {
      const recorded = await commitRounds(waiting.map((one) => one.arrival));
      waiting.forEach((one, index) => {
        const result = recorded[index];
        if (result instanceof Error) one.reject(result);
        else if (result) one.resolve(result);
      });
    } catch (error) {
      if (waiting.length === 1) waiting[0]?.reject(error);
      else await commitApart(waiting);
    }
  };

  // One callback that the store cannot take must not fail its neighbours; when a second fails too, the store is to blame.
  const commitApart = async (waiting: readonly Waiting[]): Promise<void> => {
    let failures = 0;
    for (const one of waiting) {
      if (failures > 1) {
        one.reject(new DepositCallbackError('UNAVAILABLE', 'The store took none of the callbacks of this batch'));
        continue;
      }
      try {
        const [result] = await commitRounds([one.arrival]);
        if (result instanceof Error) one.reject(result);
        else if (result) one.resolve(result);
        failures = 0;
      } catch (error) {
        failures += 1;
        one.reject(error);
      }
    }
  };

  const commitRounds = async (arrivals: readonly Arrival[]): Promise<(Recorded | Error)[]> => {
    for (let round = 0; round < maxRounds; round += 1) {
      const { results, changes } = await advanceAll(arrivals);
      const callbacks = results.flatMap((result) => (result instanceof Error ? [] : [result.record]));
      if (callbacks.length === 0) return results;
      const { lost } = await store.commit({ callbacks, changes });
      if (lost.length === 0) return results;
    }
    throw new DepositCallbackError('UNAVAILABLE', `A transaction was changed elsewhere ${maxRounds} times in a row`);
  };

  const advanceAll = async (
    arrivals: readonly Arrival[],
  ): Promise<{ results: (Recorded | Error)[]; changes: TransactionChange[] }> => {
    const statements = statementsByKey(arrivals);
    const states = statements.size === 0 ? [] : await store.load([...statements.keys()]);
    const advanced = new Map<string, Advance | Error>();
    const before = new Map<string, TransactionState>();
    for (const state of states) {
      before.set(state.key, state);
      try {
        advanced.set(state.key, await advanceOne(state, statements.get(state.key) ?? [], []));
      } catch (error) {
        advanced.set(state.key, error instanceof Error ? error : new Error(String(error)));
      }
    }
    const known = new Set(states.flatMap((state) => state.statements.map((one) => one.id)));
    const results = arrivals.map((arrival) => conclude(arrival, advanced, known, now()));
    const changes = [...advanced.values()].flatMap((one) => (one instanceof Error || !one.change ? [] : [one.change]));
    return { results, changes };
  };

  const advanceOne = async (
    state: TransactionState,
    arrived: readonly StoredStatement[],
    decisions: readonly Decision[],
  ): Promise<Advance> => {
    const compiled = policy();
    const holds = new Map<string, string | undefined>();
    const context = {
      now: now(),
      rules: compiled.rulesFor,
      frozen: compiled.frozen(),
      holds,
      decisions,
      asset: (group: Group) => compiled.assetOf(group.asset),
    };
    let result = advance(state, arrived, context);
    if (!compiled.hold) return result;
    for (;;) {
      const unasked = result.proposed.filter((deposit) => !holds.has(deposit.id));
      if (unasked.length === 0) return result;
      for (const deposit of unasked) holds.set(deposit.id, await compiled.hold(withJson(structuredClone(deposit))));
      result = advance(state, arrived, context);
    }
  };

  return {
    record(arrival) {
      return new Promise((resolve, reject) => {
        queue.push({ arrival, resolve, reject });
        if (pumping) return;
        pumping = true;
        pumped = pump();
      });
    },
    async reassess(key, { statements = [], decisions = [] }) {
      for (let round = 0; round < maxRounds; round += 1) {
        const [state] = await store.load([key]);
        if (!state) throw new DepositCallbackError('NOT_FOUND', `The store did not answer for transaction ${key}`);
        const { change, deposits } = await advanceOne(state, statements, decisions);
        if (!change) return deposits;
        const { lost } = await store.commit({ callbacks: [], changes: [change] });
        if (lost.length === 0) return deposits;
      }
      throw new DepositCallbackError(
        'UNAVAILABLE',
        `Transaction ${key} was changed elsewhere ${maxRounds} times in a row`,
      );
    },
    async idle() {
      while (pumping) await pumped;
    },
  };
}

function statementsByKey(arrivals: readonly Arrival[]): Map<string, StoredStatement[]> {
  const byKey = new Map<string, StoredStatement[]>();
  for (const { assessments } of arrivals) {
    for (const { statement, transactionKey } of assessments) {
      if (!statement || transactionKey === undefined) continue;
      const list = byKey.get(transactionKey);
      if (list) list.push(statement);
      else byKey.set(transactionKey, [statement]);
    }
  }
  return byKey;
}
