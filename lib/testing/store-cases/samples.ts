import type { DepositEvent, DepositRecord, EventKind } from '../../deposits/deposit.ts';
import type { Group, StoredStatement } from '../../deposits/statement.ts';
import { depositRecordOf, type StoredDeposit, type TransactionChange } from '../../deposits/transaction-state.ts';
import type { CallbackRecord, Claim, Store } from '../../stores/store.ts';

/** Where the clocks of the cases start, epoch ms. */
export const startOfTime: number = Date.UTC(2030, 0, 1);

export function sampleGroup(key: string): Group {
  return { network: 'eip155:1', asset: 'eip155:1/slip44:60', to: `to-${key}`, transactionId: `hash-${key}` };
}

export function sampleCallback(id: string, extra: Partial<CallbackRecord> = {}): CallbackRecord {
  const body = Buffer.from(`{"id":"${id}"}`);
  return {
    id,
    provider: 'imtoken',
    receivedAt: startOfTime,
    remoteAddress: '192.0.2.1',
    method: 'POST',
    url: '/callbacks/imtoken',
    headers: { 'content-type': 'application/json' },
    body,
    bodyHash: `hash-of-${id}`,
    bodyBytes: body.length,
    deliveryId: `delivery-${id}`,
    outcome: 'recorded',
    transfers: [{ outcome: 'recorded', depositId: `deposit-${id}`, transactionKey: id }],
    tookMs: 1.25,
    finished: true,
    ...extra,
  };
}

export function sampleStatement(key: string, extra: Partial<StoredStatement> = {}): StoredStatement {
  return {
    id: `imtoken/${key}/0`,
    provider: 'imtoken',
    kind: 'confirmed',
    amount: 10n ** 18n,
    eventId: key,
    row: 0,
    group: sampleGroup(key),
    callbackId: key,
    receivedAt: startOfTime,
    ...extra,
  };
}

/** The deposit of transaction `key` with that ordinal. */
export function sampleDeposit(key: string, extra: Partial<StoredDeposit> = {}): StoredDeposit {
  const group = sampleGroup(key);
  const ordinal = extra.ordinal ?? 1;
  return {
    id: `deposit-${key}${ordinal === 1 ? '' : `-${ordinal}`}`,
    generation: 1,
    network: group.network,
    asset: group.asset,
    amount: 10n ** 18n,
    to: group.to,
    transaction: { id: group.transactionId },
    status: 'confirmed',
    providers: ['imtoken'],
    firstSeenAt: startOfTime,
    callbackIds: [key],
    group,
    ordinal,
    ...extra,
  };
}

export function sampleEvent(deposit: StoredDeposit, kind: EventKind = 'deposit', generation = 1): DepositEvent {
  return { id: eventIdOf(deposit, kind, generation), kind, generation, deposit: depositRecordOf(deposit) };
}

export function eventIdOf({ id }: DepositRecord, kind: EventKind = 'deposit', generation = 1): string {
  return `${id}/${generation}/${kind}`;
}

/** A change that does nothing but what `extra` says, from version 0. */
export function sampleChange(key: string, extra: Partial<TransactionChange> = {}): TransactionChange {
  return { key, expectedVersion: 0, statements: [], deposits: [], events: [], cancelled: [], decisions: [], ...extra };
}

/** The usual change: a confirmed deposit of transaction `key`, and its event. */
export function depositChange(key: string, extra: Partial<TransactionChange> = {}): TransactionChange {
  const deposit = sampleDeposit(key);
  return sampleChange(key, {
    statements: [sampleStatement(key)],
    deposits: [deposit],
    events: [sampleEvent(deposit)],
    ...extra,
  });
}

/** Commits the usual change and callback of each key. */
export async function recordDeposits(store: Store<unknown>, ...keys: string[]): Promise<void> {
  const { lost } = await store.commit({
    callbacks: keys.map((key) => sampleCallback(key)),
    changes: keys.map((key) => depositChange(key)),
  });
  if (lost.length > 0) throw new Error(`lost: ${lost.join(', ')}`);
}

/** Claims with the lease of the cases: one minute. */
export function claimAll(store: Store<unknown>, limit = 100): Promise<Claim[]> {
  return store.claim({ limit, leaseMs: leaseMs, except: [] });
}

export const leaseMs = 60_000;

/** Claims the one event that must be due. */
export async function claimOne(store: Store<unknown>): Promise<Claim> {
  const [claim, ...more] = await claimAll(store);
  if (!claim || more.length > 0) throw new Error(`one event must be due, not ${claim ? more.length + 1 : 0}`);
  return claim;
}

export function eventIds(claims: readonly Claim[]): string[] {
  return claims.map(({ event }) => event.id);
}
