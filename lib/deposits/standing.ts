import type { AmountFold } from './amount-fold.ts';
import type { DepositCode } from './codes.ts';
import { type Ruling, unreleased } from './decisions.ts';
import { type Copy, doubtsLeft } from './moves.ts';
import type { StoredDeposit } from './transaction-state.ts';

/** How one deposit stands, for whoever decides on it: what stands, not only the one code that is shown. */
export interface Standing {
  deposit: StoredDeposit;
  isCredited: boolean;
  /** It is no longer true, or its memo is unknown, or the chain denies it: nothing can credit it. Of a credit: the chain denies it. */
  isGone: boolean;
  ruling: Ruling;
  /** Conflicts, checks and doubts that keep it back and that no decision has ended. */
  stands: readonly DepositCode[];
  /** Why its credit may be false, without what an operator has accepted. */
  doubts: readonly DepositCode[];
  /** Units, as reported. */
  reported: bigint;
}

export function standingOf(copy: Copy, fold: AmountFold, deposit: StoredDeposit): Standing {
  const most = deposit.generation === 0 ? Math.max(fold.possible, fold.reported) : fold.possible;
  const isDenied = fold.code === 'CHAIN_DISAGREES' && fold.releasable === 0;
  return {
    deposit,
    isCredited: copy.isCredited,
    isGone: isDenied || (!copy.isCredited && (copy.ordinal > most || fold.code === 'MEMO_UNKNOWN')),
    ruling: copy.ruling,
    stands: unreleased(copy.ruling, fold.stands, fold.amount),
    doubts: copy.isAboveDue ? doubtsLeft(copy, fold) : [],
    reported: fold.amount,
  };
}
