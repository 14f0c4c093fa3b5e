import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CheckCode } from '../../lib/deposits/codes.ts';
import { type Folded, type FoldRules, fold, foldGroup } from '../../lib/deposits/fold.ts';
import type { Statement } from '../../lib/deposits/statement.ts';
import { orders, say } from './say.ts';

const rules: FoldRules = { confirmations: 12, reorgDepth: 64, quorum: 1, providers: {} };
const due: Folded = { due: 1, possible: 1 };
const waiting: Folded = { due: 0, possible: 1 };
const unsure: Folded = { due: 0, possible: 0 };

function folds(told: readonly Statement[], want: Record<string, Folded>, changed: Partial<FoldRules> = {}): void {
  for (const order of orders(told)) assert.deepEqual(fold(order, { ...rules, ...changed }), want);
}

function kept(by: Folded['code'], possible = 1): Folded {
  return { due: 0, possible, ...(by ? { code: by } : {}) };
}

function withCheck(statement: Statement | undefined, check: CheckCode): Statement {
  assert.ok(statement);
  return { ...statement, check };
}

describe('Confirmations (rule 18)', () => {
  test('are the count, whatever the type says; without one they are none', () => {
    folds(say('A confirmed 5 X x11'), { 5: waiting });
    folds(say('A mined 5 X x12'), { 5: due });
    folds([{ provider: 'A', kind: 'confirmed', amount: 5n, blockHash: 'X', eventId: 'e', row: 0 }], { 5: waiting });
  });

  test('are what "confirmed" means to a provider that sends no count, on that network', () => {
    const [told] = say('A confirmed 5 X');
    assert.ok(told);
    const { confirmations, ...bare } = told;
    const meaning = (
      reportsConfirmations: number | Record<string, number> | false,
      network?: string,
    ): Partial<FoldRules> => ({
      providers: { A: { reportsConfirmations } },
      ...(network === undefined ? {} : { network }),
    });
    folds([bare], { 5: due }, meaning(12));
    folds([bare], { 5: waiting }, meaning(11));
    folds([bare], { 5: waiting }, meaning(false));
    folds([told], { 5: waiting }, meaning(false));
    folds([bare], { 5: due }, meaning({ 'eip155:1': 12, 'eip155:56': 3 }, 'eip155:1'));
    folds([bare], { 5: waiting }, meaning({ 'eip155:1': 12, 'eip155:56': 3 }, 'eip155:56'));
    folds([bare], { 5: waiting }, meaning({ 'eip155:1': 12, 'eip155:56': 3 }));
    folds([{ ...bare, kind: 'mined' }], { 5: waiting }, meaning(12));
  });

  test('are never added up, neither across events nor across providers', () => {
    folds(say('A mined 5 X x6', 'A mined 5 X x7', 'B mined 5 X x8'), { 5: waiting });
  });

  test('of a block are lent to the rows of other providers in it, and of no other', () => {
    folds(say('A mined 5 X x1', 'B confirmed 7 log:1 X', 'A mined 7 log:1 X x1'), { 5: due, 7: due });
    folds(say('A mined 5 X x1', 'B confirmed 5 7 Y'), {
      5: due,
      7: { due: 1, possible: 1 },
    });
  });

  test('stop counting once the provider has spoken of another block', () => {
    folds(say('A confirmed 5 X @1', 'A mined 5 Y @2', 'A mined 5 X x1 @3'), { 5: waiting });
  });

  test('are not needed where mined is trusted, but mempool is never enough', () => {
    const trusting = { providers: { A: { trustMined: true, reportsConfirmations: false as const } } };
    folds(say('A mined 5 X'), { 5: due }, trusting);
    folds(say('A mined 5 -'), { 5: due }, trusting);
    folds(say('A seen 5 -'), { 5: unsure }, trusting);
    folds(say('A failed 5 X'), { 5: kept('FAILED', 0) }, trusting);
  });

  test('may depend on the amount', () => {
    folds(
      say('A mined 5 X x3', 'A mined 700 X x3'),
      { 5: due, 700: waiting },
      {
        confirmations: (amount) => (amount < 100n ? 3 : 12),
      },
    );
  });
});

describe('Copies (rule 8)', () => {
  test('are distinct positions, or rows of one event', () => {
    folds(say('A confirmed 5 5 X'), { 5: { due: 2, possible: 2 } });
    folds(say('A confirmed 5 log:1 X', 'A confirmed 5 log:2 X'), { 5: { due: 2, possible: 2 } });
    folds(say('A confirmed 5 X', 'A confirmed 5 X'), { 5: due });
    folds(say('A confirmed 5 5 log:1 X'), { 5: due });
  });

  test('are the maximum across providers, never the sum', () => {
    folds(say('A confirmed 5 5 X', 'B confirmed 5 5 5 X', 'C confirmed 5 X'), { 5: { due: 3, possible: 3 } });
  });

  test('with a quorum are the q-th largest', () => {
    const told = say('A confirmed 5 5 X', 'B confirmed 5 5 5 X', 'C confirmed 5 X');
    folds(told, { 5: { due: 2, possible: 3, code: 'QUORUM_PENDING' } }, { quorum: 2 });
    folds(told, { 5: { due: 1, possible: 3, code: 'QUORUM_PENDING' } }, { quorum: 3 });
    folds(told, { 5: { due: 0, possible: 3, code: 'QUORUM_PENDING' } }, { quorum: 4 });
  });

  test('need as many who confirm as agree', () => {
    folds(say('A confirmed 5 X', 'B mined 5 X'), { 5: kept('QUORUM_PENDING') }, { quorum: 2 });
    folds(say('A confirmed 5 X', 'B confirmed 5 Y'), { 5: kept('QUORUM_PENDING') }, { quorum: 2 });
    folds(say('A confirmed 5 X', 'B confirmed 5 -'), { 5: due }, { quorum: 2 });
    folds(say('A confirmed 5 -', 'B confirmed 5 -'), { 5: due }, { quorum: 2 });
    folds(say('A confirmed 5 -', 'A confirmed 5 -'), { 5: kept('QUORUM_PENDING') }, { quorum: 2 });
  });
});

describe('Statements without a block hash (rule 11)', () => {
  test('join by positions that the transaction fixes, and by no others', () => {
    folds(say('A confirmed 5 out:0 -', 'A confirmed 5 out:1 -'), { 5: { due: 2, possible: 2 } });
    folds(say('A confirmed 5 log:0 -', 'A confirmed 5 log:1 -'), {
      5: { due: 1, possible: 2, code: 'COPIES_UNCLEAR' },
    });
    folds(say('A mined 5 log:0 -', 'A confirmed 5 log:1 -'), { 5: due });
    folds(say('A confirmed 5 out:0 X', 'A confirmed 5 out:1 -'), { 5: { due: 2, possible: 2 } });
    folds(say('A confirmed 5 out:0 -', 'B confirmed 5 out:1 -'), { 5: { ...due, code: 'POSITIONS_DIFFER' } });
  });

  test('lend no confirmations, and keep nothing possible before they are confirmed', () => {
    folds(say('A confirmed 5 -', 'B mined 7 log:1 X'), { 5: kept('CONFLICT'), 7: kept('CONFLICT') });
    folds(say('A confirmed 5 out:0 -', 'B mined 7 out:1 X'), { 5: due, 7: waiting });
    folds(say('A mined 5 -'), { 5: unsure });
    folds(say('A seen 5 - x99'), { 5: unsure });
  });

  test('end when the provider names a block later (rule 13)', () => {
    folds(say('A confirmed 5 - @1', 'A mined 5 X @2'), { 5: waiting });
    folds(say('A confirmed 5 -', 'A mined 5 X @2'), { 5: due });
    folds(say('A confirmed 5 - x64 @1', 'A mined 7 X @2'), { 5: kept('REORG_AMBIGUOUS'), 7: waiting });
  });

  test('are held while a provider has nothing to say but removals (rule 20)', () => {
    folds(say('A confirmed 5 -', 'B removed X'), { 5: kept('REORG_AMBIGUOUS') });
    folds(say('A confirmed 5 -', 'B removed X', 'B mined 5 Y'), { 5: due });
    folds(say('A confirmed 5 - @1', 'A removed X @2'), { 5: kept('REORG_AMBIGUOUS') });
  });
});

describe('Removals (rules 16, 20, 21)', () => {
  test('beat "mined", and hold against another provider\'s "confirmed" until a second one', () => {
    folds(say('A removed X', 'B mined 5 X'), { 5: kept('REMOVED', 0) });
    folds(say('A removed X', 'B confirmed 5 X'), { 5: kept('REORG_AMBIGUOUS') });
    folds(say('A removed X', 'C removed X', 'B confirmed 5 X'), { 5: kept('REMOVED', 0) });
    folds(say('A removed X', 'chain removed X', 'B confirmed 5 X'), { 5: kept('REMOVED', 0) });
    folds(say('A removed X', 'chain confirmed 5 X', 'B confirmed 5 X'), { 5: due });
  });

  test('end by a newer statement of the same provider and block, and by nothing else', () => {
    folds(say('A removed X @1', 'A confirmed 5 X @2'), { 5: due });
    folds(say('A removed X @1', 'A confirmed 5 X @1'), { 5: kept('REMOVED', 0) });
    folds(say('A removed X', 'A confirmed 5 X'), { 5: kept('REMOVED_UNTIMED', 0) });
    folds(say('A removed X @1', 'A confirmed 5 X'), { 5: kept('REMOVED_UNTIMED', 0) });
    folds(say('A removed X @1', 'B mined 5 X @2'), { 5: kept('REMOVED', 0) });
  });

  test('only hold what is final, as does a newer block', () => {
    folds(say('A confirmed 5 X x64 @1', 'A removed X @2'), { 5: kept('REORG_AMBIGUOUS') });
    folds(say('A confirmed 5 X x63 @1', 'A removed X @2'), { 5: kept('REMOVED', 0) });
    folds(say('A confirmed 5 X x64 @1', 'A confirmed 7 Y @2'), {
      5: kept('REORG_AMBIGUOUS'),
      7: kept('REORG_AMBIGUOUS'),
    });
    folds(say('A confirmed 5 X x64 @1', 'A confirmed 5 Y @2'), { 5: due });
  });

  test('that name no block hold the group until a newer statement, which ends what was said before them', () => {
    folds(say('A confirmed 5 - @1', 'B confirmed 5 7 X', 'A removed - @2'), {
      5: kept('REMOVED_NO_BLOCK'),
      7: kept('REMOVED_NO_BLOCK'),
    });
    folds(say('A confirmed 5 - @1', 'A removed - @2', 'A mined 5 - x1 @3'), { 5: unsure });
    folds(say('A confirmed 5 - @1', 'A removed - @2', 'A confirmed 5 - @3'), { 5: due });
    folds(say('A confirmed 5 - @1', 'A removed - @2', 'B confirmed 5 - @3'), { 5: kept('REMOVED_NO_BLOCK') });
    folds(say('A confirmed 5 X @1', 'A removed - @2', 'A mined 5 X x1 @3'), { 5: waiting });
  });
});

describe('Failures (rule 22)', () => {
  test('beside "mined" in the same block make nothing due', () => {
    folds(say('A confirmed 5 X', 'B failed 5 X'), { 5: kept('FAILED') });
    folds(say('A confirmed 5 X @1', 'A failed 5 X @2'), { 5: kept('FAILED', 0) });
    folds(say('A failed 5 X'), { 5: kept('FAILED', 0) });
  });

  test('touch their own block only', () => {
    folds(say('A failed 5 X @1', 'A confirmed 5 Y @2'), { 5: due });
    folds(say('B failed 5 X', 'A confirmed 5 Y'), { 5: due });
  });

  test('without a block hash hold the group as a removal does', () => {
    folds(say('A confirmed 5 X @1', 'B failed 5 - @2'), { 5: kept('FAILED') });
    folds(say('A confirmed 5 - @1', 'A failed 5 - @2'), { 5: kept('FAILED') });
  });
});

describe('Conflicts (rule 17)', () => {
  const both = { 5: kept('CONFLICT'), 7: kept('CONFLICT') };

  test('are one position in one block with two amounts', () => {
    folds(say('A confirmed 5 log:1 X', 'B confirmed 7 log:1 X'), both);
    folds(say('A confirmed 5 log:1 X', 'A confirmed 7 log:1 X'), both);
    folds(say('A confirmed 5 out:1 -', 'B confirmed 7 out:1 X'), both);
  });

  test('are amounts that two providers lack of one another, where one of them has no position', () => {
    folds(say('A confirmed 5 X', 'B confirmed 7 log:1 X'), both);
    folds(say('A confirmed 5 log:0 X', 'B confirmed 7 log:1 X'), { 5: due, 7: due });
    folds(say('A confirmed 5 X', 'B confirmed 5 7 X'), { 5: due, 7: due });
  });

  test('leave alone what both tell', () => {
    folds(say('A confirmed 5 9 X', 'B confirmed 7 9 X'), { ...both, 9: due });
  });

  test('are not settled by a second provider, but by our own chain check', () => {
    folds(say('A confirmed 5 X', 'B confirmed 7 X', 'C confirmed 7 X'), both);
    folds(say('A confirmed 5 X', 'B confirmed 7 X', 'chain confirmed 7 X'), { 5: kept('CHAIN_DISAGREES', 0), 7: due });
    folds(say('A confirmed 5 X', 'B confirmed 7 X', 'chain mined 7 X'), both);
  });

  test('compare memos with the amounts', () => {
    folds(say('A confirmed 5 m:1 X', 'B confirmed 5 m:2 X'), { '5|1': kept('CONFLICT'), '5|2': kept('CONFLICT') });
    folds(say('A confirmed 5 m:1 X', 'A confirmed 5 m:2 X'), { '5|1': due, '5|2': due });
  });
});

describe('Memos (rule 4)', () => {
  const blind = { providers: { B: { reportsMemos: false } } };

  test('keep a provider that cannot report them from telling rows; its confirmations count', () => {
    folds(say('B confirmed 5 X'), { 5: kept('MEMO_UNKNOWN', 0) }, blind);
    folds(say('A mined 5 m:1 X x1', 'B confirmed 5 X'), { '5|1': due, 5: kept('MEMO_UNKNOWN', 0) }, blind);
  });

  test('play no part on networks that have none', () => {
    folds(say('B confirmed 5 X'), { 5: due }, { ...blind, networkHasMemos: false });
  });
});

describe('Our own chain check (rules 17 to 20)', () => {
  test('is waited for where it is required', () => {
    folds(say('A confirmed 5 X'), { 5: kept('CHAIN_PENDING') }, { chainRequired: true });
    folds(say('A confirmed 5 X', 'chain mined 5 X x3'), { 5: kept('CHAIN_PENDING') }, { chainRequired: true });
    folds(say('A mined 5 X', 'chain confirmed 5 X'), { 5: due }, { chainRequired: true });
    folds(
      say('A confirmed 5 log:1 X', 'chain confirmed 7 log:2 X'),
      { 5: kept('CHAIN_DISAGREES'), 7: due },
      { chainRequired: true, quorum: 1 },
    );
  });

  test('stands for a quorum, and decides between blocks', () => {
    folds(say('A mined 5 X', 'chain confirmed 5 X'), { 5: due }, { quorum: 3 });
    folds(say('A confirmed 5 X', 'chain confirmed 7 Y'), { 5: { due: 0, possible: 0 }, 7: due });
    folds(say('A confirmed 5 X x64', 'chain confirmed 5 Y'), { 5: due });
  });

  test('knows best how many copies there are, and that a transaction failed', () => {
    folds(say('A confirmed 5 5 X', 'chain confirmed 5 log:1 X'), {
      5: { due: 1, possible: 2, code: 'CHAIN_DISAGREES' },
    });
    folds(say('A confirmed 5 X', 'chain failed 5 X'), { 5: kept('FAILED', 0) });
  });
});

describe('Named checks', () => {
  test('make nothing of their amount due while they stand', () => {
    const [checked, other] = say('A confirmed 5 X @1', 'B confirmed 5 7 X');
    folds([withCheck(checked, 'TIME_LOCKED')], { 5: kept('TIME_LOCKED') });
    folds([withCheck(checked, 'TIME_LOCKED'), ...(other ? [other] : [])], { 5: kept('TIME_LOCKED') });
  });

  test('end by a later statement of that provider that shows what was lacking, and by no silence', () => {
    const [checked, later, another] = say('A mined 5 X @1', 'A confirmed 5 X @2', 'B confirmed 5 X @2');
    assert.ok(later && another);
    const showing = (statement: Statement): Statement => ({ ...statement, shows: ['replaceable'] });
    folds([withCheck(checked, 'REPLACEABLE'), showing(later)], { 5: due });
    folds([withCheck(checked, 'REPLACEABLE'), later], { 5: kept('REPLACEABLE') });
    folds([withCheck(checked, 'REPLACEABLE'), { ...later, shows: ['script'] }], { 5: kept('REPLACEABLE') });
    folds([withCheck(checked, 'REPLACEABLE'), showing(another)], { 5: kept('REPLACEABLE') });
    folds([withCheck(checked, 'MEMO_MISSING'), showing(later)], { 5: kept('MEMO_MISSING') });
    const [output, next] = say('A confirmed 5 out:0 X @1', 'A confirmed 5 out:1 X @2');
    assert.ok(next);
    folds([withCheck(output, 'SCRIPT_NOT_STANDARD'), { ...next, shows: ['script'] }], {
      5: kept('SCRIPT_NOT_STANDARD', 2),
    });
  });

  test('end by what our own chain check has read in a block of the chain, whenever it did, and by no silence of it', () => {
    const [checked] = say('A confirmed 5 @7');
    const [chain, left, waits] = say('chain confirmed 5 native X @2', 'chain removed X @3', 'chain seen 5 @9');
    assert.ok(chain && left && waits);
    const held = withCheck(checked, 'DELIVERED_MISSING');
    const reading: Statement = { ...chain, shows: ['success', 'delivered'] };
    folds([held], { 5: kept('CHAIN_PENDING') }, { chainRequired: true });
    folds([held, chain], { 5: kept('DELIVERED_MISSING') }, { chainRequired: true });
    folds([withCheck(checked, 'MEMO_MISSING')], { 5: kept('MEMO_MISSING') }, { chainRequired: true });
    folds([held, reading], { 5: due }, { chainRequired: true });
    folds(
      [held, { ...reading, kind: 'mined', confirmations: 1 }],
      { 5: kept('CHAIN_PENDING') },
      { chainRequired: true },
    );
    folds([held, chain], { 5: kept('DELIVERED_MISSING') });
    folds([held, { ...chain, shows: ['success'] }], { 5: kept('DELIVERED_MISSING') });
    folds([held, { ...waits, shows: ['delivered'] }], { 5: kept('DELIVERED_MISSING') });
    // In a block that left the chain something else may have arrived than in the next one.
    folds([held, reading, left], { 5: kept('DELIVERED_MISSING') });
    // Of another amount it says nothing.
    folds([held, { ...reading, amount: 3n }], { 3: due, 5: { due: 0, possible: 0, code: 'CHAIN_DISAGREES' } });
    folds([withCheck(checked, 'MEMO_MISSING'), reading], { 5: kept('MEMO_MISSING') });
  });
});

describe('Payments (rule 26)', () => {
  const payment: Partial<FoldRules> = { keyedBy: 'payment' };

  test('are one copy, whatever is told apart', () => {
    folds(say('A confirmed 5 5 X'), { 5: due }, payment);
  });

  test('have no quorum, and conflict with themselves once two amounts are confirmed', () => {
    folds(say('A confirmed 5 -'), { 5: kept('QUORUM_PENDING') }, { ...payment, quorum: 2 });
    folds(say('A mined 7 -', 'A confirmed 5 -'), { 7: unsure, 5: due }, payment);
    folds(say('A confirmed 7 -', 'A confirmed 5 -'), { 7: kept('CONFLICT'), 5: kept('CONFLICT') }, payment);
  });

  test('that succeeded are not held back by a failure, unless it came later', () => {
    folds(say('A failed - @1', 'A confirmed 5 - @2'), { 5: due, 0: kept('FAILED', 0) }, payment);
    folds(say('A failed -', 'A confirmed 5 -'), { 5: due, 0: kept('FAILED', 0) }, payment);
    folds(say('A failed - @2', 'A confirmed 5 - @1'), { 5: kept('FAILED'), 0: kept('FAILED', 0) }, payment);
    folds(say('A failed -', 'A seen 5 -'), { 5: kept('FAILED', 0), 0: kept('FAILED', 0) }, payment);
    folds(say('B failed - @1', 'A confirmed 5 - @2'), { 5: kept('FAILED'), 0: kept('FAILED', 0) }, payment);
  });

  test('of less than was asked give way to the payment in full, by time or by what they are', () => {
    for (const [less, full] of [
      say('A confirmed 5 - @1', 'A confirmed 7 - @2'),
      say('A confirmed 5 -', 'A confirmed 7 -'),
    ]) {
      assert.ok(less && full);
      folds([withCheck(less, 'PAYMENT_UNDERPAID'), full], { 5: kept('CONFLICT'), 7: due }, payment);
      folds([withCheck(less, 'PAYMENT_UNDERPAID'), { ...full, amount: 5n }], { 5: due }, payment);
    }
    const [early, late] = say('A confirmed 7 - @1', 'A confirmed 5 - @2');
    assert.ok(early && late);
    folds([early, withCheck(late, 'PAYMENT_UNDERPAID')], { 5: kept('CONFLICT'), 7: kept('CONFLICT') }, payment);
  });

  test('that are held give way to what is held later, so that a release finds what was received last', () => {
    const [first, second] = say('A confirmed 5 - @1', 'A confirmed 7 - @2').map((one) =>
      withCheck(one, 'PAYMENT_LATE'),
    );
    assert.ok(first && second);
    for (const order of orders([first, second])) {
      const folded = foldGroup(order, { ...rules, ...payment });
      assert.deepEqual([folded.get('5')?.fold.releasable, folded.get('7')?.fold.releasable], [0, 1]);
      assert.equal(folded.get('7')?.fold.code, 'PAYMENT_LATE');
    }
  });
});

describe('Rules that say too little', () => {
  test('credit nothing without a count to ask for', () => {
    const missing = (changed: object): FoldRules => ({ ...rules, ...changed });
    assert.deepEqual(fold(say('A confirmed 5 X x999'), missing({ confirmations: undefined })), { 5: waiting });
    assert.deepEqual(fold(say('A confirmed 5 X x999'), missing({ confirmations: Number.NaN })), { 5: waiting });
    assert.deepEqual(fold(say('A mined 5 X x0'), missing({ confirmations: 0 })), { 5: waiting });
  });

  test('take a quorum of one, and no block for final', () => {
    const { quorum, reorgDepth, ...bare } = rules;
    assert.deepEqual(fold(say('A confirmed 5 X'), bare as FoldRules), { 5: due });
    assert.deepEqual(fold(say('A confirmed 5 X x999 @1', 'A removed X @2'), bare as FoldRules), {
      5: kept('REMOVED', 0),
    });
  });

  test('have no key for nothing, and none that an object has anyway', () => {
    assert.deepEqual(fold([], rules), {});
    assert.deepEqual(fold(say('constructor confirmed 5 X'), rules), { 5: due });
  });
});
