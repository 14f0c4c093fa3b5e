import type { AmountFold } from './amount-fold.ts';
import { checkResults } from './codes.ts';
import type { DepositStatus, EventKind } from './deposit.ts';
import { eventId } from './identity.ts';
import type { Copy } from './moves.ts';

/** What one step makes of one copy. */
export interface Transition {
  status: DepositStatus;
  generation: number;
  /** Events to make, in the order in which listeners are to get them. */
  events: { kind: EventKind; generation: number }[];
  /** Ids of events to cancel. */
  cancelled: string[];
}

/**
 * Status and events of one copy, after its moves.
 *
 * Status follows from fold and facts alone, the first that applies:
 * 1. `confirmed`: credited, whatever is said of it meanwhile; a code says what is odd.
 * 2. `reverted`: an operator says that the credit was false, whatever is still said of it; `failed` if it never was
 *    credited, or told as pending and not credited since.
 * 3. `quarantined`: not credited, may be true, and a conflict, check, hold or the chain check keeps it back; or its
 *   memo is unknown. `ignored` if another provider reports the same amount with its memo.
 * 4. `pending`: not credited and may be true.
 * 5. `failed`: can no longer be true, and never credited, or reported as pending and not credited since.
 * 6. `reverted`: can no longer be true, and was credited.
 *
 * Late news never moves a status back: `confirmed` is left only by a revert; and once a deposit was credited, a report
 * from mempool or without confirmations does not make it pending again, only a block that may hold it does.
 */
export function transition(copy: Copy, fold: AmountFold, memoIsReportedElsewhere: boolean): Transition {
  const made: Transition = { status: 'pending', generation: copy.facts.generation, events: [], cancelled: [] };
  let isCancelled = copy.facts.isCancelled;
  for (const move of copy.moves) {
    if (move === 'credit') made.generation += 1;
    isCancelled = move === 'cancel';
    if (move === 'cancel') made.cancelled.push(eventId(copy.id, made.generation, 'deposit'));
    else made.events.push({ kind: move === 'credit' ? 'deposit' : 'deposit.reverted', generation: made.generation });
  }
  const upcoming = made.generation + 1;
  const isMade: IsMade = (kind, generation) => copy.facts.made.has(eventId(copy.id, generation, kind));

  if (copy.isCredited) {
    made.status = 'confirmed';
  } else if (copy.code === 'OPERATOR_REVERTED') {
    end(made, isMade, [upcoming]);
  } else if (copy.code === 'MEMO_UNKNOWN') {
    made.status = memoIsReportedElsewhere ? 'ignored' : 'quarantined';
  } else if (copy.ordinal <= (made.generation === 0 ? Math.max(fold.possible, fold.reported) : fold.possible)) {
    made.status = isQuarantine(copy) ? 'quarantined' : 'pending';
    const kind = 'deposit.pending';
    if (made.status === 'pending' && !isMade(kind, upcoming)) made.events.push({ kind, generation: upcoming });
  } else {
    // A listener that got the pending event also gets its end; a cancelled `deposit` was never delivered.
    end(made, isMade, [upcoming, ...(isCancelled ? [made.generation] : [])]);
  }
  return made;
}

type IsMade = (kind: EventKind, generation: number) => boolean;

/** Says that it will not be credited to whoever was told, in one of the generations, that it is pending. */
function end(made: Transition, isMade: IsMade, generations: readonly number[]): void {
  const promised = generations.find((one) => isMade('deposit.pending', one));
  made.status = promised !== undefined || made.generation === 0 ? 'failed' : 'reverted';
  const kind = 'deposit.failed';
  if (promised !== undefined && !isMade(kind, promised)) made.events.push({ kind, generation: promised });
}

const quarantining: ReadonlySet<string> = new Set(['CONFLICT', 'HELD', 'CHAIN_DISAGREES', 'COPIES_UNCLEAR']);

function isQuarantine({ code }: Copy): boolean {
  if (code === undefined) return false;
  return quarantining.has(code) || Object.hasOwn(checkResults, code);
}
