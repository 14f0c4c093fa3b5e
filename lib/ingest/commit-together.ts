import type { Advance } from '../deposits/advance.ts';
import { alarmsOf, type DepositAlarm } from '../deposits/alarms.ts';
import type { HoldAnswer } from '../deposits/holding.ts';
import type { StoredStatement } from '../deposits/statement.ts';
import type { TransactionChange, TransactionState } from '../deposits/transaction-state.ts';
import { DepositCallbackError } from '../errors.ts';
import { handled } from '../util/promises.ts';
import { inTurns, type Pieces } from '../util/turns.ts';
import type { Arrival, Recorded } from './arrival.ts';
import { bind, bindingKeys } from './bindings.ts';
import { conclude } from './conclusion.ts';
import { askHolds, type FoldingParts, foldNow, maxRounds, unaskedOf } from './folding.ts';

export interface Waiting {
  arrival: Arrival;
  /** What `policy.hold` has said so far, by deposit id. */
  holds: ReadonlyMap<string, HoldAnswer>;
  resolve(recorded: Recorded): void;
  reject(error: unknown): void;
}

/** What `policy.hold` is being asked; it is put into `holds`. */
export interface Asking {
  answers: Promise<unknown>;
  holds: Map<string, HoldAnswer>;
}

export type Result = Recorded | Error | Asking;

/** Folds and commits what arrived together, again after a lost compare-and-set; gives each its result. */
export async function commitTogether(
  parts: FoldingParts,
  waiting: readonly Waiting[],
): Promise<ReadonlyMap<Waiting, Result>> {
  const settled = new Map<Waiting, Result>();
  let left = waiting;
  for (let round = 0; round < maxRounds; ) {
    const { results, changes, alarms } = await foldTogether(parts, left);
    left.forEach((one, index) => {
      const result = results[index];
      if (result) settled.set(one, result);
    });
    const recorded = left.filter((_, index) => isRecorded(results[index]));
    if (recorded.length === 0) return settled;
    if (recorded.length === left.length) {
      const callbacks = results.flatMap((result) => (isRecorded(result) ? [result.record] : []));
      const { lost } = await parts.store.commit({ callbacks, changes });
      if (lost.length === 0) {
        alarms.forEach(parts.onAlarm);
        return settled;
      }
      round += 1;
    }
    // What is not recorded now leaves nothing behind: the others are folded without it.
    left = recorded;
  }
  throw new DepositCallbackError('UNAVAILABLE', `A transaction was changed elsewhere ${maxRounds} times in a row`);
}

async function foldTogether(
  parts: FoldingParts,
  waiting: readonly Waiting[],
): Promise<{ results: Result[]; changes: TransactionChange[]; alarms: DepositAlarm[] }> {
  const given = waiting.map(({ arrival }) => arrival);
  const ids = bindingKeys(given);
  const { arrivals, changes: bindings } = bind(given, ids.length === 0 ? [] : await parts.store.load(ids));
  const statements = statementsByKey(arrivals);
  const states = statements.size === 0 ? [] : await parts.store.load([...statements.keys()]);
  const holds = new Map<string, HoldAnswer>();
  for (const one of waiting) for (const [id, reason] of one.holds) holds.set(id, reason);
  const { advanced, unanswered } = await inTurns(advanceAll(parts, states, statements, holds));
  const known = new Map<string, StoredStatement>();
  for (const state of states) for (const one of state.statements) known.set(one.id, one);
  const results = arrivals.map(
    (arrival) => askingOf(arrival, unanswered) ?? conclude(arrival, advanced, known, parts.now()),
  );
  const changes: TransactionChange[] = [];
  for (const one of advanced.values()) if (!(one instanceof Error) && one.change) changes.push(one.change);
  return { results, changes: [...bindings, ...changes], alarms: alarmsOf(states, changes) };
}

/** Each transaction folded, or why not; and those that wait for `policy.hold`, which is being asked. */
function* advanceAll(
  parts: FoldingParts,
  states: readonly TransactionState[],
  statements: ReadonlyMap<string, readonly StoredStatement[]>,
  holds: Map<string, HoldAnswer>,
): Pieces<{ advanced: Map<string, Advance | Error>; unanswered: Map<string, Asking> }> {
  const advanced = new Map<string, Advance | Error>();
  const unanswered = new Map<string, Asking>();
  for (const state of states) {
    try {
      const next = yield* foldNow(parts, state, statements.get(state.key) ?? [], { holds });
      const unasked = unaskedOf(parts, next, holds);
      if (unasked.length === 0) advanced.set(state.key, next);
      else unanswered.set(state.key, { answers: askHolds(parts, unasked, holds), holds });
    } catch (error) {
      advanced.set(state.key, error instanceof Error ? error : new Error(String(error)));
    }
    yield;
  }
  return { advanced, unanswered };
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

function isRecorded(result: Result | undefined): result is Recorded {
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
