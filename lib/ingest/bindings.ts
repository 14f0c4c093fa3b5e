import type { Assessment } from '../checks/assess.ts';
import type { StoredStatement } from '../deposits/statement.ts';
import type { TransactionChange, TransactionState } from '../deposits/transaction-state.ts';
import type { Arrival } from './arrival.ts';

/** Keys under which the bindings of these callbacks are stored, beside those of their transactions. */
export function bindingKeys(arrivals: readonly Arrival[]): readonly string[] {
  const keys = new Set<string>();
  for (const { assessments } of arrivals) for (const { binding } of assessments) if (binding) keys.add(binding.key);
  return [...keys];
}

/**
 * Holds each transfer whose provider's id has named another transfer before: of a provider whose signature covers parts
 * of a callback one by one, parts of two make a third, and its id is one that was there. The first transfer of an id
 * is bound to it for good, by a change of its own in the same commit.
 */
export function bind(
  arrivals: readonly Arrival[],
  states: readonly TransactionState[],
): { arrivals: readonly Arrival[]; changes: readonly TransactionChange[] } {
  if (states.length === 0) return { arrivals, changes: [] };
  const bound = new Map(states.map(({ key, statements }) => [key, statements[0]?.eventId]));
  const versions = new Map(states.map(({ key, version }) => [key, version]));
  const changes: TransactionChange[] = [];

  const held = (assessment: Assessment, arrival: Arrival): Assessment => {
    const { binding, statement } = assessment;
    if (!binding || !statement) return assessment;
    const known = bound.get(binding.key);
    if (known === binding.fingerprint) return assessment;
    if (known !== undefined) {
      return {
        ...assessment,
        outcome: 'quarantined',
        code: 'ID_REUSED',
        statement: { ...statement, check: 'ID_REUSED' },
      };
    }
    bound.set(binding.key, binding.fingerprint);
    changes.push(changeOf(binding, statement, versions.get(binding.key) ?? 0, arrival));
    return assessment;
  };

  return {
    arrivals: arrivals.map((arrival) =>
      arrival.assessments.some(({ binding }) => binding)
        ? { ...arrival, assessments: arrival.assessments.map((one) => held(one, arrival)) }
        : arrival,
    ),
    changes,
  };
}

function changeOf(
  { key, fingerprint }: NonNullable<Assessment['binding']>,
  { provider }: StoredStatement,
  expectedVersion: number,
  { callback }: Arrival,
): TransactionChange {
  const statement: StoredStatement = {
    id: key,
    provider,
    // Of a kind that outlives pruning. It is folded with no transaction: its key is none's.
    kind: 'removed',
    amount: 0n,
    eventId: fingerprint,
    row: 0,
    callbackId: callback.id,
    receivedAt: callback.receivedAt,
  };
  return { key, expectedVersion, statements: [statement], deposits: [], events: [], cancelled: [], decisions: [] };
}
