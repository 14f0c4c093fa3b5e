import assert from 'node:assert/strict';
import { fold, foldGroup } from '../../../lib/deposits/fold.ts';
import { amountKey } from '../../../lib/deposits/identity.ts';
import { babble, babbleRules } from '../../deposits/babble.ts';
import { createInbox, stored } from '../../deposits/inbox.ts';
import { dice } from '../../deposits/model.ts';
import type { FuzzTarget } from '../target.ts';
import { diceOf } from './dice.ts';

function seeds(count: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, seed) => {
    const roll = dice(seed);
    return Buffer.from(Array.from({ length: 60 + roll.below(80) }, () => roll.below(256)));
  });
}

const most = 14;

/** For any statements: order and repetitions play no part, and what is due is never more than what is possible. */
export const folds: FuzzTarget = {
  name: 'fold',
  shape: 'bytes',
  longest: 250,
  seeds: seeds(20),
  isSteep: true,
  run(input, random) {
    const roll = diceOf(input.subarray(1));
    const rules = babbleRules(roll);
    const statements = babble(roll, 1 + ((input[0] ?? 0) % most));
    const folded = fold(statements, rules);
    const shuffled = dice(random.below(2 ** 31)).shuffle([...statements, ...statements]);
    assert.deepEqual(fold(shuffled, rules), folded, 'the order of statements, or a repetition, plays a part');
    const told = statements.filter(({ kind }) => kind !== 'removed').map(amountKey);
    assert.deepEqual(Object.keys(folded).sort(), [...new Set(told)].sort());
    for (const { fold: one } of foldGroup(statements, rules).values()) {
      assert.ok(0 <= one.due && one.due <= one.possible && one.possible <= one.reported, 'more is due than possible');
      assert.ok(one.due <= one.releasable);
      if (one.releasable > one.due) assert.ok(one.code, 'something is kept back without a code');
    }
  },
};

/** Statements that arrive one by one: each step keeps to what is possible, and one that comes again changes nothing. */
export const advances: FuzzTarget = {
  name: 'advance',
  shape: 'bytes',
  longest: 250,
  seeds: seeds(20),
  isSteep: true,
  run(input) {
    const roll = diceOf(input.subarray(1));
    const rules = babbleRules(roll);
    const statements = babble(roll, 1 + ((input[0] ?? 0) % most)).map((one) => stored(one));
    const inbox = createInbox(rules);
    for (const statement of statements) {
      inbox.tell(statement);
      if (roll.chance(0.5)) inbox.hand(() => roll.chance(0.7));
      assert.equal(inbox.tell(statement).change, undefined, 'what came again changed something');
      const credited = inbox.credited();
      for (const [key, { fold: one }] of foldGroup(inbox.state.statements, rules)) {
        assert.ok((credited[key] ?? 0) <= one.possible, 'more is credited than possible');
      }
    }
  },
};
