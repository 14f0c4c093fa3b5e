import type { StoredStatement } from '../deposits/statement.ts';
import type { CallbackRecord, StoredEvent } from '../stores/store.ts';
import { isoTime } from './times.ts';

type Written = Readonly<Record<string, unknown>>;

/** A callback with ISO times. A body is text if it is UTF-8, else base64 under `bodyBase64`. */
export function callbackJson({ body, receivedAt, signedAt, ...rest }: CallbackRecord): Written {
  return {
    ...rest,
    receivedAt: isoTime(receivedAt),
    ...(signedAt === undefined ? {} : { signedAt: isoTime(signedAt) }),
    ...(body === undefined ? {} : bodyJson(body)),
  };
}

function bodyJson(body: Buffer): Written {
  const text = body.toString('utf8');
  return Buffer.from(text).equals(body) ? { body: text } : { bodyBase64: body.toString('base64') };
}

/** A deposit of a store with ISO times; amounts become text when it is written as JSON. */
export function depositJson<T extends { firstSeenAt: number; waitingSince?: number }>(deposit: T): Written {
  const { firstSeenAt, waitingSince, ...rest } = deposit;
  return {
    ...rest,
    firstSeenAt: isoTime(firstSeenAt),
    ...(waitingSince === undefined ? {} : { waitingSince: isoTime(waitingSince) }),
  };
}

/** An event with ISO times. */
export function eventJson({ dueAt, madeAt, settledAt, deposit, ...rest }: StoredEvent): Written {
  return {
    ...rest,
    madeAt: isoTime(madeAt),
    dueAt: isoTime(dueAt),
    ...(settledAt === undefined ? {} : { settledAt: isoTime(settledAt) }),
    deposit: depositJson(deposit),
  };
}

/** A statement with ISO times. */
export function statementJson({ at, receivedAt, ...rest }: StoredStatement): Written {
  return { ...rest, ...(at === undefined ? {} : { at: isoTime(at) }), receivedAt: isoTime(receivedAt) };
}
