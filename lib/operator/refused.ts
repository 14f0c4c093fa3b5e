import type { RefusalCode } from '../errors.ts';
import type { CallbackRecord, Store } from '../stores/store.ts';
import { ensure } from '../util/maps.ts';
import { atMost } from '../util/time-limit.ts';
import type { LastCallbacks } from './last-callbacks.ts';
import { listOf, type Need, tallyOf } from './need.ts';
import { refusalCures } from './refusal-cures.ts';

const hourMs = 3_600_000;
const windowMs = 24 * hourMs;
/** A steady share of a provider's callbacks is looked for in so long, and no longer a need after it. */
const shareWindowMs = 2 * hourMs;
const knownWithinMs = 30 * 24 * hourMs;
const slackMs = 60_000;
const patienceMs = 300;
const mostLines = 1_000;
const taken = ['recorded', 'duplicate', 'ignored', 'quarantined'] as const;

/**
 * Finds providers whose callbacks are refused, which is money that nobody hears of: all of them, the first of them, or a
 * steady share. Anybody may post to a path, so what comes from an address that a taken callback came from weighs more
 * than what does not.
 */
export interface Refused {
  /** One need for each such provider. Without `providers`: of those in the newest lines of the log. */
  needs(providers: readonly { name: string }[] | undefined, now: number): Promise<Need[]>;
}

type RefusedLine = Pick<CallbackRecord, 'receivedAt' | 'remoteAddress'> & { code: string };

interface Known {
  lines: Map<string, RefusedLine>;
  searchedTo?: number;
  running?: Promise<void> | undefined;
}

/** Reads refusals from the log, and each only once: strangers can make very many of them. */
export function createRefused(store: Pick<Store, 'callbacks'>, lastCallbacks: LastCallbacks): Refused {
  const log: RefusalLog = { store, byProvider: new Map() };
  return {
    async needs(providers, now) {
      const names = providers?.map(({ name }) => name) ?? (await namesIn(store, now));
      return (await Promise.all(names.map((name) => needOf(log, lastCallbacks, name, now)))).flat();
    },
  };
}

interface RefusalLog {
  readonly store: Pick<Store, 'callbacks'>;
  readonly byProvider: Map<string, Known>;
}

async function look({ store }: RefusalLog, provider: string, known: Known, now: number): Promise<void> {
  const since = known.searchedTo === undefined ? now - windowMs : known.searchedTo - slackMs;
  const found = await store.callbacks({ provider, outcome: 'rejected', since, limit: mostLines });
  for (const { id, receivedAt, remoteAddress, code = '' } of found)
    known.lines.set(id, { receivedAt, remoteAddress, code });
  const newest = [...known.lines]
    .filter(([, line]) => line.receivedAt > now - windowMs)
    .sort(([, one], [, other]) => other.receivedAt - one.receivedAt);
  known.lines = new Map(newest.slice(0, mostLines));
  known.searchedTo = now;
}

async function linesOf(log: RefusalLog, provider: string, now: number): Promise<RefusedLine[]> {
  const known = ensure(log.byProvider, provider, (): Known => ({ lines: new Map() }));
  known.running ??= look(log, provider, known, now).finally(() => {
    known.running = undefined;
  });
  const { running } = known;
  // What fails after our patience is over has nobody else to hear of it; the next look tries again.
  running.catch(() => {});
  await atMost(patienceMs, running);
  return [...known.lines.values()];
}

async function takenFrom(
  { store }: RefusalLog,
  query: { provider: string; since: number; until: number; limit: number },
): Promise<CallbackRecord[]> {
  const lists = await Promise.all(taken.map((outcome) => store.callbacks({ ...query, outcome })));
  return lists.flat();
}

async function needOf(log: RefusalLog, lastCallbacks: LastCallbacks, provider: string, now: number): Promise<Need[]> {
  const lines = (await linesOf(log, provider, now)).filter(({ code }) => code !== 'KEPT_UNVERIFIED');
  if (!isSteady(lines)) return [];
  const heardAt = await lastCallbacks.lastAt(provider, now);
  if (heardAt === 'looking') return [];
  if (heardAt === undefined) return [refusedNeed(provider, lines, 'none has been accepted in 30 days')];
  // A browser or a monitor asks for the page; a provider that has sent callbacks is known to use the right method.
  const its = lines.filter(({ code }) => code !== 'METHOD_NOT_ALLOWED');
  const recent = await takenFrom(log, { provider, since: now - knownWithinMs, until: now + 1, limit: 50 });
  const addresses = new Set(recent.map(({ remoteAddress }) => remoteAddress));
  const fromIt = its.filter(({ remoteAddress }) => addresses.has(remoteAddress));
  const later = its.filter(({ receivedAt }) => receivedAt > heardAt);
  if (isSteady(fromIt.filter(({ receivedAt }) => receivedAt > heardAt)) || isManyForLong(later)) {
    return [refusedNeed(provider, later, `none has been accepted since ${new Date(heardAt).toISOString()}`)];
  }
  const share = fromIt.filter(({ receivedAt }) => receivedAt > now - shareWindowMs);
  if (!isSteady(share)) return [];
  // What was refused before and is taken now is cured.
  const between = await takenFrom(log, { provider, since: firstOf(share), until: lastOf(share), limit: 1 });
  return between.length === 0 ? [] : [refusedNeed(provider, share, 'others from the same addresses are accepted')];
}

async function namesIn(store: Pick<Store, 'callbacks'>, now: number): Promise<string[]> {
  const lines = await store.callbacks({ outcome: 'rejected', since: now - windowMs, limit: mostLines });
  return [...new Set(lines.map(({ provider }) => provider))];
}

function isSteady(lines: readonly RefusedLine[]): boolean {
  return lines.length >= 10 || (lines.length >= 3 && lastOf(lines) - firstOf(lines) >= hourMs);
}

/** Of addresses that nobody knows: a stranger rarely keeps on for so long. */
function isManyForLong(lines: readonly RefusedLine[]): boolean {
  return lines.length >= 10 && lastOf(lines) - firstOf(lines) >= hourMs;
}

function firstOf(lines: readonly RefusedLine[]): number {
  return Math.min(...lines.map(({ receivedAt }) => receivedAt));
}

function lastOf(lines: readonly RefusedLine[]): number {
  return Math.max(...lines.map(({ receivedAt }) => receivedAt));
}

function refusedNeed(provider: string, lines: readonly RefusedLine[], since: string): Need {
  const codes = tallyOf(lines.map(({ code }) => code));
  const [most = 'UNAVAILABLE'] = Object.entries(codes)
    .sort(([, one], [, other]) => other - one)
    .map(([code]) => code);
  const addresses = [...new Set(lines.map(({ remoteAddress }) => remoteAddress))].filter(Boolean);
  const from = addresses.slice(0, 3).join(', ');
  const more = addresses.length > 3 ? ` and ${addresses.length - 3} others` : '';
  return {
    kind: 'refused',
    count: 1,
    codes,
    since: firstOf(lines),
    provider,
    text: `Callbacks of ${provider} are refused (${listOf(codes)}${from === '' ? '' : `, from ${from}${more}`}), and ${since}: deposits may be missed`,
    cure: `deposit-callback log --provider ${provider} --outcome rejected; if they are its own, ${refusalCures[most as RefusalCode]}; then have it send again, or deposit-callback reconcile`,
  };
}
