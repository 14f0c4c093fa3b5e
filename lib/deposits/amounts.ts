import { ensure } from '../util/maps.ts';
import type { Pieces } from '../util/turns.ts';
import type { AmountFold } from './amount-fold.ts';
import type { Ruling } from './decisions.ts';
import { type AmountReport, mostCallbackIds } from './describe.ts';

import type { DepositFacts } from './facts.ts';
import { type FoldContext, type FoldedAmount, foldingGroup } from './fold.ts';
import type { FoldRules } from './fold-rules.ts';
import { withUnstoredHold } from './holding.ts';
import { amountKey, depositId, groupKey } from './identity.ts';
import type { AmountState, Copy } from './moves.ts';
import type { Group, Statement, StoredStatement } from './statement.ts';
import { type CreditedUnder, termsKept, withTerms } from './terms.ts';
import type { StoredDeposit } from './transaction-state.ts';

/** One group of a transaction: what was said of it, and its deposits as they are stored. */
export interface GroupState {
  group: Group;
  statements: StoredStatement[];
  /** Removals and failures that name only the transaction: they reach each of its groups. */
  wide: readonly StoredStatement[];
  deposits: StoredDeposit[];
}

/** An amount with what its deposits are described from. */
export interface ReportedAmount extends AmountState<AmountReport> {
  /** All that speak of its deposits, removals apart, in the order of arrival. */
  statements: readonly StoredStatement[];
  /** docs/rules.md#group: another provider reports the same amount with its memo. */
  memoIsReportedElsewhere: boolean;
}

/** What the amounts of a group have to know beside statements. */
export interface AmountContext {
  rules(group: Group): FoldRules;
  asset(group: Group): { decimals?: number; symbol?: string } | undefined;
  factsOf(depositId: string): DepositFacts;
  rulingOf(depositId: string): Ruling;
}

export function groupStates(statements: readonly StoredStatement[], deposits: readonly StoredDeposit[]): GroupState[] {
  const groups = new Map<string, GroupState>();
  const wide: StoredStatement[] = [];
  const find = (group: Group): GroupState => {
    return ensure(groups, groupKey(group), () => ({ group, statements: [], wide, deposits: [] }));
  };
  for (const statement of statements) {
    if (statement.group) find(statement.group).statements.push(statement);
    else wide.push(statement);
  }
  for (const deposit of deposits) find(deposit.group).deposits.push(deposit);
  return [...groups.values()];
}

/** The key of a statement's amount within its group: what a payment is paid in may differ, so it is part of the key. */
function statementKey(statement: Pick<Statement, 'amount' | 'memo'> & { group?: Group }): string {
  const { group } = statement;
  if (group?.payment === undefined) return amountKey(statement);
  return `${amountKey(statement)}\n${group.network}\n${group.asset}\n${group.to}`;
}

/** That of a stored deposit, by what was reported. */
function depositKey({ amount, memo, group, reported }: StoredDeposit): string {
  if (!reported) return statementKey(memo === undefined ? { amount, group } : { amount, memo, group });
  return statementKey({ ...reported, amount: BigInt(reported.amount), group });
}

function byAmount(deposits: readonly StoredDeposit[]): Map<string, Map<number, StoredDeposit>> | undefined {
  if (deposits.length === 0) return undefined;
  const known = new Map<string, Map<number, StoredDeposit>>();
  for (const deposit of deposits) {
    ensure(known, depositKey(deposit), () => new Map<number, StoredDeposit>()).set(deposit.ordinal, deposit);
  }
  return known;
}

const noDeposits: ReadonlyMap<number, StoredDeposit> = new Map();

/** Folds a group, and lays out a copy for each deposit that there is or may be; a piece or two for each amount. */
export function* amountsOfGroup(state: GroupState, context: AmountContext): Pieces<ReportedAmount[]> {
  const foldContext: FoldContext<StoredStatement> = { wide: state.wide, keyOf: statementKey, areRecorded: true };
  if (state.deposits.length > 0) foldContext.creditedUnder = creditedUnder(state.deposits);
  const folded = yield* foldingGroup(state.statements, context.rules(state.group), foldContext);
  const removals = named(state.wide, state.statements);
  const report = (statements: readonly StoredStatement[]): AmountReport => {
    const group = statements[0]?.group ?? state.group;
    return { group, statements, removals, asset: context.asset(group) };
  };
  if (state.group.payment !== undefined) return amountOfPayment(state, folded, report, context);
  const known = byAmount(state.deposits);
  const amounts: ReportedAmount[] = [];
  for (const [key, { fold, statements }] of folded) {
    amounts.push({
      statements,
      fold,
      copies: copiesOf(state.group, fold, known?.get(key) ?? noDeposits, context),
      report: report(statements),
      memoIsReportedElsewhere: fold.code === 'MEMO_UNKNOWN' && isReportedWithMemo(folded, fold),
    });
    yield;
  }
  return amounts;
}

/** Those from which a deposit takes a provider or a callback that it names: each amount reads them, and there may be thousands. */
function named(wide: readonly StoredStatement[], statements: readonly StoredStatement[]): readonly StoredStatement[] {
  const removals = [...wide];
  for (const statement of statements) if (statement.kind === 'removed') removals.push(statement);
  if (removals.length < 2) return removals;
  const providers = new Set<string>();
  const callbacks = new Set<string>();
  return removals.filter(({ provider, callbackId }) => {
    const isNewCallback = callbackId !== '' && callbacks.size < mostCallbackIds && !callbacks.has(callbackId);
    const isNew = isNewCallback || !providers.has(provider);
    providers.add(provider);
    if (isNewCallback) callbacks.add(callbackId);
    return isNew;
  });
}

/** docs/rules.md#payments: one deposit, whose amount is what was credited; until then, what comes nearest to it. */
function amountOfPayment(
  state: GroupState,
  folded: ReadonlyMap<string, FoldedAmount<StoredStatement>>,
  report: (statements: readonly StoredStatement[]) => AmountReport,
  context: AmountContext,
): ReportedAmount[] {
  const [previous] = state.deposits;
  const known = previous && folded.get(depositKey(previous));
  const best = [...folded].toSorted(
    ([keyA, a], [keyB, b]) => nearness(b, known) - nearness(a, known) || (keyA < keyB ? -1 : 1),
  );
  const next = best[0]?.[1];
  if (!next) return [];
  const copy = copyOf(depositId(state.group, next.fold.amount, next.fold.memo, 1), 1, previous, context);
  const shown = copy.isCredited && known ? known : next;
  return [
    {
      statements: state.statements.filter((statement) => statement.kind !== 'removed'),
      fold: shown.fold,
      copies: [copy],
      report: report(shown.statements),
      next: { fold: next.fold, report: report(next.statements) },
      memoIsReportedElsewhere: false,
    },
  ];
}

function nearness(one: FoldedAmount<StoredStatement>, known: FoldedAmount<StoredStatement> | undefined): number {
  const { due, possible, reported, isReplaced } = one.fold;
  return (isReplaced ? -16 : 0) + due * 8 + possible * 4 + reported * 2 + (one === known ? 1 : 0);
}

function copiesOf(
  group: Group,
  fold: AmountFold,
  known: ReadonlyMap<number, StoredDeposit>,
  context: AmountContext,
): Copy[] {
  const count = Math.max(1, fold.possible, fold.reported, ...known.keys());
  const copies: Copy[] = [];
  for (let ordinal = 1; ordinal <= count; ordinal += 1) {
    const previous = known.get(ordinal);
    const id = previous?.id ?? depositId(group, fold.amount, fold.memo, ordinal);
    copies.push(copyOf(id, ordinal, previous, context));
  }
  return copies;
}

function copyOf(id: string, ordinal: number, previous: StoredDeposit | undefined, context: AmountContext): Copy {
  const facts = context.factsOf(id);
  return {
    id,
    ordinal,
    facts,
    previous,
    ruling: withUnstoredHold(context.rulingOf(id), previous),
    isCredited: facts.isCredited,
    isAboveDue: false,
    moves: [],
  };
}

function isReportedWithMemo(folded: ReadonlyMap<string, FoldedAmount<StoredStatement>>, bare: AmountFold): boolean {
  for (const { fold } of folded.values()) {
    if (fold !== bare && fold.amount === bare.amount && fold.possible > 0) return true;
  }
  return false;
}

function creditedUnder(deposits: readonly StoredDeposit[]): (key: string) => readonly CreditedUnder[] {
  const terms = new Map<string, readonly CreditedUnder[]>();
  for (const deposit of deposits) {
    const key = depositKey(deposit);
    terms.set(key, termsKept(deposit).reduce(withTerms, terms.get(key) ?? []));
  }
  return (key) => terms.get(key) ?? [];
}
