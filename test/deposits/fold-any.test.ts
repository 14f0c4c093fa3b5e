import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fold, foldGroup } from '../../lib/deposits/fold.ts';
import { amountKey } from '../../lib/deposits/identity.ts';
import type { Statement } from '../../lib/deposits/statement.ts';
import { propertyRuns } from '../helpers/runs.ts';
import { babble, babbleRules } from './babble.ts';
import { type Dice, dice } from './model.ts';

function anything(check: (statements: Statement[], roll: Dice) => void): void {
  fc.assert(
    fc.property(fc.noShrink(fc.integer()), fc.noShrink(fc.integer({ min: 1, max: 12 })), (seed, count) => {
      const roll = dice(seed);
      check(babble(roll, count), roll);
    }),
    { numRuns: propertyRuns(1_000) },
  );
}

describe('The fold of anything', () => {
  test('is the same in every order, and when statements are repeated', () => {
    anything((statements, roll) => {
      const rules = babbleRules(roll);
      const folded = fold(statements, rules);
      assert.deepEqual(fold(roll.shuffle(statements), rules), folded);
      assert.deepEqual(fold(roll.shuffle([...statements, ...statements]), rules), folded);
    });
  });

  test('makes due no more than is possible, and has a key for each amount that is not removed', () => {
    anything((statements, roll) => {
      const folded = foldGroup(statements, babbleRules(roll));
      const told = statements.filter((statement) => statement.kind !== 'removed').map(amountKey);
      assert.deepEqual([...folded.keys()].sort(), [...new Set(told)].sort());
      for (const { fold: one } of folded.values()) {
        assert.ok(0 <= one.due && one.due <= one.possible && one.possible <= one.reported);
        assert.ok(one.due <= one.releasable);
        if (one.releasable > one.due) assert.ok(one.code, 'Something is kept back without a code');
      }
    });
  });

  test('makes nothing due past a check that neither its own provider nor our chain check has cleared', () => {
    const wanted = new Map([
      ['REPLACEABLE', 'replaceable'],
      ['DELIVERED_MISSING', 'delivered'],
    ]);
    anything((statements, roll) => {
      for (const { fold: one, statements: own } of foldGroup(statements, babbleRules(roll)).values()) {
        if (one.due === 0) continue;
        for (const checked of own.filter(({ check, kind }) => check !== undefined && kind !== 'failed')) {
          const { at = Number.POSITIVE_INFINITY, check = '', provider } = checked;
          const shown = own.filter(
            ({ kind, shows = [] }) =>
              (kind === 'mined' || kind === 'confirmed') && shows.some((name) => name === wanted.get(check)),
          );
          const isCleared = shown.some(
            (other) => other.provider === 'chain' || (other.provider === provider && (other.at ?? 0) > at),
          );
          assert.ok(isCleared, `${check} of ${provider} stands`);
        }
      }
    });
  });

  test('never has more copies than one provider tells apart', () => {
    anything((statements, roll) => {
      for (const { fold: one, statements: own } of foldGroup(statements, babbleRules(roll)).values()) {
        const rows = new Map<string, number>();
        for (const { provider } of own) rows.set(provider, (rows.get(provider) ?? 0) + 1);
        assert.ok(one.reported <= Math.max(0, ...rows.values()));
      }
    });
  });

  test('changes nothing on another block by a removal', () => {
    anything((statements, roll) => {
      const rules = { ...babbleRules(roll), chainRequired: false };
      const onX = statements.filter((one) => one.blockHash === 'X' && one.kind !== 'seen' && one.provider !== 'chain');
      const removal: Statement = {
        provider: 'B',
        kind: 'removed',
        amount: 0n,
        blockHash: 'Y',
        eventId: 'r',
        row: 0,
        at: 9,
      };
      assert.deepEqual(fold([...onX, removal], rules), fold(onX, rules));
    });
  });
});
