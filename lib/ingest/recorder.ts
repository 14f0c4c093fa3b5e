import { type Advance, type AdvanceContext, advance } from '../deposits/advance.ts';
import { alarmsOf, type DepositAlarm } from '../deposits/alarms.ts';
import { copyDeposit, type DepositRecord } from '../deposits/deposit.ts';
import type { HoldAnswer } from '../deposits/holding.ts';
import type { Group, StoredStatement } from '../deposits/statement.ts';
import type { StoredDeposit, TransactionChange, TransactionState } from '../deposits/transaction-state.ts';
import { DepositCallbackError } from '../errors.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import type { Store } from '../stores/store.ts';
import { inTime } from '../util/at-most.ts';
import { handled } from '../util/promises.ts';
import type { Arrival, Recorded } from './arrival.ts';
import { bind, bindingKeys } from './bindings.ts';
import { conclude } from './conclusion.ts';
import { type Reassessment, reassess } from './reassess.ts';

/** Puts callbacks into the store, many with one commit, and moves the deposits that they change. */
export interface Recorder {
  /** Resolves once the callback is durably stored with all that it changes; rejects when it is not. */
  record(arrival: Arrival): Promise<Recorded>;
  /** Folds one transaction again, with statements of our own chain check or an operator's decisions. */
  reassess(transactionKey: string, news: Reassessment): Promise<readonly StoredDeposit[]>;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
}

export interface RecorderOptions {
  store: Store;
  policy: () => CompiledPolicy;
  now: () => number;
  /** Most callbacks in one commit. */
  batch?: number;
  /** How long `policy.hold` may take before it counts as failed. Default 30000 ms. */
  policyMs?: number;
  /** Told of what a commit gives a person to look at. */
  onAlarm?: (alarm: DepositAlarm) => void;
}

interface Waiting {
  arrival: Arrival;
  /** What `policy.hold` has said so far, by deposit id. */
  holds: ReadonlyMap<string, HoldAnswer>;
  resolve(recorded: Recorded): void;
  reject(error: unknown): void;
}

/** What `policy.hold` is being asked; it is put into `holds`. */
interface Asking {
  answers: Promise<unknown>;
  holds: Map<string, HoldAnswer>;
}

// A loser of compare-and-set loads again; with a handful of receivers a transaction is contended for a few rounds at most.
const maxRounds = 50;
const noHolds: ReadonlyMap<string, HoldAnswer> = new Map();
/** Of one commit, unless a single callback has more: some hundred ms over SQLite, which holds the event loop. */
const maxTransfers = 1_000;

/**
 * While one commit is in flight, arrivals gather, and the next commit takes them all: no timer, and no wait when idle
 * but the rest of the event loop's turn, in which the requests that came together are read.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const { store, policy, now, batch = 256, policyMs = 30_000, onAlarm = () => {} } = options;
  let queue: Waiting[] = [];
  let pumping = false;
  let pumped: Promise<void> = Promise.resolve();
  const asking = new Set<Promise<void>>();

  const enqueue = (one: Waiting): void => {
    queue.push(one);
    if (pumping) return;
    pumping = true;
    pumped = pump();
  };

  const pump = async (): Promise<void> => {
    while (queue.length > 0) {
      // A store may do all its work at once: between two commits the event loop has its turn.
      await new Promise(setImmediate);
      const taken = queue.slice(0, sizeOfBatch());
      queue = queue.slice(taken.length);
      await commitTogether(taken);
    }
    // In the same turn as the last look at the queue: an arrival in between would wait for the next one.
    pumping = false;
  };

  const sizeOfBatch = (): number => {
    let size = 0;
    let transfers = 0;
    for (const { arrival } of queue) {
      transfers += arrival.assessments.length;
      if (size > 0 && (size === batch || transfers > maxTransfers)) break;
      size += 1;
    }
    return size;
  };

  const commitTogether = async (waiting: readonly Waiting[]): Promise<void> => {
    try {
      for (const [one, result] of await commitRounds(waiting)) settle(one, result);
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
        for (const [, result] of await commitRounds([one])) settle(one, result);
        failures = 0;
      } catch (error) {
        failures += 1;
        one.reject(error);
      }
    }
  };

  /** One whose hold is being asked comes back when it is answered: meanwhile it keeps nobody waiting. */
  const settle = (one: Waiting, result: Recorded | Error | Asking): void => {
    if (result instanceof Error) one.reject(result);
    else if ('record' in result) one.resolve(result);
    else {
      const { answers, holds } = result;
      const answered = answers
        .then(() => enqueue({ ...one, holds }), one.reject)
        .finally(() => asking.delete(answered));
      asking.add(answered);
    }
  };

  const commitRounds = async (waiting: readonly Waiting[]): Promise<Map<Waiting, Recorded | Error | Asking>> => {
    const settled = new Map<Waiting, Recorded | Error | Asking>();
    let left = waiting;
    for (let round = 0; round < maxRounds; ) {
      const { results, changes, alarms } = await advanceAll(left);
      left.forEach((one, index) => {
        const result = results[index];
        if (result) settled.set(one, result);
      });
      const recorded = left.filter((_, index) => isRecorded(results[index]));
      if (recorded.length === 0) return settled;
      if (recorded.length === left.length) {
        const callbacks = results.flatMap((result) => (isRecorded(result) ? [result.record] : []));
        const { lost } = await store.commit({ callbacks, changes });
        if (lost.length === 0) {
          alarms.forEach(onAlarm);
          return settled;
        }
        round += 1;
      }
      // What is not recorded now leaves nothing behind: the others are folded without it.
      left = recorded;
    }
    throw new DepositCallbackError('UNAVAILABLE', `A transaction was changed elsewhere ${maxRounds} times in a row`);
  };

  const advanceAll = async (
    waiting: readonly Waiting[],
  ): Promise<{ results: (Recorded | Error | Asking)[]; changes: TransactionChange[]; alarms: DepositAlarm[] }> => {
    const given = waiting.map(({ arrival }) => arrival);
    const ids = bindingKeys(given);
    const { arrivals, changes: bindings } = bind(given, ids.length === 0 ? [] : await store.load(ids));
    const statements = statementsByKey(arrivals);
    const states = statements.size === 0 ? [] : await store.load([...statements.keys()]);
    const holds = new Map<string, HoldAnswer>();
    for (const one of waiting) for (const [id, reason] of one.holds) holds.set(id, reason);
    const advanced = new Map<string, Advance | Error>();
    const unanswered = new Map<string, Asking>();
    for (const state of states) {
      try {
        const next = advanceOne(state, statements.get(state.key) ?? [], { holds });
        const unasked = unaskedOf(next, holds);
        if (unasked.length === 0) advanced.set(state.key, next);
        else unanswered.set(state.key, { answers: ask(unasked, holds), holds });
      } catch (error) {
        advanced.set(state.key, error instanceof Error ? error : new Error(String(error)));
      }
    }
    const known = new Map<string, StoredStatement>();
    for (const state of states) for (const one of state.statements) known.set(one.id, one);
    const results = arrivals.map(
      (arrival) => askingOf(arrival, unanswered) ?? conclude(arrival, advanced, known, now()),
    );
    const changes: TransactionChange[] = [];
    for (const one of advanced.values()) if (!(one instanceof Error) && one.change) changes.push(one.change);
    return { results, changes: [...bindings, ...changes], alarms: alarmsOf(states, changes) };
  };

  const advanceOne = (
    state: TransactionState,
    arrived: readonly StoredStatement[],
    more: Pick<AdvanceContext, 'holds' | 'decisions'>,
  ): Advance => {
    const compiled = policy();
    return advance(state, arrived, {
      now: now(),
      rules: compiled.rulesFor,
      frozen: compiled.frozen(),
      ...more,
      asset: (group: Group) => compiled.assetOf(group.asset),
    });
  };

  const unaskedOf = ({ proposed }: Advance, holds: ReadonlyMap<string, unknown>): DepositRecord[] =>
    policy().hold === undefined ? [] : proposed.filter(({ id }) => !holds.has(id));

  const ask = (deposits: readonly DepositRecord[], holds: Map<string, HoldAnswer>): Promise<unknown> => {
    const { hold } = policy();
    const asked = deposits.map(async (deposit) => {
      holds.set(deposit.id, await hold?.(copyDeposit(deposit)));
    });
    // Of a callback that another reason fails, nobody waits for the answer.
    return handled(inTime(policyMs, Promise.all(asked), 'policy.hold'));
  };

  return {
    record: (arrival) => new Promise((resolve, reject) => enqueue({ arrival, holds: noHolds, resolve, reject })),
    reassess: (key, news) => reassess(key, news, { store, advanceOne, unaskedOf, ask, onAlarm, maxRounds }),
    async idle() {
      while (pumping || asking.size > 0) await (pumping ? pumped : Promise.race(asking));
    },
  };
}

/** The answers of `policy.hold` that the arrival waits for, if any. */
function askingOf({ assessments }: Arrival, unanswered: ReadonlyMap<string, Asking>): Asking | undefined {
  if (unanswered.size === 0) return undefined;
  const asked = new Set(assessments.map(({ transactionKey = '' }) => unanswered.get(transactionKey)));
  asked.delete(undefined);
  const [first] = asked;
  // It is awaited only when the commit of its neighbours is over.
  return first && { answers: handled(Promise.all([...asked].map((one) => one?.answers))), holds: first.holds };
}

function isRecorded(result: Recorded | Error | Asking | undefined): result is Recorded {
  return result !== undefined && 'record' in result;
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
