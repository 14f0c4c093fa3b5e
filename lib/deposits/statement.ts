import type { CheckCode, EvidenceName } from './codes.ts';

/**
 * The state of a transfer in a provider's statement. `seen`: only in the mempool; `mined`: in a block, not yet final
 * for the provider.
 */
export type StatementKind = 'seen' | 'mined' | 'confirmed' | 'failed' | 'removed';

/**
 * A statement of one provider instance about one transfer in one block: the input of `fold`. Stored, and never
 * overwritten.
 */
export interface Statement {
  /** Name of the provider instance; `chain` is the service's own chain check. */
  provider: string;
  kind: StatementKind;
  /** Smallest units of the asset. Plays no part in a removal. */
  amount: bigint;
  /** Canonical memo or tag; absent if there is none, or if the provider cannot report it. */
  memo?: string;
  /**
   * `native`, `out:N`, `ix:N` (fixed by the transaction); `log:N`, `event:N`, `trace:...`, `ix:N.M` (fixed by a block); or a
   * private id of the provider's, `transfer:...`. `positions.ts` has the scopes.
   */
  position?: string;
  blockHash?: string;
  /** As the provider counts them; absent is 0. */
  confirmations?: number;
  /** The event's own time in the signed body, epoch ms; never a signing, attempt or arrival time. */
  at?: number;
  /** The provider's event that contained this row: rows of one event are several transfers. */
  eventId: string;
  /** The index of the row in that event, from 0. */
  row: number;
  /** With which the amount was read. */
  decimals?: number;
  /** A named check that keeps this row from being credited until it is cleared. */
  check?: CheckCode;
  /** Evidence that the check wants and did not get: a later statement that shows all of it clears the check. */
  lacks?: readonly EvidenceName[];
  /** Evidence of the named checks that this statement carries, and that is good. */
  shows?: readonly EvidenceName[];
  /** A failure of this transfer alone, inside a transaction that may have succeeded. Absent: of the whole transaction. */
  failure?: 'transfer';
  /**
   * The provider's own id of the event, if it signs one: what it says later under the same id corrects what it said.
   */
  report?: string;
  /** Fingerprint of the key that signed it: instances that share a key have one vote. */
  signedBy?: string;
  /** The count that it had when it was recorded, if that is not its own count: configuration changes later. */
  counted?: Counted;
}

/** What a statement counts as under one configuration. */
export interface Counted {
  confirmations: number;
  /** Default false: mined suffices (`trustMined`). */
  trusted?: boolean;
  /** Default true; false for a provider that cannot report the memos of the network. */
  tellsRows?: boolean;
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
  blockNumber?: string;
  /** A failure of what was not ours, or not listed, when it came: it ends what was credited before, and begins nothing. */
  onlyEnds?: true;
}

/**
 * The key that distinguishes deposits, before their amounts (docs/rules.md#group). Each field is in its network's
 * canonical form. A provider that is keyed by payment (docs/rules.md#payments) has `payment` in place of a transaction.
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
