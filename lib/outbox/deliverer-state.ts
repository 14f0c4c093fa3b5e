import { DepositCallbackError, isDepositCallbackError } from '../errors.ts';
import type { Logger } from '../observe/logger.ts';
import type { News } from '../observe/news.ts';
import type { Notices } from '../observe/notices.ts';
import type { Store } from '../stores/store.ts';
import type { Backoff } from './backoff.ts';
import type { Held, Leases } from './leases.ts';
import type { Listeners } from './listeners.ts';
import type { Orphans } from './orphans.ts';
import type { Pace } from './pace.ts';
import type { Share } from './share.ts';
import type { Waiters } from './waiters.ts';

export interface DeliverySettings {
  /** Deposits whose listeners run at once. */
  concurrency: number;
  /** Deliveries before an event is a dead letter. */
  attempts: number;
  leaseMs: number;
  pollMs: number;
  backoff: Backoff;
  random: () => number;
}

/** Where it writes what an operator has to know. */
export interface Reports {
  logger: Logger;
  news: News;
}

/** One deliverer: what it was made of, and where it stands. */
export interface DelivererState<Tx> extends Reports {
  readonly store: Store<Tx>;
  readonly settings: DeliverySettings;
  readonly listeners: Listeners<Tx>;
  readonly pace: Pace;
  readonly share: Share;
  readonly waiters: Waiters;
  readonly orphans: Orphans;
  readonly leases: Leases;
  /** Deliveries that failed: a ledger that is down fails all of them, each again and again. */
  readonly failures: Notices;
  /** Claimed, and waiting for a place among those that are handed out at once. */
  queue: Held[];
  /** Deposits whose listeners run now. */
  busy: number;
  /** A claim is under way; `claimed` resolves when it has ended. */
  claiming: boolean;
  claimed: Promise<void>;
  /** Somebody asked for a claim since the last look. */
  claimAgain: boolean;
  /** Most events that the claim under way may bring. */
  asked: number;
  /** Most events that the commits under way may bring (`take-new.ts`). */
  promised: number;
  /** More is owed than there was room for, so the oldest is claimed first and nothing new is leased at its commit. */
  isBehind: boolean;
  /**
   * Events may be due once those held up to this number (`Leases.count`) have ended: each end is followed by a look. Undefined if
   * nothing was left owed since a look that found nothing.
   */
  owedBehind: number | undefined;
  /** The opening of the store, from the first claim on. */
  opened: Promise<void> | undefined;
  closed: boolean;
  poll: NodeJS.Timeout | undefined;
  unsubscribe: (() => void) | undefined;
  /** A delivery has ended here: it may have made room, or another event due. */
  onEnded: () => void;
  /** When the store was last asked for events that nobody listens to. */
  lookedAt: number;
}

export function report({ logger, news }: Reports, message: string, cause: unknown): void {
  logger.error({ error: cause }, message);
  news.tell(
    'error',
    isDepositCallbackError(cause) ? cause : new DepositCallbackError('UNAVAILABLE', message, { cause }),
  );
}
