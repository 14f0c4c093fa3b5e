import type { DepositEvent, DepositRecord, DepositStatus, EventKind } from '../deposits/deposit.ts';
import type { StoredStatement } from '../deposits/statement.ts';
import type { StoredDeposit, TransactionChange, TransactionState } from '../deposits/transaction-state.ts';
import type { CursorStore } from './shared/cursor.ts';
import type { CallbackQuery, CallbackRecord, DepositQuery, EventQuery, StoredEvent } from './shared/stored.ts';

export type { DepositEvent, DepositRecord, DepositStatus, EventKind } from '../deposits/deposit.ts';
export type { Group, Statement, StatementKind, StoredStatement } from '../deposits/statement.ts';
export type {
  Decision,
  EventFact,
  StoredDeposit,
  TransactionChange,
  TransactionState,
} from '../deposits/transaction-state.ts';
export type { Cursor, CursorStore } from './shared/cursor.ts';
export type {
  CallbackQuery,
  CallbackRecord,
  DepositQuery,
  EventQuery,
  StoredEvent,
  TransferOutcome,
} from './shared/stored.ts';

/**
 * The durable inbox: callbacks, statements, deposits, events, cursors. A store keeps and finds; it has no rules of its own.
 * Times are epoch ms. Texts are well-formed Unicode of any length, NUL included, and come back unchanged. `Tx` is the
 * type that `atomically` passes to a listener. `docs/stores.md` lists the promises; `describeStore` tests them.
 */
export interface Store<Tx = unknown> extends CursorStore {
  /** For the log: `memory`, `sqlite`, `postgres`, `redis`. */
  readonly name: string;
  /** Whether an acknowledged callback survives the process. */
  readonly durable: boolean;
  /**
   * Whether `settle` runs the functions of several claims one after another in one transaction. A delivery that waits for it then
   * leaves its place among `delivery.concurrency` to the next, unless that is 1. Default false.
   */
  readonly settlesTogether?: boolean;

  /** Migrates, and refuses settings that would lose an acknowledged callback. Idempotent. */
  ready(): Promise<void>;
  /** Closes what the store opened; a client that the user brought stays open. Idempotent. */
  close(): Promise<void>;

  /** The states of the transactions named, in their order; one that is not stored comes with version 0. */
  load(keys: readonly string[]): Promise<TransactionState[]>;
  /**
   * One durable atomic step for all of it. Where a change is lost (another version is stored, or an event to cancel was
   * handed out or is not there) nothing of the batch is kept, and the keys to load again are named. With `batch.lease`,
   * `claims` are the new events that are leased to the caller from the start; a store may lease none.
   */
  commit(batch: Batch): Promise<Committed>;
  /** Writes lines of the log of callbacks that carry no duty: duplicates and refusals. Need not be synced. */
  log(callbacks: readonly CallbackRecord[]): Promise<void>;

  /**
   * Leases due events, the soonest due first: only the earliest event of a deposit that is not settled, none behind a
   * dead letter, none of the kinds in `except`. Marks them handed, durably, before it answers.
   */
  claim(request: ClaimRequest): Promise<Claim[]>;
  /** Renews a lease. Here and below: false when it is no longer ours; one that ran out and that nobody took still is. */
  extend(claim: Claim, leaseMs: number): Promise<boolean>;
  /**
   * Runs the functions in order and marks the event handled in one transaction; if the lease is no longer ours, runs
   * none and answers false. A function that throws rolls all back, and the lease stays.
   */
  settle(claim: Claim, functions: readonly ((tx: Tx) => unknown)[], options?: SettleOptions): Promise<boolean>;
  /**
   * Marks several events handled and runs the functions, all in one transaction. If a lease is no longer ours, or a function
   * throws, nothing is kept. Returns for each claim whether it was ours. Without this method listeners get batches of one.
   */
  settleAll?(claims: readonly Claim[], functions: readonly ((tx: Tx) => unknown)[]): Promise<readonly boolean[]>;
  /** Gives the event back, due after `delayMs`; with `dead`, as a dead letter. */
  fail(claim: Claim, failure: { error: string; delayMs: number; dead: boolean }): Promise<boolean>;
  /** Gives a claim back unhandled, as if it had not been attempted: for a stop. It stays marked as handed. */
  release(claim: Claim): Promise<boolean>;
  /**
   * Makes due, at once, the events whose holder is gone: a process that died, or a store that was closed. The attempt
   * does not count; the crash does. An event whose holders have died `crashes` times becomes a dead letter. A holder
   * that cannot be seen from here (on another machine, if the store is one file) keeps its events until their leases
   * end.
   */
  freeOrphaned(request: { crashes: number }): Promise<Orphaned>;
  /** Makes a dead letter due again, with its attempts and crashes counted from 0; false when there is none of that id. */
  redeliver(eventId: string): Promise<boolean>;
  /**
   * Calls `wake` soon after events may be due that another process committed; returns how to stop it. Only if the store
   * can know: the deliverer polls in any case.
   */
  onEvents?(wake: () => void): () => void;

  /** Keeps a callback whose signature did not match, within `quota` (`quarantineUnverified`); false when it is full. */
  keepUnverified(callback: CallbackRecord, quota: UnverifiedQuota): Promise<boolean>;
  /** Whole callbacks, oldest first. */
  unverified(query: { provider?: string; limit: number }): Promise<CallbackRecord[]>;
  dropUnverified(ids: readonly string[]): Promise<void>;

  /** With its body, as long as that is kept. */
  callback(id: string): Promise<CallbackRecord | undefined>;
  callbacks(query: CallbackQuery): Promise<CallbackRecord[]>;
  deposit(id: string): Promise<{ deposit: StoredDeposit; transactionKey: string } | undefined>;
  deposits(query: DepositQuery): Promise<DepositRecord[]>;
  /** Everything said of a deposit's transaction, in the order in which it was stored. */
  statements(transactionKey: string): Promise<StoredStatement[]>;
  events(query: EventQuery): Promise<StoredEvent[]>;
  /** Deposits that have been pending or held since before `before` (docs/rules.md#stuck), oldest first; `after` is the last one's id. */
  waiting(query: {
    before: number;
    network?: string;
    limit: number;
    after?: string;
  }): Promise<{ deposit: StoredDeposit; transactionKey: string }[]>;
  counts(): Promise<StoreCounts>;
  /** Free space for writes, if the store can know. */
  room?(): Promise<{ freeBytes: number; totalBytes: number } | undefined>;
  /**
   * Forgets what was received before `before`, in small steps: callbacks, except quarantined ones and the evidence,
   * those that a credit rests on; and the deposits of transactions that no `deposit` event was ever made for, unless
   * one of them waits or an event of it is owed or dead. What must outlive them (removals, failures, decisions, which
   * events were delivered) stays, and `load` still gives it. Returns how many callbacks went.
   */
  prune(before: number, options?: PruneOptions): Promise<number>;
}

/** Options of `prune`. */
export interface PruneOptions {
  /** Forgets evidence received before this time too, epoch ms. Default: none. */
  evidenceBefore?: number;
  /** `refusals`: only lines that never were money (refused, repetitions, heartbeats), and no deposit. Default: all. */
  only?: 'refusals';
  /** Passes over callbacks received before this time, epoch ms, which an earlier prune has looked at. Default 0. */
  since?: number;
  /** Forgets nothing, and returns how many callbacks would go. Default false. */
  dryRun?: boolean;
}

/** The changes that one durable step commits. */
export interface Batch {
  /** One whose id is stored already takes that one's place; without a body it keeps the stored one. */
  callbacks: readonly CallbackRecord[];
  changes: readonly TransactionChange[];
  /** Leases new events that are due at once, as if they were claimed in the same step: saves the claim. Default: none. */
  lease?: LeaseRequest;
}

/** A request to lease new events to whoever commits them. */
export type LeaseRequest = Pick<ClaimRequest, 'limit' | 'leaseMs' | 'except'>;

/** The result of a commit. */
export interface Committed {
  /** Keys to load again; nothing is kept unless it is empty. */
  lost: readonly string[];
  /** New events that are leased to the caller; absent for none. */
  claims?: readonly Claim[];
}

/** A request for due events. */
export interface ClaimRequest {
  limit: number;
  leaseMs: number;
  /** Kinds that no listener listens to and that stay owed. */
  except: readonly EventKind[];
  /** Only suspects, to be handed out one at a time with nothing beside them; default: only the others. */
  suspects?: boolean;
}

/**
 * The number of crashes after which an event is a suspect: its listener may be what ends the process, and events held
 * with it must not be given up with it. The first crash may be any kill, so nothing follows from it.
 */
export const suspectAfter = 2;

/** The events that a dead process had held. */
export interface Orphaned {
  /** How many events are due again. */
  freed: number;
  /** Those that are dead letters from now on. */
  dead: readonly DepositEvent[];
}

/** The error of an event that became a dead letter although no listener failed. */
export const endedWithItsProcess = 'Each process that handed it out ended before its listeners did';

/** Options of `Store.settle`. */
export interface SettleOptions {
  /** How many transactions may run functions at the same time. Default 1. */
  atOnce?: number;
}

/** A leased event. `token` is a fencing token: a settle with an older one finds nothing. */
export interface Claim {
  event: DepositEvent;
  token: string;
  /** This delivery's number, from 1. */
  attempt: number;
}

/**
 * Returns the bytes that an unverified callback counts towards its quota: its body, URL and headers, and 1 KiB for the
 * rest.
 */
export function unverifiedBytes({ bodyBytes, url, headers }: CallbackRecord): number {
  let bytes = bodyBytes + url.length + 1024;
  for (const [name, value] of Object.entries(headers)) bytes += name.length + value.length;
  return bytes;
}

/** The quota of unverified callbacks: bytes in all and by address, and callbacks by address and hour. */
export interface UnverifiedQuota {
  /** Bytes kept in all, and for one sender's address, as `unverifiedBytes` counts them. */
  bytes: number;
  bytesPerAddress: number;
  /** Callbacks kept for one sender's address within an hour. */
  perAddressPerHour: number;
}

/** The counts of a store. */
export interface StoreCounts {
  callbacks: number;
  /** Statuses that no deposit has are absent. */
  deposits: Readonly<Partial<Record<DepositStatus, number>>>;
  /** Leased ones too. */
  owed: number;
  dead: number;
  /** Quarantined callbacks that are not finished: nobody has read, or could read, all that they report. */
  unread: number;
  unverified: number;
  /** When the oldest owed event was made, epoch ms. */
  oldestOwedAt?: number;
}
