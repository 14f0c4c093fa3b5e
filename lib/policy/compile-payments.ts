import type { PaymentDifference } from '../deposits/transfer.ts';
import { invalidOption } from '../errors.ts';
import { refuseUnknownKeys } from '../util/known-keys.ts';
import type { PaymentRule, Policy } from './policy.ts';

/** A rule for each way in which a payment can differ from what was asked for. */
export type PaymentRules = Readonly<Record<PaymentDifference, PaymentRule>>;

const heldByDefault: PaymentRules = { underpaid: 'hold', overpaid: 'hold', late: 'hold', resolved: 'hold' };
const rules: ReadonlySet<unknown> = new Set<PaymentRule>(['credit', 'hold', 'ignore']);

/** Throws `OPTION_INVALID` for a difference or a rule that is not known. */
export function compilePayments(given: Policy['payments']): PaymentRules {
  if (given === undefined) return heldByDefault;
  if (typeof given !== 'object' || given === null)
    throw invalidOption('policy.payments', "must be an object such as { underpaid: 'credit' }");
  refuseUnknownKeys(given, Object.keys(heldByDefault), 'policy.payments');
  for (const [difference, rule] of Object.entries(given)) {
    if (rule !== undefined && !rules.has(rule))
      throw invalidOption(`policy.payments.${difference}`, "must be 'credit', 'hold' or 'ignore'");
  }
  const { underpaid = 'hold', overpaid = 'hold', late = 'hold', resolved = 'hold' } = given;
  return { underpaid, overpaid, late, resolved };
}
