import type { DepositEvent } from '../../lib/deposits/deposit.ts';
import type { FoldRules } from '../../lib/deposits/fold-rules.ts';
import type { StoredDeposit } from '../../lib/deposits/transaction-state.ts';
import { keyOf } from './chain.ts';
import { createMemory, type Memory } from './memory.ts';
import { createOffice, type Office } from './office.ts';
import type { Outcome, Step, Violation, World } from './world.ts';

/** Looks at what a receiver makes of a world, without a rule of the fold: it knows what was on the chain, and what was said. */
export interface Judge {
  /** Before the step is played. */
  before(step: Step): void;
  /** The first promise that the step broke, if it broke one. */
  after(step: Step, outcome: Outcome): Violation | undefined;
  /** What is wrong at the end. */
  end(): Violation | undefined;
  /** Codes of the deposits at the end. */
  codes(): string[];
}

export function createJudge(world: World): Judge {
  const memory = createMemory(world);
  const office = createOffice();
  const made = new Set<string>();
  const credits = new Map<string, { key: string; generation: number; event: string; quorum: number }>();
  let rules = world.rules;
  let deposits: readonly StoredDeposit[] = [];
  let index = -1;

  const violation = (kind: Violation['kind'], what: string): Violation => ({ kind, step: index, what });

  const lookAtCredit = (event: DepositEvent): Violation | undefined => {
    const key = keyOf(event.deposit);
    credits.set(event.deposit.id, { key, generation: event.generation, event: event.id, quorum: rules.quorum });
    const passed = office.passedOver(event.deposit);
    if (passed) return violation(passed, `${key} ${event.id}`);
    // What an operator credits or corrects, he answers for.
    if (office.hasDecided()) return undefined;
    const most = Math.max(...world.branches.map(({ rows }) => sum(rows)));
    if (credits.size > most) {
      return violation('credited more often than any block held it', `${[...credits.values()].map((one) => one.key)}`);
    }
    if (!world.isMisread) {
      const copies = [...credits.values()].filter((one) => one.key === key).length;
      const held = Math.max(...world.branches.map(({ rows }) => rows[key] ?? 0));
      if (copies > held) return violation('credited an amount that no block held', key);
    }
    const isAlone = world.witnesses.length === 1 && world.branches.length === 1;
    if (isAlone && memory.standingCheck(key)) return violation('credited past a check', key);
    const votes = memory.votesFor(rules);
    if (votes.size === 0) return violation('credited what no provider says to be in the chain', key);
    if (votes.size < rules.quorum) return violation('credited without the votes', `${key} by ${[...votes]}`);
    return undefined;
  };

  const lookAtRevert = (depositId: string, step: Step): Violation | undefined => {
    const credit = credits.get(depositId);
    credits.delete(depositId);
    if (office.reverts(depositId)) return undefined;
    if (step.do !== 'tell') return violation('taken back without a word', `${credit?.key} by ${step.do}`);
    const needed = office.hasReleased(depositId) ? 1 : (credit?.quorum ?? 1);
    const votes = memory.votesAgainst();
    if (votes.size < needed) return violation('taken back without the votes', `${credit?.key} by ${[...votes]}`);
    return undefined;
  };

  const lookAt = (step: Step, outcome: Outcome): Violation | undefined => {
    for (const id of outcome.cancelled) {
      const found = lookAtRevert(id.slice(0, id.indexOf(':')), step);
      if (found) return found;
    }
    for (const event of outcome.events) {
      if (made.has(event.id)) return violation('told an event twice', event.id);
      made.add(event.id);
      const found =
        event.kind === 'deposit'
          ? lookAtCredit(event)
          : event.kind === 'deposit.reverted'
            ? lookAtRevert(event.deposit.id, step)
            : undefined;
      if (found) return found;
    }
    const reverted = office.reverted();
    if (reverted !== undefined && credits.has(reverted)) return violation('a revert that takes nothing back', reverted);
    return undefined;
  };

  return {
    before(step) {
      index += 1;
      if (step.do === 'tell') memory.hear(step.statements, rules);
      if (step.do === 'configure') rules = step.rules;
    },
    after(step, outcome) {
      office.hear(step, outcome, deposits);
      const found = lookAt(step, outcome);
      deposits = outcome.deposits;
      office.see(deposits);
      return found;
    },
    end() {
      const isDecided = office.hasDecided();
      const isCorrected = office.hasCorrected();
      const { rejected } = office;
      return lookAtEnd({
        rules,
        memory,
        deposits,
        isDecided,
        isCorrected,
        rejected,
        credits: [...credits.values()],
        violation,
      });
    },
    codes: () => deposits.flatMap(({ code, status }) => (code === undefined ? [] : [`${code} (${status})`])),
  };
}

interface AtEnd {
  rules: FoldRules;
  memory: Memory;
  deposits: readonly StoredDeposit[];
  /** An operator has released or corrected something. */
  isDecided: boolean;
  /** An operator has corrected something: it is credited as he says, not as it was told. */
  isCorrected: boolean;
  rejected: Office['rejected'];
  credits: readonly { key: string; quorum: number }[];
  violation(kind: Violation['kind'], what: string): Violation;
}

function lookAtEnd({
  rules,
  memory,
  deposits,
  isDecided,
  isCorrected,
  rejected,
  credits,
  violation,
}: AtEnd): Violation | undefined {
  const hasCode = deposits.some(({ code, status }) => code !== undefined || status === 'pending');
  if (!isDecided) {
    const takenBack = memory.removedByVotes(rules, Math.max(2, ...credits.map((one) => one.quorum)));
    if (credits.length > 0 && takenBack) return violation('kept though the votes took it back', `${credits[0]?.key}`);
  }
  if (rules.quorum === 1 && !rules.chainRequired && !isCorrected) {
    const told = memory.surelyTold(rules);
    for (const [key, copies] of told) {
      const credited = credits.filter((one) => one.key === key).length;
      if (credited + rejected(key) < copies && !hasCode) return violation('lost without a code', `${copies} of ${key}`);
    }
  }
  return undefined;
}

function sum(rows: Readonly<Record<string, number>>): number {
  return Object.values(rows).reduce((total, count) => total + count, 0);
}
