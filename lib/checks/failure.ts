import type { CanonicalTransfer } from './canonical-transfer.ts';
import { hasGoodState } from './evidence.ts';

/** States that are not final: the transaction may still be executed. */
const notYet: ReadonlySet<string> = new Set(['delayed']);

/**
 * Whether a transfer says of itself that it failed: `transaction` if everything that moved with it failed too,
 * `transfer` if it failed alone (a call inside a transaction that succeeded, a payment that was sent back). It is
 * stated as a failure, before a credit and after one.
 */
export function failureOf({ kind, evidence, network }: CanonicalTransfer): 'transaction' | 'transfer' | undefined {
  if (kind === 'removed') return undefined;
  if (kind === 'failed' || evidence.success === false || evidence.superseded === true) return 'transaction';
  if (evidence.protocolValid === false || evidence.callSucceeded === false || evidence.bounced === true)
    return 'transfer';
  const isEnd = kind !== 'seen' && !notYet.has(evidence.state ?? '');
  return isEnd && !hasGoodState(evidence, network) ? 'transaction' : undefined;
}
