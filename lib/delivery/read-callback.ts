import { assess } from '../deposits/assess.ts';
import type { CompiledPolicy } from '../deposits/compile-policy.ts';
import { transactionKey } from '../deposits/identity.ts';
import type { StoredStatement } from '../deposits/statement.ts';
import { canonicalTransactionId } from '../networks/address.ts';
import { findNetwork } from '../networks/registry.ts';
import type { Delivery, Provider, Reading, Removal, Verified } from '../providers/provider.ts';
import type { Arrival, KeyedAssessment, ReceivedCallback } from './recorder.ts';

/** An authentic callback, ready to be read. */
export interface VerifiedCallback {
  provider: Provider;
  delivery: Delivery;
  verified: Verified;
  callback: ReceivedCallback;
}

/** A callback read and assessed; `unreadable` is why it could not be read, for the log. */
export interface ReadCallback {
  arrival: Arrival;
  reading?: Reading;
  unreadable?: unknown;
}

/**
 * Reads a callback and assesses each transfer by the policy. Synchronous unless the policy's functions are not.
 * A body that its provider cannot read is quarantined whole: it is authentic, and an upgrade may read it.
 */
export function readCallback(given: VerifiedCallback, policy: CompiledPolicy): ReadCallback | Promise<ReadCallback> {
  const { provider, delivery, verified, callback } = given;
  let reading: Reading;
  try {
    reading = provider.read(delivery, verified);
  } catch (unreadable) {
    return {
      arrival: { callback, assessments: [], verdict: { outcome: 'quarantined', code: 'BODY_UNREADABLE' } },
      unreadable,
    };
  }
  if (reading.kind !== 'transfers') {
    const verdict = { outcome: 'ignored', code: reading.kind.toUpperCase() } as const;
    return { arrival: { callback, assessments: [], verdict }, reading };
  }
  const assessments = assessTransfers(reading, given, policy);
  const removals = reading.removals.map((removal, index) => assessRemoval(removal, index, given));
  const finish = (transfers: readonly KeyedAssessment[]): ReadCallback => ({
    arrival: { callback, assessments: [...transfers, ...removals] },
    reading,
  });
  return assessments instanceof Promise ? assessments.then(finish) : finish(assessments);
}

function assessTransfers(
  reading: Reading,
  given: VerifiedCallback,
  policy: CompiledPolicy,
): KeyedAssessment[] | Promise<KeyedAssessment[]> {
  const { provider, callback } = given;
  const rows = new Map<string, number>();
  const assessments = reading.transfers.map((transfer) => {
    const event = transfer.event ?? '0';
    const row = rows.get(event) ?? 0;
    rows.set(event, row + 1);
    return assess(transfer, provider, policy, {
      eventId: eventIdOf(callback, event),
      row,
      callbackId: callback.id,
      receivedAt: callback.receivedAt,
    });
  });
  if (assessments.some((one) => one instanceof Promise)) return Promise.all(assessments).then((all) => all.map(keyed));
  return (assessments as Exclude<(typeof assessments)[number], Promise<unknown>>[]).map(keyed);
}

function keyed(assessment: KeyedAssessment): KeyedAssessment {
  const group = assessment.statement?.group;
  return group ? { ...assessment, transactionKey: transactionKey(group) } : assessment;
}

/** A removal or failure of a whole transaction: a statement without a group, which each of its groups folds. */
function assessRemoval(removal: Removal, index: number, { provider, callback }: VerifiedCallback): KeyedAssessment {
  const network = findNetwork(removal.network);
  if (!network) return { outcome: 'ignored', code: 'NETWORK_NOT_KNOWN' };
  let transactionId: string;
  try {
    transactionId = canonicalTransactionId(network.id, removal.transactionId);
  } catch {
    return { outcome: 'quarantined', code: 'TRANSACTION_MALFORMED' };
  }
  const eventId = eventIdOf(callback, removal.event ?? `removal-${index}`);
  const statement: StoredStatement = {
    id: `${provider.name}/${eventId}/0`,
    provider: provider.name,
    kind: removal.kind ?? 'removed',
    amount: 0n,
    eventId,
    row: 0,
    callbackId: callback.id,
    receivedAt: callback.receivedAt,
    ...(removal.block?.hash === undefined ? {} : { blockHash: removal.block.hash }),
    ...(removal.at === undefined ? {} : { at: removal.at }),
  };
  const key = transactionKey({
    network: network.id,
    transactionId,
    asset: '',
    to: '',
    ...(removal.payment === undefined ? {} : { payment: `${provider.name}/${removal.payment}` }),
  });
  return { outcome: 'recorded', statement, transactionKey: key };
}

/** The same bytes are the same event, under whatever delivery id they come (rule 8). */
function eventIdOf(callback: ReceivedCallback, event: string): string {
  return `${callback.bodyHash.slice(0, 32)}:${event}`;
}
