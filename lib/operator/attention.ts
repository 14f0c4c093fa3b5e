import { alarmOf } from '../deposits/alarms.ts';
import type { DepositRecord, EventKind } from '../deposits/deposit.ts';
import type { StoredDeposit } from '../deposits/transaction-state.ts';
import { findNetwork, networks } from '../networks/registry.ts';
import type { Cursor, Store, StoreCounts } from '../stores/store.ts';
import { unreadBlocks } from './chain-progress.ts';
import type { LastCallbacks } from './last-callbacks.ts';
import { are, listOf, type Need, type NeedKind, tallyOf, things } from './need.ts';
import type { Refused } from './refused.ts';
import type { SilentNetwork } from './silent-networks.ts';

export interface AttentionOptions {
  store: Store;
  /** Without them no provider counts as silent, and refused ones are found in the log alone. */
  providers?: readonly { name: string }[];
  silenceMs?: number | undefined;
  /** Networks that stand still, as heartbeats say; without it they are not known. */
  silentNetworks?: () => readonly SilentNetwork[];
  lastCallbacks: LastCallbacks;
  refused: Refused;
  /** Whether this process listens to a kind of event; without it `unheard` is not known. */
  listensTo?: (kind: EventKind) => boolean;
  now: number;
}

const sampled = 1_000;
/** An event that is owed for longer is worth a look: its listener fails, hangs or is missing. */
export const backlogMs: number = 10 * 60_000;
const leastFree = { share: 0.05, bytes: 256 * 2 ** 20 };

/** Everything that needs a person now, what most concerns money first. */
export async function findNeeds(
  options: AttentionOptions,
): Promise<{ needs: Need[]; counts: StoreCounts; cursors: readonly Cursor[] }> {
  const [counts, cursors] = await Promise.all([options.store.counts(), options.store.cursors()]);
  const found = await Promise.all([
    deadLetters(counts),
    unheard(options),
    quarantined(options.store, counts),
    unread(options.store, counts),
    unverified(counts),
    backlog(counts, options.now),
    waiting(options),
    options.refused.needs(options.providers, options.now),
    silent(options),
    silentOn(options),
    unreadBlocks(cursors, options.now),
    disk(options.store),
  ]);
  return { needs: found.flat(), counts, cursors };
}

function deadLetters({ dead }: StoreCounts): Need[] {
  if (dead === 0) return [];
  const text = `${things(dead, 'event')} ${dead === 1 ? 'is a dead letter' : 'are dead letters'}: not credited, not taken back`;
  return [
    {
      kind: 'dead-letters',
      count: dead,
      text,
      cure: 'deposit-callback dead-letters; fix the listener, then deposit-callback redeliver --all',
    },
  ];
}

async function unheard({ store, listensTo = () => true }: AttentionOptions): Promise<Need[]> {
  const kinds = (['deposit', 'deposit.reverted'] as const).filter((kind) => !listensTo(kind));
  const found = await Promise.all(
    kinds.map(async (kind) => ({ kind, events: await store.events({ state: 'owed', kind, limit: sampled }) })),
  );
  return found
    .filter(({ events }) => events.length > 0)
    .map(({ kind, events }) => ({
      kind: 'unheard',
      count: events.length,
      text: `${things(events.length, 'event')} of kind ${kind} ${are(events.length)} owed, but nothing listens`,
      cure: `add callbacks.on('${kind}', ...); owed events are then delivered`,
    }));
}

async function quarantined(store: Store, counts: StoreCounts): Promise<Need[]> {
  const count = counts.deposits.quarantined ?? 0;
  if (count === 0) return [];
  const deposits = await store.deposits({ status: 'quarantined', limit: sampled });
  const codes = tallyOf(deposits.map(({ code }: DepositRecord) => code));
  const { UNASSIGNED: unassigned = 0, ...others } = codes;
  const needs: Need[] = [];
  if (count > unassigned) {
    const kept = count - unassigned;
    needs.push({
      kind: 'quarantined',
      count: kept,
      codes: others,
      text: `${things(kept, 'deposit')} ${are(kept)} not credited until an operator decides (${listOf(others)})`,
      cure: 'deposit-callback deposits --status quarantined; then show; release what is true, revert what is false',
    });
  }
  if (unassigned > 0) {
    needs.push({
      kind: 'unassigned',
      count: unassigned,
      text: `${things(unassigned, 'deposit')} went to one of your accounts without a known customer`,
      cure: 'find the customer: name the account in the policy, then deposit-callback reprocess; or correct it with --account',
    });
  }
  return needs;
}

async function unread(store: Store, { unread: count }: StoreCounts): Promise<Need[]> {
  if (count === 0) return [];
  const callbacks = await store.callbacks({ outcome: 'quarantined', finished: false, limit: sampled });
  const codes = tallyOf(callbacks.map(({ code, transfers }) => transfers.find((one) => isUnread(one))?.code ?? code));
  return [
    {
      kind: 'unread',
      count,
      codes,
      text: `${things(count, 'callback')} could only be read in part, and may report deposits (${listOf(codes)})`,
      cure: 'deposit-callback log --outcome quarantined; upgrade or fix the options, then deposit-callback reprocess',
    },
  ];
}

function isUnread({ outcome, depositId }: { outcome: string; depositId?: string }): boolean {
  return outcome === 'quarantined' && depositId === undefined;
}

function unverified({ unverified: count }: StoreCounts): Need[] {
  if (count === 0) return [];
  return [
    {
      kind: 'unverified',
      count,
      text: `${things(count, 'callback')} could not be verified and ${are(count)} kept`,
      cure: 'if a key was rotated, add the new one; then deposit-callback reverify',
    },
  ];
}

function backlog({ owed, oldestOwedAt }: StoreCounts, now: number): Need[] {
  if (oldestOwedAt === undefined || now - oldestOwedAt <= backlogMs) return [];
  const minutes = Math.round((now - oldestOwedAt) / 60_000);
  return [
    {
      kind: 'backlog',
      count: owed,
      since: oldestOwedAt,
      text: `${things(owed, 'event')} ${are(owed)} owed to the listeners, the oldest for ${minutes} minutes`,
      cure: 'check that the service runs, that it listens to every kind of event, and its log for failed deliveries',
    },
  ];
}

async function waiting({ store, now }: AttentionOptions): Promise<Need[]> {
  const found = await store.waiting({ before: now + 1, limit: sampled });
  const deposits = found.map(({ deposit }) => deposit);
  const held = deposits.filter((one) => alarmOf(one) === 'DEPOSIT_HELD');
  const doubted = deposits.filter((one) => alarmOf(one) === 'CREDIT_IN_DOUBT');
  const late = deposits.filter((one) => alarmOf(one) === undefined && now - sinceOf(one) > boundOf(one.network));
  return [
    ...needOf('held', held, (count, codes) => ({
      text: `${things(count, 'deposit')} ${are(count)} held, because a provider took back what they rest on (${codes})`,
      cure: 'deposit-callback deposits --status pending; look at the chain; release what is true, revert what is false',
    })),
    ...needOf('in-doubt', doubted, (count, codes) => ({
      text: `${things(count, 'deposit')} ${are(count)} credited, and may no longer be true (${codes})`,
      cure: 'deposit-callback deposits --status confirmed; look at the chain; release what is true, revert what is false',
    })),
    ...needOf('stuck', late, (count, codes) => ({
      text: `${things(count, 'deposit')} ${are(count)} pending for longer than the network needs (${codes})`,
      cure: 'deposit-callback deposits --status pending; then show: its code says what it waits for',
    })),
  ];
}

function needOf(
  kind: NeedKind,
  deposits: readonly StoredDeposit[],
  say: (count: number, codes: string) => Pick<Need, 'text' | 'cure'>,
): Need[] {
  if (deposits.length === 0) return [];
  const codes = tallyOf(deposits.map(({ code }) => code));
  const since = Math.min(...deposits.map(sinceOf));
  return [{ kind, count: deposits.length, codes, since, ...say(deposits.length, listOf(codes)) }];
}

function sinceOf({ waitingSince, firstSeenAt }: StoredDeposit): number {
  return waitingSince ?? firstSeenAt;
}

/** For how long a deposit may wait on its network. One of a network that is no longer defined waits as on the quickest. */
function boundOf(network: string): number {
  return findNetwork(network)?.stuckAfterMs ?? Math.min(...networks.map(({ stuckAfterMs }) => stuckAfterMs));
}

async function silent({ providers = [], silenceMs, lastCallbacks, now }: AttentionOptions): Promise<Need[]> {
  if (silenceMs === undefined) return [];
  const found = await Promise.all(
    providers.map(async ({ name }) => ({ name, heardAt: await lastCallbacks.lastAt(name, now) })),
  );
  return found.flatMap(({ name, heardAt }): Need[] => {
    // One that has never sent anything may be new; it is silent once it has spoken and stopped.
    if (typeof heardAt !== 'number' || now - heardAt < silenceMs) return [];
    return [
      {
        kind: 'silent',
        count: 1,
        since: heardAt,
        provider: name,
        text: `${name} has sent nothing since ${new Date(heardAt).toISOString()}: deposits may be missed`,
        cure: `deposit-callback log --provider ${name}; check its status page, then have it send again, or reconcile`,
      },
    ];
  });
}

function silentOn({ silentNetworks = () => [] }: AttentionOptions): Need[] {
  return silentNetworks().map(({ provider, network, since }) => ({
    kind: 'silent',
    count: 1,
    since,
    provider,
    network,
    text: `${provider} has read no new block of ${network} since ${new Date(since).toISOString()}, though its heartbeats come: deposits there may be missed`,
    cure: "look at the chain's own explorer; if the chain goes on, have the provider look at its node, or reconcile",
  }));
}

async function disk(store: Store): Promise<Need[]> {
  const room = await store.room?.();
  if (room === undefined || room.freeBytes > Math.max(leastFree.bytes, room.totalBytes * leastFree.share)) return [];
  const percent = ((room.freeBytes / room.totalBytes) * 100).toFixed(1);
  return [
    {
      kind: 'disk',
      count: 1,
      text: `The store has ${Math.floor(room.freeBytes / 2 ** 20)} MiB of space left (${percent} %): without space every callback gets a 503`,
      cure: 'free some space, or deposit-callback prune',
    },
  ];
}
