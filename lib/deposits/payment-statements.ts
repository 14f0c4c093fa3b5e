import type { Statement } from './statement.ts';

/** The statements about one payment, once the later ones have taken the place of the earlier. */
export interface PaymentStatements<S extends Statement> {
  /** Those that still count. */
  standing: ReadonlySet<S>;
  /** Keys of amounts that the provider itself has replaced by another. */
  replaced: ReadonlySet<string>;
}

/**
 * Orders what one provider says of one payment: by the times of its events, and without them by what its states mean.
 * A success ends a failure. An amount that `policy.payments` holds gives way to a later one, and one of less than was asked
 * to the payment in full. Other amounts never give way: they conflict.
 */
export function paymentStatements<S extends Statement>(
  statements: readonly S[],
  keyOf: (statement: S) => string,
): PaymentStatements<S> {
  const standing = new Set(statements);
  const replaced = new Set<string>();
  const current = new Set<string>();
  const successes = statements.filter(({ kind }) => kind === 'confirmed');
  for (const statement of successes.length === 0 ? [] : statements) {
    const rivals = successes.filter((other) => other.provider === statement.provider);
    if (statement.kind === 'failed') {
      if (rivals.some((success) => !isEarlier(success, statement))) standing.delete(statement);
    } else if (statement.kind === 'confirmed') {
      const key = keyOf(statement);
      const later = rivals.filter((other) => takesPlaceOf(other, statement));
      (later.some((other) => keyOf(other) !== key) ? replaced : current).add(key);
      if (later.some((other) => keyOf(other) === key)) standing.delete(statement);
    }
  }
  for (const key of current) replaced.delete(key);
  return { standing, replaced };
}

function takesPlaceOf(other: Statement, statement: Statement): boolean {
  if (!statement.check?.startsWith('PAYMENT_')) return false;
  const isCompleted = statement.check === 'PAYMENT_UNDERPAID' && other.check !== statement.check;
  return isEarlier(statement, other) || (isCompleted && !isEarlier(other, statement));
}

/** By the times of both; if one of them has none, neither is earlier. */
function isEarlier(one: Statement, than: Statement): boolean {
  return one.at !== undefined && than.at !== undefined && one.at < than.at;
}
