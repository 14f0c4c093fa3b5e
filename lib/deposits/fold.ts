import { push } from '../util/maps.ts';
import { type AmountFold, foldAmount } from './amount-fold.ts';
import type { DepositCode } from './codes.ts';
import type { FoldRules } from './fold-rules.ts';
import { viewGroup } from './group-view.ts';
import { amountKey } from './identity.ts';
import { type PaymentWords, paymentWords } from './payment-words.ts';
import type { Statement } from './statement.ts';
import type { Heard } from './voices.ts';

export type { AmountFold } from './amount-fold.ts';
export type { FoldRules, ProviderRules } from './fold-rules.ts';

/** What the statements of one group make of one amount (rule 1). */
export interface Folded {
  /** Copies to credit now. */
  due: number;
  /** Copies that may still be true; never fewer than are due. */
  possible: number;
  code?: DepositCode;
}

/**
 * The fold of one group's statements (rule 1): pure, and the same whatever order they stand in. Keys are `amount` or
 * `amount|memo`, one for each amount in any statement that is no removal.
 */
export function fold(statements: readonly Statement[], rules: FoldRules): Record<string, Folded> {
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
  /** What tells amounts apart. Default: amount and memo. */
  keyOf?: (statement: S) => string;
  /** Confirmations under which an amount was credited: a policy that asks for more takes nothing back (rule 2). */
  creditedWith?: (key: string) => number | undefined;
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
  { wide = [], keyOf = amountKey, creditedWith }: FoldContext<S> = {},
): Map<string, FoldedAmount<S>> {
  const words = rules.keyedBy === 'payment' ? paymentWords(statements, keyOf) : undefined;
  const heard: Heard[] = [];
  const byKey = new Map<string, S[]>();
  for (const statement of statements) {
    if (statement.kind === 'removed') {
      heard.push({ statement, key: '' });
      continue;
    }
    const key = keyOf(statement);
    if (words?.standing.has(statement) !== false) heard.push({ statement, key });
    push(byKey, key, statement);
  }
  for (const statement of wide) heard.push({ statement, key: '' });
  const group = viewGroup(heard, byKey.size, rules);
  const folded = new Map<string, FoldedAmount<S>>();
  for (const [key, own] of byKey) {
    const standing = own.filter((statement) => words?.standing.has(statement) !== false);
    const spoken = standing.length === 0 ? own : standing;
    folded.set(key, { fold: foldAmount(group, key, spoken, creditedWith?.(key)), statements: own });
  }
  if (words) decidePayment(folded, words);
  return folded;
}

/**
 * Rule 26: a payment is one deposit, so two confirmed amounts are a conflict, unless the provider has replaced one by the
 * other; and no amount has a second copy. What is replaced stays possible: if it was credited, a person decides.
 */
function decidePayment(folded: ReadonlyMap<string, { fold: AmountFold }>, { replaced }: PaymentWords<Statement>): void {
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
    if (isReplaced) Object.assign(one, { isReplaced, releasable: 0 });
  }
}
