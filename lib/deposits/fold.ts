import { invalidOption } from '../errors.ts';
import { assertOptions } from '../util/given-options.ts';
import { ensure, push } from '../util/maps.ts';
import { atOnce, type Pieces } from '../util/turns.ts';
import { type AmountFold, type Earlier, foldAmount } from './amount-fold.ts';
import type { DepositCode } from './codes.ts';
import { confirmationsAsked, type FoldRules } from './fold-rules.ts';
import { type GroupView, viewGroup } from './group-view.ts';
import { amountKey } from './identity.ts';
import { type PaymentStatements, paymentStatements } from './payment-statements.ts';
import type { Keyed } from './reporter.ts';
import type { Statement } from './statement.ts';
import {
  type CreditedUnder,
  isSame,
  type KeptTerms,
  keepTerms,
  nameOf,
  stored,
  type Terms,
  termsOf,
  termsUnder,
} from './terms.ts';

export type { AmountFold } from './amount-fold.ts';
export type { FoldRules, ProviderRules } from './fold-rules.ts';

/** The conclusion from the statements of one group about one amount (docs/rules.md#fold). */
export interface Folded {
  /** Copies to credit now. */
  due: number;
  /** Copies that may still be true; never fewer than are due. */
  possible: number;
  code?: DepositCode;
}

/**
 * Folds the statements of one group (docs/rules.md#fold). Pure, and independent of their order. The keys of the result
 * are `amount` or `amount|memo`, one for each amount in any statement that is not a removal.
 */
export function fold(statements: readonly Statement[], rules: FoldRules): Record<string, Folded> {
  if (!Array.isArray(statements)) throw invalidOption('statements', 'must be a list of statements of one group');
  assertOptions('fold', rules, 'statements, { confirmations, reorgDepth, quorum, providers }');
  const folded: Record<string, Folded> = {};
  for (const [
    key,
    {
      fold: { due, possible, code },
    },
  ] of foldGroup(statements, rules)) {
    folded[key] = code === undefined ? { due, possible } : { due, possible, code };
  }
  return folded;
}

/** What a caller that knows more than statements can add to a fold. */
export interface FoldContext<S extends Statement = Statement> {
  /** Removals and failures that name only the transaction; their amounts play no part. */
  wide?: readonly Statement[];
  /** The key that distinguishes amounts. Default: amount and memo. */
  keyOf?: (statement: S) => string;
  /** What was asked while an amount was credited: what is asked later takes nothing back. */
  creditedUnder?: (key: string) => readonly CreditedUnder[];
  /**
   * The statements come from a store, stamped if they counted as something other than their own count. Default false.
   */
  areRecorded?: boolean;
}

/** One amount with the statements that speak of it, removals apart. */
export interface FoldedAmount<S extends Statement = Statement> {
  fold: AmountFold;
  statements: S[];
}

/** `fold` with all that the facts are compared with, by amount key. */
export function foldGroup<S extends Statement>(
  statements: readonly S[],
  rules: FoldRules,
  context: FoldContext<S> = {},
): Map<string, FoldedAmount<S>> {
  return atOnce(foldingGroup(statements, rules, context));
}

/** `foldGroup`, one piece for each amount. */
export function* foldingGroup<S extends Statement>(
  statements: readonly S[],
  rules: FoldRules,
  { wide = [], keyOf = amountKey, creditedUnder, areRecorded = false }: FoldContext<S>,
): Pieces<Map<string, FoldedAmount<S>>> {
  const payment = rules.keyedBy === 'payment' ? paymentStatements(statements, keyOf) : undefined;
  const all: Keyed[] = [];
  const byKey = new Map<string, S[]>();
  for (const statement of statements) {
    if (statement.kind === 'removed') {
      all.push({ statement, key: '' });
      continue;
    }
    const key = keyOf(statement);
    if (payment?.standing.has(statement) !== false) all.push({ statement, key });
    push(byKey, key, statement);
  }
  for (const statement of wide) all.push({ statement, key: '' });
  const viewUnder = viewer(all, byKey.size, rules);
  const now = termsOf(rules);
  const terms = keepTerms(now, rules, areRecorded ? all : []);
  const group = viewUnder(now, terms);
  const folded = new Map<string, FoldedAmount<S>>();
  for (const [key, own] of byKey) {
    const standing = own.filter((statement) => payment?.standing.has(statement) !== false);
    // A word from the mempool does not take the place of what ended.
    const spoken = standing.some(({ kind }) => kind !== 'seen') ? standing : own;
    const earlier = (creditedUnder?.(key) ?? [])
      .filter((under) => !isOfNow(under, terms, rules, own))
      .map(
        (under): Earlier => ({ group: viewUnder(termsUnder(now, under), under), confirmations: under.confirmations }),
      );
    if (terms.counting) earlier.push({ group: asRecorded(viewUnder, now, terms) });
    folded.set(key, { fold: foldAmount(group, key, spoken, { terms, earlier }), statements: own });
    yield;
  }
  if (payment) decidePayment(folded, payment);
  return folded;
}

type ViewUnder = (terms: Terms, kept: Partial<KeptTerms>) => GroupView;

/** The group under terms, each of them once. */
function viewer(all: readonly Keyed[], amounts: number, rules: FoldRules): ViewUnder {
  const views = new Map<string, GroupView>();
  return (terms, kept) => ensure(views, nameOf(kept), () => viewGroup(all, amounts, rules, terms));
}

function isOfNow(under: CreditedUnder, terms: KeptTerms, rules: FoldRules, own: readonly Statement[]): boolean {
  const confirmations = stored(confirmationsAsked(rules, own[0]?.amount ?? 0n));
  return isSame(under, { confirmations, ...terms });
}

/** A configuration that counts less than was recorded ends nothing that waits. */
function asRecorded(viewUnder: ViewUnder, now: Terms, { counting: _, ...terms }: KeptTerms): GroupView {
  return viewUnder({ ...now, counting: {} }, terms);
}

/**
 * docs/rules.md#payments: a payment is one deposit, so two confirmed amounts are a conflict, unless the provider has replaced one by the
 * other; and no amount has a second copy. What is replaced stays possible: if it was credited, a person decides.
 */
function decidePayment(
  folded: ReadonlyMap<string, { fold: AmountFold }>,
  { replaced }: PaymentStatements<Statement>,
): void {
  const confirmed = [...folded].filter(
    ([key, { fold: one }]) => one.isConfirmed && one.possible > 0 && !replaced.has(key),
  );
  for (const [key, { fold: one }] of folded) {
    one.possible = Math.min(one.possible, 1);
    one.reported = Math.min(one.reported, 1);
    one.releasable = Math.min(one.releasable, 1);
    one.due = Math.min(one.due, 1);
    const isReplaced = replaced.has(key);
    const isConflict = confirmed.length > 1 && confirmed.some(([other]) => other === key);
    if (!isReplaced && !isConflict) continue;
    one.due = 0;
    one.code = 'CONFLICT';
    one.stands = ['CONFLICT', ...one.stands.filter((code) => code !== 'CONFLICT')];
    if (isReplaced) Object.assign(one, { isReplaced, releasable: 0 });
  }
}
