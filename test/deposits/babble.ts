import type { FoldRules } from '../../lib/deposits/fold-rules.ts';
import type { Statement, StatementKind } from '../../lib/deposits/statement.ts';
import type { Dice } from './model.ts';

const kinds: readonly StatementKind[] = ['seen', 'mined', 'confirmed', 'confirmed', 'failed', 'removed'];
const positions = ['native', 'out:0', 'out:1', 'ix:0', 'log:0', 'log:1', 'trace:0', 'ix:0.1'];

/** Statements that need not fit any chain: providers may lie, contradict themselves and leave out what they like. */
export function babble(roll: Dice, count: number): Statement[] {
  return Array.from({ length: count }, (_, index) => {
    const statement: Statement = {
      provider: roll.pick(['A', 'A', 'B', 'B', 'C', 'M', 'T', 'chain']),
      kind: roll.pick(kinds),
      amount: roll.pick([5n, 7n, 12n]),
      eventId: roll.chance(0.4) ? `shared ${roll.below(3)}` : `${index}`,
      row: index,
    };
    if (roll.chance(0.6)) statement.blockHash = roll.pick(['X', 'Y', 'Z']);
    if (roll.chance(0.5)) statement.position = roll.pick(positions);
    if (roll.chance(0.8)) statement.confirmations = roll.pick([0, 1, 2, 3, 5, 9]);
    if (roll.chance(0.7)) statement.at = roll.below(5);
    if (roll.chance(0.1)) statement.memo = roll.pick(['m', 'n']);
    if (roll.chance(0.1)) statement.check = roll.pick(['REPLACEABLE', 'DELIVERED_MISSING', 'MEMO_MISSING']);
    if (roll.chance(0.2)) statement.shows = [roll.pick(['replaceable', 'delivered'])];
    return statement;
  });
}

export function babbleRules(roll: Dice): FoldRules {
  return {
    confirmations: roll.pick([1, 2, 3, 5]),
    reorgDepth: roll.pick([2, 3, 5, 9]),
    quorum: roll.pick([1, 1, 1, 2, 3]),
    chainRequired: roll.chance(0.1),
    networkHasMemos: roll.chance(0.5),
    keyedBy: roll.chance(0.1) ? 'payment' : 'transaction',
    providers: {
      C: { reportsConfirmations: 3 },
      M: { reportsMemos: false },
      T: { trustMined: true, reportsConfirmations: false },
    },
  };
}
