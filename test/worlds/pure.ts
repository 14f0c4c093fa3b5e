import { type Advance, type AdvanceContext, advance } from '../../lib/deposits/advance.ts';
import type { DepositEvent } from '../../lib/deposits/deposit.ts';
import type { HoldAnswer } from '../../lib/deposits/holding.ts';
import type { StoredStatement } from '../../lib/deposits/statement.ts';
import type { Decision, EventFact, StoredDeposit, TransactionState } from '../../lib/deposits/transaction-state.ts';
import { decisionFor } from '../../lib/deposits/verbs.ts';
import { isDepositCallbackError } from '../../lib/errors.ts';
import {
  depositToJson,
  statementFromJson,
  statementToJson,
  storedDepositFromJson,
} from '../../lib/stores/shared/stored-json.ts';
import { group } from '../deposits/inbox.ts';
import { createJudge } from './judge.ts';
import { pruned } from './retention.ts';
import { decimals, type Outcome, type Step, type Violation, type World } from './world.ts';

const nothing: Outcome = { events: [], cancelled: [], deposits: [] };
const asset = (): { decimals: number } => ({ decimals });
const empty = { key: 'world', version: 0, statements: [], deposits: [], facts: [], decisions: [] };

/** Plays a world on the heart alone: no store, no process. */
export function playPure(world: World): { violation: Violation | undefined; codes: string[] } {
  const judge = createJudge(world);
  const play = player(world);
  for (const [index, step] of world.steps.entries()) {
    judge.before(step);
    let outcome: Outcome;
    try {
      outcome = play(step);
    } catch (error) {
      return { violation: { kind: 'threw', step: index, what: String(error) }, codes: [] };
    }
    const violation = judge.after(step, outcome);
    if (violation) return { violation, codes: judge.codes() };
  }
  return { violation: judge.end(), codes: judge.codes() };
}

/** What a world came to: ids of all events, in their order, and of the deposits that operators decided about. */
export interface Played {
  events: string[];
  decided: (string | undefined)[];
}

/** `decided`: the deposits that operators decide about, in place of those that stand at the places that the steps name. */
export function eventsOf(world: World, decided?: Played['decided']): Played {
  const chosen: Played['decided'] = [];
  const play = player(world, (deposits, place) => {
    const deposit = decided ? deposits.find(({ id }) => id === decided[chosen.length]) : deposits[place];
    chosen.push(deposit?.id);
    return deposit;
  });
  const events = world.steps.flatMap((step) => play(step).events.map((event) => event.id));
  return { events, decided: chosen };
}

type Choose = (deposits: readonly StoredDeposit[], place: number) => StoredDeposit | undefined;

function player(world: World, choose: Choose = (deposits, place) => deposits[place]): (step: Step) => Outcome {
  let state: TransactionState = empty;
  let rules = world.rules;
  let answer: HoldAnswer;
  let frozen: ReadonlySet<string> = new Set();
  let now = 1_000;

  const folded = (
    statements: readonly StoredStatement[],
    holds: ReadonlyMap<string, HoldAnswer>,
    decisions: readonly Decision[],
  ): Advance => {
    const context: AdvanceContext = { now, rules: () => rules, frozen, holds, decisions, asset };
    return advance(state, statements, context);
  };

  const advanced = (statements: readonly StoredStatement[], decisions: readonly Decision[] = []): Outcome => {
    now += 1;
    const holds = new Map<string, HoldAnswer>();
    let next = folded(statements, holds, decisions);
    while (next.proposed.some(({ id }) => !holds.has(id))) {
      for (const { id } of next.proposed) holds.set(id, answer);
      next = folded(statements, holds, decisions);
    }
    const { change } = next;
    if (!change) return { ...nothing, deposits: state.deposits };
    state = kept(state, change);
    return { events: change.events, cancelled: change.cancelled, deposits: state.deposits };
  };

  return (step) => {
    switch (step.do) {
      case 'tell':
        return advanced(step.statements);
      case 'configure':
        rules = step.rules;
        return { ...nothing, deposits: state.deposits };
      case 'look':
        return state.statements.length === 0 ? nothing : advanced([]);
      case 'hand': {
        const owed = state.facts.filter((fact) => !fact.handed && !fact.cancelled);
        const handed = new Set(owed.slice(0, Math.ceil(owed.length * step.share)).map((fact) => fact.id));
        state = {
          ...state,
          facts: state.facts.map((fact) => (handed.has(fact.id) ? { ...fact, handed: true } : fact)),
        };
        return { ...nothing, deposits: state.deposits };
      }
      case 'decide': {
        const deposit = choose(state.deposits, step.place);
        if (!deposit) return { ...nothing, deposits: state.deposits };
        const standing = folded([], new Map(), []).standings.get(deposit.id);
        if (!standing) return { ...nothing, deposits: state.deposits, refused: 'NOT_POSSIBLE' };
        const { decision: verb, reason, correction = {} } = step;
        try {
          const decision = decisionFor({ verb, reason, actor: 'operator', at: now, correction }, standing);
          return advanced([], decision ? [decision] : []);
        } catch (error) {
          if (!isDepositCallbackError(error)) throw error;
          return { ...nothing, deposits: state.deposits, refused: error.code };
        }
      }
      case 'policy':
        answer = step.answer;
        frozen = new Set(step.isFrozen ? [group.network] : []);
        return { ...nothing, deposits: state.deposits };
      case 'prune':
        state = pruned(state);
        return { ...nothing, deposits: state.deposits };
      case 'restart':
        state = readBack(state);
        return { ...nothing, deposits: state.deposits };
    }
  };
}

/** As a store that keeps JSON gives it back. */
function readBack(state: TransactionState): TransactionState {
  return {
    ...state,
    statements: state.statements.map((one) => statementFromJson(statementToJson(one))),
    deposits: state.deposits.map((one) => storedDepositFromJson(depositToJson(one))),
    facts: structuredClone(state.facts),
    decisions: structuredClone(state.decisions),
  };
}

type Change = NonNullable<ReturnType<typeof advance>['change']>;

function kept(state: TransactionState, change: Change): TransactionState {
  const deposits = new Map<string, StoredDeposit>(state.deposits.map((deposit) => [deposit.id, deposit]));
  for (const deposit of change.deposits) deposits.set(deposit.id, deposit);
  const facts = new Map<string, EventFact>(state.facts.map((fact) => [fact.id, fact]));
  for (const id of change.cancelled) {
    const fact = facts.get(id);
    if (!fact || fact.handed || fact.cancelled) throw new Error(`The event ${id} cannot be cancelled`);
    facts.set(id, { ...fact, cancelled: true });
  }
  for (const event of change.events) facts.set(event.id, factOf(event));
  return {
    key: state.key,
    version: change.expectedVersion + 1,
    statements: [...state.statements, ...change.statements],
    deposits: [...deposits.values()],
    facts: [...facts.values()],
    decisions: [...state.decisions, ...change.decisions],
  };
}

function factOf({ id, kind, generation, deposit }: DepositEvent): EventFact {
  return { id, depositId: deposit.id, kind, generation, handed: false, cancelled: false };
}
