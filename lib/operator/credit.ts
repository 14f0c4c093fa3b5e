import type { DepositRecord } from '../deposits/deposit.ts';
import type { Store, StoredEvent } from '../stores/store.ts';

/**
 * What became of the event that credits a confirmed deposit, or takes back a reverted one: `done`; `owed`, not yet handed
 * out; `failing`, a listener fails and it is tried again; `dead`, given up.
 */
export type CreditState = 'done' | 'owed' | 'failing' | 'dead';

export interface Credit {
  state: CreditState;
  /** What the listener said. */
  error?: string;
  /** The event to redeliver, if `dead`: it may be an earlier one that keeps the others back. */
  eventId?: string;
}

// The newest of them: a deposit has a handful, unless a chain reorganized again and again.
const mostEvents = 100;

/** Whether the listeners have done what the deposit's status says; undefined for one that owes them nothing. */
export async function creditOf(
  store: Pick<Store, 'events'>,
  { id, status }: Pick<DepositRecord, 'id' | 'status'>,
): Promise<Credit | undefined> {
  if (status !== 'confirmed' && status !== 'reverted') return undefined;
  return creditIn(status, await store.events({ depositId: id, limit: mostEvents }));
}

/** The same of many, by their ids. */
export async function creditsOf(
  store: Pick<Store, 'events'>,
  deposits: readonly Pick<DepositRecord, 'id' | 'status'>[],
): Promise<Map<string, Credit>> {
  const credits = new Map<string, Credit>();
  const asked = deposits.map(async (deposit) => {
    const credit = await creditOf(store, deposit);
    if (credit) credits.set(deposit.id, credit);
  });
  await Promise.all(asked);
  return credits;
}

/** The same, of events that are there already, newest first. */
export function creditIn(status: 'confirmed' | 'reverted', events: readonly StoredEvent[]): Credit {
  const kind = status === 'confirmed' ? 'deposit' : 'deposit.reverted';
  const event = events.find((one) => one.kind === kind);
  if (event === undefined || event.state === 'handled' || event.state === 'cancelled') return { state: 'done' };
  const dead = events.find((one) => one.state === 'dead');
  if (dead) return { state: 'dead', eventId: dead.id, ...(dead.error === undefined ? {} : { error: dead.error }) };
  if (event.error !== undefined) return { state: 'failing', error: event.error };
  return { state: 'owed' };
}
