import type { Verb } from '../../lib/deposits/decisions.ts';
import type { DepositEvent } from '../../lib/deposits/deposit.ts';
import type { FoldRules } from '../../lib/deposits/fold-rules.ts';
import type { HoldAnswer } from '../../lib/deposits/holding.ts';
import type { StoredStatement } from '../../lib/deposits/statement.ts';
import type { StoredDeposit } from '../../lib/deposits/transaction-state.ts';

/** Of the asset that is paid, as the policy pins them. */
export const decimals = 6;

/** What happens in a world, one thing after another. Each step is data, so that a world can be kept, shrunk and played anywhere. */
export type Step =
  /** One callback, or what came together. */
  | { do: 'tell'; statements: readonly StoredStatement[] }
  /** The service starts again with another configuration or policy. */
  | { do: 'configure'; rules: FoldRules }
  /** Folds again without news: `reassess`, or news of another recipient of the same transaction. */
  | { do: 'look' }
  /** The deliverer hands out what is owed; `share` of it, from 0 to 1. */
  | { do: 'hand'; share: number }
  /** An operator decides about the deposit at that place in the list, if there is one. */
  | { do: 'decide'; decision: Verb; place: number; reason: string; correction?: Correcting }
  /** From now on `policy.hold` answers so for each deposit, and the network is frozen or not. */
  | { do: 'policy'; answer: HoldAnswer; isFrozen: boolean }
  /** Retention forgets what may be forgotten. */
  | { do: 'prune' }
  /** The process is killed and starts again: what was stored is read back. */
  | { do: 'restart' };

/** What an operator says that a report has wrong. */
export interface Correcting {
  memo?: string | null;
  decimals?: number;
}

/** A provider of the world, with its traits as they are declared and shown in its fixtures. */
export interface Witness {
  name: string;
  /** Whose traits it has: `cobo`, `bitgo`. */
  like: string;
  /** The vocabularies of its positions; empty where it names none. */
  positions: readonly string[];
  namesBlocks: boolean;
  leavesOutBlocks: boolean;
  namesTimes: boolean;
  counts: boolean;
  /** What its "confirmed" means, where that is a number. */
  meaning: number | undefined;
  reportsMemos: boolean;
  sendsRemovals: boolean;
  trustMined: boolean;
  /** Fingerprint of its key. */
  key: string;
  /** It says what it likes, with a good signature. */
  isHostile: boolean;
}

/** One block that held the transaction, and how many transfers of each amount (`amount` or `amount|memo`) were in it. */
export interface Branch {
  hash: string;
  rows: Readonly<Record<string, number>>;
}

export interface World {
  seed: number;
  rules: FoldRules;
  witnesses: readonly Witness[];
  steps: readonly Step[];
  /** Every block that ever held the transaction, in order. */
  branches: readonly Branch[];
  /** The block that holds it at the end, if one does. */
  stays: Branch | undefined;
  /** Some honest provider tells a wrong amount: then only the number of credits is judged, not which. */
  isMisread: boolean;
  /** What is out of the ordinary, for the counts. */
  traits: readonly string[];
}

/** What a receiver did in one step. */
export interface Outcome {
  /** Events made now, in their order. */
  events: readonly DepositEvent[];
  /** Ids of events cancelled now. */
  cancelled: readonly string[];
  /** All deposits of the transaction, as they stand afterwards; those that retention forgot are gone. */
  deposits: readonly StoredDeposit[];
  /** Why an operator's decision was refused, if it was. */
  refused?: string;
}

/** What is wrong in a world. `kind` says which promise was broken. */
export interface Violation {
  kind:
    | 'credited more often than any block held it'
    | 'credited an amount that no block held'
    | 'credited what no provider says to be in the chain'
    | 'credited without the votes'
    | 'credited past a check'
    | 'taken back without a word'
    | 'taken back without the votes'
    | 'kept though the votes took it back'
    | 'credited past an operator'
    | 'credited past the policy'
    | 'credited otherwise than corrected'
    | 'a revert that takes nothing back'
    | 'lost without a code'
    | 'above due without a code'
    | 'told an event twice'
    | 'threw';
  step: number;
  what: string;
}
