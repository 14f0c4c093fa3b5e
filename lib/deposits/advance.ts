import { isDeepStrictEqual } from 'node:util';
import { atOnce, type Pieces } from '../util/turns.ts';
import { type AmountContext, amountsOfGroup, groupStates, type ReportedAmount } from './amounts.ts';
import { type Decision, ruled, rulings } from './decisions.ts';
import type { DepositEvent, DepositRecord } from './deposit.ts';
import { describeCopies } from './describe.ts';
import { factsByDeposit } from './facts.ts';
import { countingFor, type FoldRules, stampFor } from './fold-rules.ts';
import { type HoldAnswer, policyDecision } from './holding.ts';
import { eventId, groupKey } from './identity.ts';
import { transition } from './lifecycle.ts';
import { moveGroup } from './moves.ts';
import { type Standing, standingOf } from './standing.ts';
import type { Group, StoredStatement } from './statement.ts';
import {
  depositRecordOf,
  type StoredDeposit,
  type TransactionChange,
  type TransactionState,
} from './transaction-state.ts';

/** What the policy and the moment add to a transaction's state. */
export interface AdvanceContext {
  /** Epoch ms. */
  now: number;
  rules(group: Group): FoldRules;
  /** CAIP-2 networks on which nothing is credited for now. */
  frozen: ReadonlySet<string>;
  /** By deposit id, what `policy.hold` says now. */
  holds: ReadonlyMap<string, HoldAnswer>;
  /** New ones, to store and to apply. */
  decisions?: readonly Decision[];
  /** What is pinned of the group's asset. */
  asset(group: Group): { decimals?: number; symbol?: string } | undefined;
}

export interface Advance {
  /** Undefined when nothing changes at all. */
  change: TransactionChange | undefined;
  /** All of the transaction, as they stand afterwards. */
  deposits: StoredDeposit[];
  /**
   * Those for which a `deposit` event is made now, or would be but for `policy.hold`, which is asked for each before the
   * change is kept.
   */
  proposed: DepositRecord[];
  /** By deposit id: how it stands afterwards, for whoever decides on it. */
  standings: ReadonlyMap<string, Standing>;
  /** By statement id. A removal speaks of no deposit of its own. */
  depositIdsOf: Map<string, string>;
}

/** What the deposits of one transaction become when statements or decisions arrive, or the policy changes; pure. */
export function advance(
  state: TransactionState,
  arrived: readonly StoredStatement[],
  context: AdvanceContext,
): Advance {
  return atOnce(advancing(state, arrived, context));
}

/** `advance`, a few pieces for each amount. */
export function* advancing(
  state: TransactionState,
  arrived: readonly StoredStatement[],
  context: AdvanceContext,
): Pieces<Advance> {
  const fresh = stamped(beginnings(unknownOf(state.statements, arrived), state), context);
  const decisions = [...(context.decisions ?? [])];
  const statements = fresh.length === 0 ? state.statements : [...state.statements, ...fresh];
  const amountContext: AmountContext = {
    rules: context.rules,
    asset: context.asset,
    factsOf: factsByDeposit(state.facts),
    rulingOf: rulings([...state.decisions, ...decisions]),
  };
  const amounts: ReportedAmount[] = [];
  for (const group of groupStates(statements, state.deposits)) {
    const ofGroup = yield* amountsOfGroup(group, amountContext);
    for (const decision of heedPolicy(ofGroup, context)) decisions.push(decision);
    moveGroup(ofGroup, context.frozen.has(group.group.network));
    for (const amount of ofGroup) amounts.push(amount);
    yield;
  }
  const { deposits, changed, proposed, events, cancelled, standings } = yield* finish(amounts, context.now);
  if (state.deposits.length > 0) deposits.push(...untouched(state.deposits, deposits));
  const isChanged = fresh.length + decisions.length + changed.length + events.length + cancelled.length > 0;
  const change = {
    key: state.key,
    expectedVersion: state.version,
    statements: fresh,
    deposits: changed,
    events,
    cancelled,
    decisions,
  };
  return { change: isChanged ? change : undefined, deposits, proposed, standings, depositIdsOf: depositIds(amounts) };
}

/** Deposits whose statements the store no longer has: they stay as they are. */
function untouched(stored: readonly StoredDeposit[], touched: readonly StoredDeposit[]): StoredDeposit[] {
  const ids = new Set(touched.map((deposit) => deposit.id));
  return stored.filter((deposit) => !ids.has(deposit.id));
}

function unknownOf(known: readonly StoredStatement[], arrived: readonly StoredStatement[]): readonly StoredStatement[] {
  if (arrived.length === 1 && known.length === 0) return arrived;
  const ids = new Set(known.map((statement) => statement.id));
  return arrived.filter(({ id }) => !ids.has(id) && ids.add(id));
}

/** Without what only ends something, if there is nothing to end. */
function beginnings(fresh: readonly StoredStatement[], state: TransactionState): readonly StoredStatement[] {
  if (!fresh.some((statement) => statement.onlyEnds)) return fresh;
  const known = new Set(state.statements.flatMap(({ group }) => (group ? [groupKey(group)] : [])));
  return fresh.filter(({ onlyEnds, group }) => !onlyEnds || (group && known.has(groupKey(group))));
}

/** With what each counts as now: later configuration does not change it. */
function stamped(fresh: readonly StoredStatement[], { rules }: AdvanceContext): readonly StoredStatement[] {
  return fresh.map((statement) => {
    const { group, kind, provider, counted } = statement;
    if (!group || kind === 'removed' || counted) return statement;
    const stamp = stampFor(statement, countingFor(rules(group), provider));
    return stamp ? { ...statement, counted: stamp } : statement;
  });
}

/** Applies what `policy.hold` says now, and gives what of it is new, to be stored. */
function heedPolicy(amounts: readonly ReportedAmount[], { holds, now }: AdvanceContext): Decision[] {
  const decisions: Decision[] = [];
  if (holds.size === 0) return decisions;
  for (const { copies } of amounts) {
    for (const copy of copies) {
      const decision = policyDecision(copy, holds.get(copy.id), now);
      if (!decision) continue;
      decisions.push(decision);
      copy.ruling = ruled(copy.ruling, decision);
    }
  }
  return decisions;
}

/** Rows of one event go to the copies in turn; which row is which copy means nothing (docs/rules.md#deposit-id). */
function depositIds(amounts: readonly ReportedAmount[]): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { statements, copies } of amounts) {
    const given = new Map<string, number>();
    for (const { id, provider, eventId } of statements) {
      const event = `${provider}\n${eventId}`;
      const index = given.get(event) ?? 0;
      given.set(event, index + 1);
      const copy = copies[Math.min(index, copies.length - 1)];
      if (copy) ids.set(id, copy.id);
    }
  }
  return ids;
}

interface Outcome {
  deposits: StoredDeposit[];
  changed: StoredDeposit[];
  proposed: DepositRecord[];
  events: DepositEvent[];
  cancelled: string[];
  standings: Map<string, Standing>;
}

function* finish(amounts: readonly ReportedAmount[], now: number): Pieces<Outcome> {
  const outcome: Outcome = {
    deposits: [],
    changed: [],
    proposed: [],
    events: [],
    cancelled: [],
    standings: new Map(),
  };
  const reverts: DepositEvent[] = [];
  for (const amount of amounts) {
    const describe = describeCopies(amount.fold, amount.report, now);
    const describeBefore = amount.before && describeCopies(amount.before.fold, amount.before.report, now);
    for (const copy of amount.copies) {
      const next = transition(copy, amount.fold, amount.memoIsReportedElsewhere);
      const deposit = describe(copy, next);
      outcome.deposits.push(deposit);
      if (!copy.previous || !isDeepStrictEqual(copy.previous, deposit)) outcome.changed.push(deposit);
      for (const { kind, generation } of next.events) {
        // What is taken back is reported as it was credited, also if another amount of the payment takes its place.
        const record = depositRecordOf(
          kind === 'deposit.reverted' && describeBefore
            ? describeBefore(copy, { ...next, status: 'reverted', generation })
            : deposit,
        );
        const event = { id: eventId(copy.id, generation, kind), kind, generation, deposit: record };
        (kind === 'deposit.reverted' ? reverts : outcome.events).push(event);
        if (kind === 'deposit') outcome.proposed.push(record);
      }
      if (copy.waitsForPolicy) outcome.proposed.push(depositRecordOf(deposit));
      outcome.standings.set(copy.id, standingOf(copy, amount.fold, deposit));
      outcome.cancelled.push(...next.cancelled);
    }
    yield;
  }
  // What is taken back makes room for what is credited.
  if (reverts.length > 0) outcome.events = [...reverts, ...outcome.events];
  return outcome;
}
