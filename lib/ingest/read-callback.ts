import { type Assessment, assess, assessRemoval, type Origin } from '../checks/assess.ts';
import type { Transfer } from '../deposits/transfer.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import type { InboundCallback, Provider, Reading, UnreadableRow, Verified } from '../providers/kit/provider.ts';
import { handled, unawaited } from '../util/promises.ts';
import { atOnce, inTurns, type Pieces } from '../util/turns.ts';
import type { Arrival } from './arrival.ts';
import type { ReceivedCallback } from './received-callback.ts';

/** An authentic callback, ready to be read. */
export interface VerifiedCallback {
  provider: Provider;
  inbound: InboundCallback;
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
 * Reads a callback and assesses each transfer by the policy. Synchronous unless the policy's functions are not, or there are many.
 * A body that its provider cannot read is quarantined whole: it is authentic, and an upgrade may read it. `ids` are those
 * of transactions of which the provider has only the hash, by the index of the transfer.
 */
export function readCallback(
  given: VerifiedCallback,
  policy: CompiledPolicy,
  ids: ReadonlyMap<number, string> = new Map(),
): ReadCallback | Promise<ReadCallback> {
  const { provider, inbound, verified, callback } = given;
  let reading: Reading;
  try {
    reading = checked(provider.read(inbound, verified), provider);
  } catch (unreadable) {
    return {
      arrival: {
        callback,
        assessments: [],
        verdict: { outcome: 'quarantined', code: 'BODY_UNREADABLE', finished: false },
      },
      unreadable,
    };
  }
  if (reading.kind !== 'transfers') {
    // The others may be deposits that a reader does not know yet: to be read again after an upgrade.
    const finished = reading.kind === 'heartbeat' || reading.kind === 'notice';
    const verdict = { outcome: 'ignored', code: reading.kind.toUpperCase(), finished } as const;
    return { arrival: { callback, assessments: [], verdict }, reading };
  }
  const message = provider.messageOf?.(inbound) ?? callback.bodyHash;
  const originOf = origins(callback, message, verified.deliveryId, signerOf(provider, verified));
  const removals = reading.removals.map((one, index) =>
    assessRemoval(one, provider, policy, originOf(one.event ?? `removal-${index}`)),
  );
  const assessing = assessEach(reading.transfers, (one, index) =>
    assess(withId(one, ids.get(index)), provider, policy, originOf(one.event ?? '0', one.row)),
  );
  const finish = (assessed: readonly Assessment[]): ReadCallback => ({
    arrival: { callback, assessments: [...assessed, ...removals], unreadable: keptRows(reading.unreadable ?? []) },
    reading,
  });
  if (reading.transfers.length > mostInOneTurn)
    return inTurns(assessing)
      .then((all) => Promise.all(all))
      .then(finish);
  const transfers = atOnce(assessing);
  return isSettled(transfers) ? finish(transfers) : Promise.all(transfers).then(finish);
}

function withId(transfer: Transfer, id: string | undefined): Transfer {
  return id === undefined ? transfer : { ...transfer, transaction: { ...transfer.transaction, id } };
}

/** Assessed at once; more take turns with other requests. */
const mostInOneTurn = 100;

function* assessEach(
  transfers: readonly Transfer[],
  assessOne: (transfer: Transfer, index: number) => Assessment | Promise<Assessment>,
): Pieces<(Assessment | Promise<Assessment>)[]> {
  const all: (Assessment | Promise<Assessment>)[] = [];
  for (const [index, transfer] of transfers.entries()) {
    const assessed = assessOne(transfer, index);
    // The next transfer may throw, and then nobody awaits this one.
    all.push(assessed instanceof Promise ? handled(assessed) : assessed);
    yield;
  }
  return all;
}

/** Of one callback, each with its own line; more than these are counted in one. */
const mostUnreadable = 1_000;

function keptRows(rows: readonly UnreadableRow[]): readonly UnreadableRow[] {
  if (rows.length <= mostUnreadable) return rows;
  const [first] = rows.slice(mostUnreadable);
  const others = { path: first?.path ?? '', reason: `and ${rows.length - mostUnreadable - 1} rows after it` };
  return [...rows.slice(0, mostUnreadable), others];
}

const kinds: ReadonlySet<unknown> = new Set<Reading['kind']>([
  'transfers',
  'hint',
  'ping',
  'notice',
  'heartbeat',
  'unknown',
]);

/** A reader of the user's own may give anything. */
function checked(given: unknown, { name }: Provider): Reading {
  // Told by the error below, once.
  unawaited(given);
  const { kind, transfers, removals, unreadable = [], hints = [], heads = [] } = (given ?? {}) as Partial<Reading>;
  const areLists = [transfers, removals, unreadable, hints, heads].every(Array.isArray);
  if (kinds.has(kind) && areLists && (kind !== 'hint' || hints.length > 0)) return given as Reading;
  throw new TypeError(
    `read() of ${name} must synchronously return a reading with a kind and lists of transfers and removals; a hint must say where to look`,
  );
}

/** Fingerprint of the key that signed the callback, so that instances which share it have one vote. */
function signerOf({ keys }: Provider, { keyId }: Verified): string | undefined {
  return keyId === undefined ? undefined : keys.describe().find(({ id }) => id === keyId)?.print;
}

/**
 * Rows of one event are numbered by their place, or in the order of the callback if they have none. The same message is
 * the same event, under any delivery id (docs/rules.md#copies).
 */
function origins(
  callback: ReceivedCallback,
  message: string,
  deliveryId: string | undefined,
  signedBy: string | undefined,
): (event: string, row?: number) => Origin {
  const rows = new Map<string, number>();
  const prefix = message.slice(0, 32);
  return (event, given) => {
    const next = rows.get(event) ?? 0;
    const row = given ?? next;
    rows.set(event, Math.max(next, row + 1));
    const report = deliveryId === undefined ? undefined : `${deliveryId}:${event}`;
    return {
      eventId: `${prefix}:${event}`,
      row,
      callbackId: callback.id,
      receivedAt: callback.receivedAt,
      report,
      signedBy,
    };
  };
}

function isSettled(assessments: readonly (Assessment | Promise<Assessment>)[]): assessments is readonly Assessment[] {
  return !assessments.some((one) => one instanceof Promise);
}
