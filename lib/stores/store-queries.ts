import type { DepositStatus, EventKind } from '../deposits/deposit.ts';
import type { CallbackRecord, StoredEvent } from './store.ts';

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
