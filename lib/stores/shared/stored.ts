import type { DepositEvent, DepositStatus, EventKind } from '../../deposits/deposit.ts';

/** A line of the callback log; with `body`, the complete callback. */
export interface CallbackRecord {
  id: string;
  provider: string;
  receivedAt: number;
  /** Canonical address of the sender, as far as the proxies are trusted. */
  remoteAddress: string;
  method: string;
  /** Path and query, secrets redacted. */
  url: string;
  /** An allow-list; credential headers redacted. */
  headers: Readonly<Record<string, string>>;
  body?: Buffer;
  /** SHA-256, hex, of the body, or of path and query if it is empty; '' if none was read, and for one over 64 KiB that was refused. */
  bodyHash: string;
  bodyBytes: number;
  deliveryId?: string;
  signedAt?: number;
  keyId?: string;
  outcome: 'recorded' | 'duplicate' | 'ignored' | 'quarantined' | 'rejected';
  code?: string;
  /** What became of each transfer, in the order of the callback; those that could not be read come last. */
  transfers: readonly TransferOutcome[];
  /** From the first byte to the outcome. */
  tookMs: number;
  /**
   * Every transfer was recorded, or failed by a check that cannot change, or is a deposit in quarantine, or there is none
   * and never will be (a heartbeat): the same delivery need not be read again.
   */
  finished: boolean;
}

/** The outcome of one transfer of a callback. */
export interface TransferOutcome {
  outcome: 'recorded' | 'ignored' | 'failed' | 'quarantined';
  code?: string;
  /** Of a row that could not be read: its path in the body, for example `event.activity.3`. */
  path?: string;
  /** Of a row that could not be read: why. */
  reason?: string;
  /** The network or asset that nobody knows, as the provider writes it, for the codes that say so. */
  name?: string;
  depositId?: string;
  transactionKey?: string;
}

/** An event with its delivery state. */
export interface StoredEvent extends DepositEvent {
  state: 'owed' | 'leased' | 'handled' | 'dead' | 'cancelled';
  attempts: number;
  /** While it is leased: when the lease runs out. While it waits for an earlier event of its deposit: when it was made. */
  dueAt: number;
  madeAt: number;
  handed: boolean;
  settledAt?: number;
  error?: string;
  /** How often its holder died while it was leased, since it last failed or was handled; absent for never. */
  crashes?: number;
}

/** A query for callbacks, newest first, without bodies. `before` is the id of the last one of the previous page. */
export interface CallbackQuery {
  provider?: string;
  outcome?: CallbackRecord['outcome'];
  code?: string;
  finished?: boolean;
  since?: number;
  until?: number;
  before?: string;
  limit: number;
}

/** A query for deposits, newest `firstSeenAt` first. `before` is the id of the last one of the previous page. */
export interface DepositQuery {
  status?: DepositStatus;
  network?: string;
  asset?: string;
  to?: string;
  transactionId?: string;
  since?: number;
  before?: string;
  limit: number;
}

/** A query for events, newest first. */
export interface EventQuery {
  state?: StoredEvent['state'];
  depositId?: string;
  kind?: EventKind;
  limit: number;
}
