import type { Decision } from './decisions.ts';
import type { DepositEvent, DepositRecord, EventKind } from './deposit.ts';
import type { Group, StoredStatement } from './statement.ts';
import type { CreditedTerms } from './terms.ts';

export type { Decision } from './decisions.ts';

/**
 * All that the store knows of one transaction (or of one payment, docs/rules.md#payments): the unit that is loaded, folded and
 * committed with compare-and-set. It holds the groups of the transaction, so that a removal which names only the
 * transaction reaches each of them, also those that it precedes.
 */
export interface TransactionState {
  /** `transactionKey(group)`. */
  key: string;
  /** 0 if nothing is stored yet; each commit adds 1. */
  version: number;
  statements: readonly StoredStatement[];
  deposits: readonly StoredDeposit[];
  /** Every event ever made, cancelled ones too, oldest first. */
  facts: readonly EventFact[];
  decisions: readonly Decision[];
}

/** A deposit with what the fold needs to find it again. */
export interface StoredDeposit extends DepositRecord, CreditedTerms {
  group: Group;
  /** Copy ordinal from 1 (docs/rules.md#deposit-id). */
  ordinal: number;
  /** When it last began to be pending or held, epoch ms; absent when neither: what `stuck` counts from (docs/rules.md#stuck). */
  waitingSince?: number;
  /** Where an operator has corrected it: the amount (units) and memo as they were reported, which it is found by. */
  reported?: { amount: string; memo?: string };
}

/** What listeners and the public see of a stored deposit. */
export function depositRecordOf(stored: StoredDeposit): DepositRecord {
  const {
    group: _group,
    ordinal: _ordinal,
    waitingSince: _since,
    creditedWith: _credited,
    creditedUnder: _under,
    creditedAlso: _also,
    reported: _reported,
    ...record
  } = stored;
  return record;
}

/** A fact that this package created: an event, and what became of it (docs/rules.md#facts). */
export interface EventFact {
  id: string;
  depositId: string;
  kind: EventKind;
  generation: number;
  /** Whether any listener was ever handed it. */
  handed: boolean;
  cancelled: boolean;
}

/** The changes that one commit makes to one transaction. */
export interface TransactionChange {
  key: string;
  /** The version that the change was computed from: the commit is lost if the store holds another. */
  expectedVersion: number;
  statements: readonly StoredStatement[];
  /** Whole deposits, new or changed. */
  deposits: readonly StoredDeposit[];
  /** New events, in the order in which listeners are to get them. */
  events: readonly DepositEvent[];
  /**
   * Ids of events to cancel; the commit is lost if one of them was handed to a listener meanwhile
   * (docs/rules.md#revert).
   */
  cancelled: readonly string[];
  decisions: readonly Decision[];
}
