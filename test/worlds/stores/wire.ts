import type { Verb } from '../../../lib/deposits/decisions.ts';
import type { FoldRules } from '../../../lib/deposits/fold-rules.ts';
import type { HoldAnswer } from '../../../lib/deposits/holding.ts';
import type { Correcting } from '../world.ts';

/** What one callback of a world tells. */
export interface Told {
  /** Key of the world's transaction. */
  key: string;
  rules: FoldRules;
  policy: WorldPolicy;
  /** Each as a store keeps it, in JSON. */
  statements: readonly string[];
}

/** What the policy of a world says of each deposit, and whether the world's network is frozen. */
export interface WorldPolicy {
  answer?: HoldAnswer;
  isFrozen: boolean;
}

/** What an operator, retention or the driver does in one world. */
export interface Act {
  key: string;
  rules?: FoldRules;
  policy?: WorldPolicy;
  act: Verb | 'look' | 'prune' | 'load' | 'booked' | 'owed';
  /** Of a verb: which of the transaction's deposits, and why. */
  place?: number;
  reason?: string;
  correction?: Correcting;
}
