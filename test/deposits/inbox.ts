import { type Advance, type AdvanceContext, advance } from '../../lib/deposits/advance.ts';
import type { DepositEvent } from '../../lib/deposits/deposit.ts';
import type { FoldRules } from '../../lib/deposits/fold-rules.ts';
import { transactionKey } from '../../lib/deposits/identity.ts';
import type { Group, Statement, StoredStatement } from '../../lib/deposits/statement.ts';
import type { Decision, EventFact, StoredDeposit, TransactionState } from '../../lib/deposits/transaction-state.ts';

export const group: Group = {
  network: 'eip155:1',
  asset: 'eip155:1/slip44:60',
  to: '0x52908400098527886E0F7030069857D2E4169EE7',
  transactionId: '0x01',
};

/** The statement as a store keeps it. */
export function stored(statement: Statement, of: Group | undefined = group): StoredStatement {
  const { provider, eventId, row, kind } = statement;
  const id = `${provider}/${eventId}/${kind === 'removed' ? 'removal-' : ''}${row}`;
  const whole: StoredStatement = { ...statement, id, callbackId: `callback ${eventId}`, receivedAt: 1000 };
  if (of) whole.group = of;
  return whole;
}

/** One transaction, kept as a store keeps it; what a deliverer would do is told to it. */
export interface Inbox {
  tell(...statements: readonly (Statement | StoredStatement)[]): Advance;
  /** Advances with what `context` changes, and keeps the change. */
  step(context: Partial<AdvanceContext>, ...statements: readonly StoredStatement[]): Advance;
  decide(kind: Decision['kind'], depositId: string): Advance;
  /** Marks owed events as handed to a listener; all, or those that `which` picks. */
  hand(which?: (event: DepositEvent) => boolean): void;
  readonly rules: FoldRules;
  readonly state: TransactionState;
  readonly events: readonly DepositEvent[];
  /** Copies credited, by amount: events made and not cancelled. */
  credited(): Record<string, number>;
  deposit(amount: bigint, ordinal?: number): StoredDeposit;
}

/** `before`: what was stored already. */
export function createInbox(rules: FoldRules, before?: TransactionState): Inbox {
  const home: Group = rules.keyedBy === 'payment' ? { ...group, transactionId: '', payment: 'A/1' } : group;
  let state: TransactionState = before ?? {
    key: transactionKey(home),
    version: 0,
    statements: [],
    deposits: [],
    facts: [],
    decisions: [],
  };
  let now = 1000;
  const events: DepositEvent[] = [];
  const context: AdvanceContext = {
    now,
    rules: () => rules,
    frozen: new Set(),
    holds: new Map(),
    asset: () => ({ decimals: 18, symbol: 'ETH' }),
  };

  const step = (changed: Partial<AdvanceContext>, ...statements: readonly StoredStatement[]): Advance => {
    now += 1;
    const result = advance(state, statements, { ...context, now, ...changed });
    if (result.change) keep(result.change);
    return result;
  };

  const keep = (change: NonNullable<Advance['change']>): void => {
    const deposits = new Map(state.deposits.map((deposit) => [deposit.id, deposit]));
    for (const deposit of change.deposits) deposits.set(deposit.id, deposit);
    const facts = new Map(state.facts.map((fact) => [fact.id, fact]));
    for (const id of change.cancelled) {
      const fact = facts.get(id);
      if (!fact || fact.handed || fact.cancelled) throw new Error(`The event ${id} cannot be cancelled`);
      facts.set(id, { ...fact, cancelled: true });
    }
    for (const event of change.events) {
      if (facts.has(event.id)) throw new Error(`The event ${event.id} is made twice`);
      facts.set(event.id, factOf(event));
      events.push(event);
    }
    state = {
      key: state.key,
      version: change.expectedVersion + 1,
      statements: [...state.statements, ...change.statements],
      deposits: [...deposits.values()],
      facts: [...facts.values()],
      decisions: [...state.decisions, ...change.decisions],
    };
  };

  const credited = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    const cancelled = new Set(state.facts.filter((fact) => fact.cancelled).map((fact) => fact.id));
    for (const { id, kind, deposit } of events) {
      if (cancelled.has(id) || (kind !== 'deposit' && kind !== 'deposit.reverted')) continue;
      const key = deposit.memo === undefined ? `${deposit.amount}` : `${deposit.amount}|${deposit.memo}`;
      counts[key] = (counts[key] ?? 0) + (kind === 'deposit' ? 1 : -1);
      if (counts[key] === 0) delete counts[key];
    }
    return counts;
  };

  return {
    tell: (...statements) => step({}, ...statements.map((one) => ('id' in one ? one : stored(one, home)))),
    step,
    decide: (kind, depositId) =>
      step({ decisions: [{ depositId, kind, reason: 'looked at', actor: 'operator', at: now }] }),
    hand(which = () => true) {
      const handed = new Set(events.filter(which).map((event) => event.id));
      state = { ...state, facts: state.facts.map((fact) => handOut(fact, handed)) };
    },
    rules,
    get state() {
      return state;
    },
    events,
    credited,
    deposit(amount, ordinal = 1) {
      const found = state.deposits.find((one) => one.amount === amount && one.ordinal === ordinal);
      if (!found) throw new Error(`There is no deposit of ${amount}, copy ${ordinal}`);
      return found;
    },
  };
}

function factOf({ id, kind, generation, deposit }: DepositEvent): EventFact {
  return { id, depositId: deposit.id, kind, generation, handed: false, cancelled: false };
}

function handOut(fact: EventFact, handed: ReadonlySet<string>): EventFact {
  return handed.has(fact.id) && !fact.cancelled ? { ...fact, handed: true } : fact;
}
