import type { AmountFold } from './amount-fold.ts';
import type { Correction } from './decisions.ts';
import type { Transition } from './lifecycle.ts';
import type { Copy } from './moves.ts';
import type { StoredStatement } from './statement.ts';
import { type CreditedUnder, putTerms, termsKept, withTerms } from './terms.ts';
import type { StoredDeposit } from './transaction-state.ts';

/** What was reported of one amount, and what the policy pins of its asset. */
export interface AmountReport {
  group: StoredDeposit['group'];
  /** Of this amount, in the order of arrival. */
  statements: readonly StoredStatement[];
  /** Removals and failures of the group or its transaction. */
  removals: readonly StoredStatement[];
  asset: { decimals?: number; symbol?: string } | undefined;
}

/** Callbacks that a deposit names: the first ones. Hundreds of equal transfers would otherwise name each callback in each deposit. */
export const mostCallbackIds = 100;

/** Describes a copy of an amount as it stands after this step. */
export type DescribeCopy = (copy: Copy, next: Transition) => StoredDeposit;

/** Reads once what all copies of the amount have in common. What is no longer said is kept from before. */
export function describeCopies(fold: AmountFold, report: AmountReport, now: number): DescribeCopy {
  const common = commonOf(fold, report, now);
  return (copy, next) => describeCopy(copy, next, { common, fold, group: report.group, now });
}

/** What the statements say of every copy. */
interface Common {
  providers: readonly string[];
  callbackIds: readonly string[];
  firstSeenAt: number;
  symbol: string | undefined;
  decimals: number | undefined;
  from: string | undefined;
  account: string | undefined;
  /** Without the id of a payment's, if none was named. */
  transaction: Partial<StoredDeposit['transaction']>;
}

function commonOf(fold: AmountFold, report: AmountReport, now: number): Common {
  const { statements, asset } = report;
  return {
    providers: providersOf(report),
    callbackIds: callbackIdsOf(report),
    firstSeenAt: firstSeenAt(statements, now),
    symbol: asset?.symbol ?? first(statements, (one) => one.symbol),
    decimals: asset?.decimals ?? first(statements, (one) => one.decimals),
    from: first(statements, (one) => one.from),
    account: first(statements, (one) => one.account),
    transaction: transactionOf(fold, report),
  };
}

interface Described {
  common: Common;
  fold: AmountFold;
  group: StoredDeposit['group'];
  now: number;
}

function describeCopy(copy: Copy, next: Transition, { common, fold, group, now }: Described): StoredDeposit {
  const { symbol, decimals } = common;
  const { previous } = copy;
  const deposit: StoredDeposit = {
    id: copy.id,
    generation: next.generation,
    network: group.network,
    asset: group.asset,
    amount: fold.amount,
    to: group.to,
    transaction: withPrevious(common.transaction, previous),
    status: next.status,
    providers: [...common.providers],
    firstSeenAt: common.firstSeenAt,
    callbackIds: [...common.callbackIds],
    group,
    ordinal: copy.ordinal,
  };
  const from = previous?.from ?? common.from;
  const account = previous?.account ?? common.account;
  if (symbol !== undefined) deposit.symbol = symbol;
  if (decimals !== undefined) deposit.decimals = decimals;
  if (from !== undefined) deposit.from = from;
  if (account !== undefined) deposit.account = account;
  if (fold.memo !== undefined) deposit.memo = fold.memo;
  if (group.payment !== undefined) deposit.payment = group.payment;
  if (fold.confirmations > 0) deposit.confirmations = fold.confirmations;
  if (copy.code !== undefined) deposit.code = copy.code;
  if (copy.reason !== undefined) deposit.reason = copy.reason;
  correct(deposit, copy.ruling.correction);
  // docs/rules.md#stuck: from when it last began to wait.
  const isWaiting = next.status === 'pending' || next.status === 'quarantined' || copy.isAboveDue;
  if (isWaiting) deposit.waitingSince = previous?.waitingSince ?? now;
  if (copy.isCredited) putTerms(deposit, termsOfCredit(fold, copy));
  return deposit;
}

/** Puts in place of what was reported what an operator says is right. */
function correct(deposit: StoredDeposit, correction: Correction | undefined): void {
  if (!correction) return;
  const { amount, memo, account } = correction;
  deposit.reported = { amount: deposit.amount.toString() };
  if (deposit.memo !== undefined) deposit.reported.memo = deposit.memo;
  if (amount?.reported === deposit.reported.amount) deposit.amount = BigInt(amount.credited);
  if (memo === null) delete deposit.memo;
  else if (memo !== undefined) deposit.memo = memo;
  if (account !== undefined) deposit.account = account;
}

/** What was asked while it was credited, so that nothing that is asked later takes it back. */
function termsOfCredit({ under, isPossibleNow }: AmountFold, { moves, previous }: Copy): readonly CreditedUnder[] {
  if (moves.includes('credit') || !previous) return [under];
  const known = termsKept(previous);
  return isPossibleNow || known.length === 0 ? withTerms(known, under) : known;
}

function withPrevious(told: Common['transaction'], previous: StoredDeposit | undefined): StoredDeposit['transaction'] {
  const transaction = { ...told, id: told.id ?? previous?.transaction.id ?? '' };
  const block = told.block ?? previous?.transaction.block;
  if (block) transaction.block = { ...block };
  return transaction;
}

function transactionOf(fold: AmountFold, report: AmountReport): Common['transaction'] {
  const transaction: Common['transaction'] = {};
  const id = transactionId(report);
  if (id !== undefined) transaction.id = id;
  const { block } = fold;
  const position = solePosition(report.statements, block);
  if (position !== undefined) transaction.position = position;
  const number = first(report.statements, (one) =>
    block === undefined || one.blockHash === block ? one.blockNumber : undefined,
  );
  if (block === undefined && number === undefined) return transaction;
  transaction.block = {};
  if (number !== undefined) transaction.block.number = number;
  if (block !== undefined) transaction.block.hash = block;
  return transaction;
}

function transactionId({ group, statements }: AmountReport): string | undefined {
  if (group.payment === undefined) return group.transactionId;
  // docs/rules.md#payments: the last one named.
  return statements.findLast((statement) => statement.group?.transactionId)?.group?.transactionId;
}

// No ordinal belongs to a row (docs/rules.md#deposit-id), so a position is shown only if there is just one.
function solePosition(statements: readonly StoredStatement[], block: string | undefined): string | undefined {
  let sole: string | undefined;
  for (const { position, blockHash } of statements) {
    if (position === undefined || (block !== undefined && blockHash !== block)) continue;
    if (sole !== undefined && sole !== position) return undefined;
    sole = position;
  }
  return sole;
}

function providersOf({ statements, removals }: AmountReport): string[] {
  const [only] = statements;
  if (only && statements.length === 1 && removals.length === 0) return [only.provider];
  const names = new Set<string>();
  for (const { provider } of statements) names.add(provider);
  for (const { provider } of removals) names.add(provider);
  return [...names].sort();
}

function callbackIdsOf({ statements, removals }: AmountReport): string[] {
  const [only] = statements;
  if (only && statements.length === 1 && removals.length === 0) return only.callbackId === '' ? [] : [only.callbackId];
  const ids = new Set<string>();
  for (const list of [statements, removals]) {
    for (const { callbackId } of list) {
      if (ids.size >= mostCallbackIds) break;
      // What our own chain check says came in no callback.
      if (callbackId !== '') ids.add(callbackId);
    }
  }
  return [...ids];
}

function firstSeenAt(statements: readonly StoredStatement[], now: number): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { receivedAt } of statements) if (receivedAt < earliest) earliest = receivedAt;
  return Number.isFinite(earliest) ? earliest : now;
}

function first<T>(
  statements: readonly StoredStatement[],
  of: (statement: StoredStatement) => T | undefined,
): T | undefined {
  for (const statement of statements) {
    const found = of(statement);
    if (found !== undefined) return found;
  }
  return undefined;
}
