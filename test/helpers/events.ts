import type { DepositEvent, EventKind } from '../../lib/deposits/deposit.ts';
import type { StoredDeposit, TransactionChange } from '../../lib/deposits/transaction-state.ts';
import type { Store } from '../../lib/stores/store.ts';
import { alice, ether } from './deposits.ts';

/** Commits a transaction with one deposit and the events named, in that order, as if a callback had made them. */
export async function owe(
  store: Store,
  name: string,
  kinds: readonly EventKind[],
  amount = 1n,
  over: Partial<StoredDeposit> = {},
): Promise<string[]> {
  const key = `eip155:1|0x${name}`;
  const [state] = await store.load([key]);
  const group = { network: 'eip155:1', asset: ether, to: alice, transactionId: `0x${name}` };
  const deposit: StoredDeposit = {
    id: `dep_${name}`,
    generation: 1,
    network: group.network,
    asset: group.asset,
    amount,
    to: group.to,
    transaction: { id: group.transactionId },
    status: 'confirmed',
    providers: ['imtoken'],
    firstSeenAt: 0,
    callbackIds: [],
    group,
    ordinal: 1,
    ...over,
  };
  const { group: _, ordinal: __, ...record } = deposit;
  const events = kinds.map(
    (kind): DepositEvent => ({ id: `${deposit.id}:1:${kind}`, kind, generation: 1, deposit: record }),
  );
  const change: TransactionChange = {
    key,
    expectedVersion: state?.version ?? 0,
    statements: [],
    deposits: [deposit],
    events,
    cancelled: [],
    decisions: [],
  };
  const { lost } = await store.commit({ callbacks: [], changes: [change] });
  if (lost.length > 0) throw new Error(`Lost ${lost.join()}`);
  return events.map((event) => event.id);
}
