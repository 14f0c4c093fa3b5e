import type { CheckCode } from '../deposits/codes.ts';
import type { PaymentDifference } from '../deposits/transfer.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import type { CanonicalTransfer } from './canonical-transfer.ts';

/** One check that is decided by `policy.payments`. */
interface PaymentCheck {
  readonly code: CheckCode;
  fails(transfer: CanonicalTransfer, policy: CompiledPolicy): boolean;
}

const codes = {
  underpaid: 'PAYMENT_UNDERPAID',
  overpaid: 'PAYMENT_OVERPAID',
  late: 'PAYMENT_LATE',
  resolved: 'PAYMENT_RESOLVED',
} as const satisfies Record<PaymentDifference, CheckCode>;

/** Whether `policy.payments` ignores such a payment. */
export function isIgnoredPayment({ evidence }: CanonicalTransfer, { payments }: CompiledPolicy): boolean {
  return evidence.differences?.some((difference) => payments[difference] === 'ignore') ?? false;
}

/** Those that hold. One that is only seen may still become what was asked for, and is credited by nothing. */
export const heldPayments: readonly PaymentCheck[] = (Object.keys(codes) as PaymentDifference[]).map((difference) => ({
  code: codes[difference],
  fails: ({ evidence, kind }, { payments }) =>
    kind !== 'seen' && payments[difference] === 'hold' && (evidence.differences?.includes(difference) ?? false),
}));
