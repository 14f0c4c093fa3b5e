import type { DepositRecord } from '../deposits/deposit.ts';
import type { CallbackRecord, Store, StoredEvent } from '../stores/store.ts';
import { timeOf } from './parts/forms.ts';

/** As many as one list, and one action on all of it, goes through: the newest. */
export const mostWaiting = 1_000;

/** Gives a field of a filter, of an address or of a form; `''` if there is none. */
export type Asked = (name: string) => string;

/** The fields that each list of what waits for a person is filtered by; `until` is set by forms, to when they were shown. */
export const filterFields = {
  deposits: ['code', 'network', 'asset', 'to', 'since'],
  unread: ['provider', 'code', 'since'],
  dead: ['kind', 'error', 'since'],
} as const;

/** Deposits in quarantine that match, newest first. */
export async function heldDeposits(store: Store, asked: Asked, now: number): Promise<DepositRecord[]> {
  const { since, until } = timesOf(asked, now);
  const deposits = await store.deposits({
    status: 'quarantined',
    ...given('network', asked),
    ...given('asset', asked),
    ...given('to', asked),
    ...(since === undefined ? {} : { since }),
    limit: mostWaiting,
  });
  return deposits.filter(({ code, firstSeenAt }) => matches(asked('code'), code) && firstSeenAt <= until);
}

/** Callbacks that could not be read, or not all of them, that match, newest first. */
export async function unreadCallbacks(store: Store, asked: Asked, now: number): Promise<CallbackRecord[]> {
  const { since, until } = timesOf(asked, now);
  const times = since === undefined ? {} : { since };
  const query = { outcome: 'quarantined', finished: false, limit: mostWaiting, ...times } as const;
  const callbacks = await store.callbacks({ ...query, ...given('provider', asked) });
  const codesOf = ({ code, transfers }: CallbackRecord): (string | undefined)[] => [
    code,
    ...transfers.map((one) => one.code),
  ];
  const inTime = callbacks.filter(({ receivedAt }) => receivedAt <= until);
  return inTime.filter((one) => asked('code').trim() === '' || codesOf(one).includes(asked('code').trim()));
}

/** Dead letters that match, newest first. */
export async function deadLetters(store: Store, asked: Asked, now: number): Promise<StoredEvent[]> {
  const { since = 0, until } = timesOf(asked, now);
  const events = await store.events({ state: 'dead', limit: mostWaiting });
  const error = asked('error').trim().toLowerCase();
  return events.filter(
    (one) =>
      matches(asked('kind'), one.kind) &&
      (one.error ?? '').toLowerCase().includes(error) &&
      one.madeAt >= since &&
      one.madeAt <= until,
  );
}

function timesOf(asked: Asked, now: number): { since: number | undefined; until: number } {
  // A moment by its number is what a form of ours carries.
  const shownAt = /^\d{1,15}$/.test(asked('until')) ? Number(asked('until')) : undefined;
  return { since: timeOf(asked('since'), now), until: shownAt ?? Number.POSITIVE_INFINITY };
}

function matches(wanted: string, is: string | undefined): boolean {
  return wanted.trim() === '' || wanted.trim() === is;
}

function given<Name extends string>(name: Name, asked: Asked): Partial<Record<Name, string>> {
  const text = asked(name).trim();
  return text === '' ? {} : ({ [name]: text } as Record<Name, string>);
}
