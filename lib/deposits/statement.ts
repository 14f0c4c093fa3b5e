import type { CheckCode } from './codes.ts';

/** What a provider says of a transfer in a block. `seen` is mempool only; `mined` is in a block, not yet final for it. */
export type StatementKind = 'seen' | 'mined' | 'confirmed' | 'failed' | 'removed';

/** What one provider instance has said of one transfer in one block: the input of `fold`. Kept, never overwritten. */
export interface Statement {
  /** Name of the provider instance; `chain` is the service's own chain check. */
  provider: string;
  kind: StatementKind;
  /** Smallest units of the asset. Plays no part in a removal. */
  amount: bigint;
  /** Canonical memo or tag; absent where there is none, or where the provider cannot tell. */
  memo?: string;
  /** `native`, `out:N`, `ix:N` (fixed by the transaction) or `log:N`, `event:N`, `trace:...`, `ix:N.M` (fixed by a block). */
  position?: string;
  blockHash?: string;
  /** As the provider counts them; absent is 0. */
  confirmations?: number;
  /** The event's own time in the signed body, epoch ms; never a signing, attempt or arrival time. */
  at?: number;
  /** Which event of the provider's this row came in: rows of one event are several transfers. */
  eventId: string;
  /** Which row of that event, from 0. */
  row: number;
  /** A named check that keeps this row from being credited until an operator decides. */
  check?: CheckCode;
}

/** A statement as a store keeps it. `group` is absent for a removal or failure of a whole transaction. */
export interface StoredStatement extends Statement {
  /** `eventId` and `row` and provider, as one text: the same event read again is the same statement. */
  id: string;
  group?: Group;
  /** `''` for what our own chain check says. */
  callbackId: string;
  receivedAt: number;
  from?: string;
  /** The customer's account, as `policy.accounts` named it. */
  account?: string;
  symbol?: string;
  decimals?: number;
  blockNumber?: string;
}

/**
 * What deposits are told apart by, before their amounts (rule 4). Each field is in its network's canonical form.
 * A provider that is keyed by payment (rule 26) has `payment` in place of a transaction.
 */
export interface Group {
  network: string;
  asset: string;
  to: string;
  /** Canonical transaction id; for a payment, the last one named, or ''. */
  transactionId: string;
  /** `instance/payment id`, for a provider keyed by payment. */
  payment?: string;
}
