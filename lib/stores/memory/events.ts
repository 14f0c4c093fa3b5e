import type { DepositEvent } from '../../deposits/deposit.ts';
import type { Claim, ClaimRequest, EventQuery, StoredEvent } from '../store.ts';

/** Events in memory: per deposit a line of unsettled ones, of which only the first may be due. */
export interface MemoryEvents {
  add(event: DepositEvent): void;
  get(id: string): StoredEvent | undefined;
  cancel(id: string): void;
  /** Forgets a settled event. */
  forget(id: string): void;
  claim(request: ClaimRequest): Claim[];
  isOurs(claim: Claim): boolean;
  extend(claim: Claim, leaseMs: number): boolean;
  settle(claim: Claim): boolean;
  fail(claim: Claim, failure: { error: string; delayMs: number; dead: boolean }): boolean;
  release(claim: Claim): boolean;
  redeliver(id: string): boolean;
  find(query: EventQuery): StoredEvent[];
  counts(): { owed: number; dead: number; oldestOwedAt?: number };
}

interface Entry {
  event: StoredEvent;
  /** Number of its latest lease: the fence. */
  lease: number;
}

/** All events: each by its id, and the unsettled ones of each deposit in their line. */
interface Events {
  readonly now: () => number;
  readonly entries: Map<string, Entry>;
  readonly lines: Map<string, Entry[]>;
}

export function createMemoryEvents(now: () => number): MemoryEvents {
  const all: Events = { now, entries: new Map(), lines: new Map() };
  const { entries } = all;
  return {
    add: (event) => add(all, event),
    get: (id) => entries.get(id)?.event,
    cancel(id) {
      const entry = entries.get(id);
      if (entry?.event.state === 'owed') settle(all, entry, 'cancelled');
    },
    forget: (id) => entries.delete(id),
    claim: (request) => claim(all, request),
    isOurs: (claim) => fenced(all, claim, () => {}),
    extend: (claim, leaseMs) =>
      fenced(all, claim, ({ event }) => {
        event.dueAt = now() + leaseMs;
      }),
    settle: (claim) => fenced(all, claim, (entry) => settle(all, entry, 'handled')),
    fail: (claim, { error, delayMs, dead }) =>
      fenced(all, claim, ({ event }) => {
        Object.assign(event, { state: dead ? 'dead' : 'owed', dueAt: now() + delayMs, error });
      }),
    release: (claim) =>
      fenced(all, claim, ({ event }) => {
        Object.assign(event, { state: 'owed', dueAt: now(), attempts: event.attempts - 1 });
      }),
    redeliver(id) {
      const { event } = entries.get(id) ?? {};
      if (event?.state !== 'dead') return false;
      Object.assign(event, { state: 'owed', dueAt: now(), attempts: 0 });
      return true;
    },
    find: (query) => find(all, query),
    counts: () => count(all),
  };
}

function add({ now, entries, lines }: Events, { id, kind, generation, deposit }: DepositEvent): void {
  const madeAt = now();
  const event: StoredEvent = {
    id,
    kind,
    generation,
    deposit,
    state: 'owed',
    attempts: 0,
    dueAt: madeAt,
    madeAt,
    handed: false,
  };
  const entry = { event, lease: 0 };
  entries.set(id, entry);
  const line = lines.get(deposit.id);
  if (line) line.push(entry);
  else lines.set(deposit.id, [entry]);
}

function settle({ now, lines }: Events, entry: Entry, state: 'handled' | 'cancelled'): void {
  entry.event.state = state;
  entry.event.settledAt = now();
  const depositId = entry.event.deposit.id;
  const left = (lines.get(depositId) ?? []).filter((other) => other !== entry);
  if (left.length === 0) lines.delete(depositId);
  else lines.set(depositId, left);
  if (left[0]?.event.state === 'owed') left[0].event.dueAt = Math.max(left[0].event.dueAt, now());
}

function claim(all: Events, { limit, leaseMs, except, suspects }: ClaimRequest): Claim[] {
  const claims: Claim[] = [];
  // Whoever held an event and is gone has taken all of them along.
  if (suspects) return claims;
  for (const [first] of all.lines.values()) {
    if (claims.length >= limit) break;
    if (!first || first.event.state === 'dead' || first.event.dueAt > all.now()) continue;
    if (!except.includes(first.event.kind)) claims.push(lease(all, first, leaseMs));
  }
  return claims;
}

function lease({ now }: Events, entry: Entry, leaseMs: number): Claim {
  const { event } = entry;
  event.state = 'leased';
  event.handed = true;
  event.attempts += 1;
  event.dueAt = now() + leaseMs;
  entry.lease += 1;
  const { id, kind, generation, deposit } = event;
  return { event: { id, kind, generation, deposit }, token: String(entry.lease), attempt: event.attempts };
}

/** Runs `change` if the lease is still ours. */
function fenced({ entries }: Events, claim: Claim, change: (entry: Entry) => void): boolean {
  const entry = entries.get(claim.event.id);
  if (entry?.event.state !== 'leased' || claim.token !== String(entry.lease)) return false;
  change(entry);
  return true;
}

function find(all: Events, { state, depositId, kind, limit }: EventQuery): StoredEvent[] {
  return candidates(all, state, depositId)
    .map(({ event }) => event)
    .filter(
      (event) =>
        (state === undefined || event.state === state) &&
        (depositId === undefined || event.deposit.id === depositId) &&
        (kind === undefined || event.kind === kind),
    )
    .reverse()
    .slice(0, limit)
    .map((event) => ({ ...event }));
}

/** Settled events are many; what is not settled stands in the lines. */
function candidates({ entries, lines }: Events, state: EventQuery['state'], depositId: string | undefined): Entry[] {
  if (state === undefined || state === 'handled' || state === 'cancelled') return [...entries.values()];
  return depositId === undefined ? [...lines.values()].flat() : [...(lines.get(depositId) ?? [])];
}

function count({ lines }: Events): ReturnType<MemoryEvents['counts']> {
  const unsettled = [...lines.values()].flat().map(({ event }) => event);
  const owed = unsettled.filter(({ state }) => state !== 'dead');
  const oldest = owed.reduce((least, { madeAt }) => Math.min(least, madeAt), Number.POSITIVE_INFINITY);
  return {
    owed: owed.length,
    dead: unsettled.length - owed.length,
    ...(owed.length > 0 && { oldestOwedAt: oldest }),
  };
}
