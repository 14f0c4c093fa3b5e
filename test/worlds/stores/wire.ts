import type { FoldRules } from '../../../lib/deposits/fold-rules.ts';

/** What one callback of a world tells. */
export interface Told {
  /** Key of the world's transaction. */
  key: string;
  rules: FoldRules;
  /** Each as a store keeps it, in JSON. */
  statements: readonly string[];
}

/** What an operator, retention or the driver does in one world. */
export interface Act {
  key: string;
  rules?: FoldRules;
  act: 'hold' | 'release' | 'revert' | 'look' | 'prune' | 'load' | 'booked' | 'owed';
  /** Of `hold`, `release` and `revert`: which of the transaction's deposits. */
  place?: number;
}
