import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Folded, type FoldRules, fold } from '../../lib/deposits/fold.ts';
import type { Statement } from '../../lib/deposits/statement.ts';
import { createInbox, type Inbox, stored } from './inbox.ts';
import { orders, say } from './say.ts';

// The cases that broke earlier wordings of the rules, in the order in which they were found. C is 12 and R is 64 where
// confirmations may be undone (`shallow`), and both are 12 where they may not (`deep`).

const shallow: FoldRules = { confirmations: 12, reorgDepth: 64, quorum: 1, providers: {} };
const deep: FoldRules = { ...shallow, reorgDepth: 12 };

/** The fold is the same in each order, and given twice over. */
function folds(statements: readonly Statement[], rules: FoldRules, want: Record<string, Folded>): void {
  for (const order of [...orders(statements), [...statements, ...statements]]) {
    assert.deepEqual(fold(order, rules), want);
  }
}

/** What is credited when the statements arrive one by one, in each order; the events are handed out at once. */
function eachOrder(
  statements: readonly Statement[],
  rules: FoldRules,
  check: (inbox: Inbox, order: Statement[]) => void,
): void {
  for (const order of orders(statements)) {
    const inbox = createInbox(rules);
    for (const statement of order) {
      inbox.tell(statement);
      inbox.hand();
    }
    check(inbox, order);
  }
}

function noReverts(inbox: Inbox): void {
  assert.deepEqual(
    inbox.events.filter((event) => event.kind === 'deposit.reverted'),
    [],
  );
}

describe('Cases that broke earlier wordings', () => {
  test('1: two events of one request about one transfer are one credit', () => {
    const told = say('A confirmed 7 - x17', 'A confirmed 7 - x18');
    folds(told, shallow, { 7: { due: 1, possible: 1 } });
    eachOrder(told, shallow, (inbox) => assert.deepEqual(inbox.credited(), { 7: 1 }));
  });

  test('2: a transfer that moves to another block and another position is one credit', () => {
    const told = say('A mined 5 trace:5 X @1', 'A confirmed 5 trace:0 Y @2');
    folds(told, deep, { 5: { due: 1, possible: 1 } });
    folds(say('A mined 5 trace:5 X', 'A confirmed 5 trace:0 Y'), deep, { 5: { due: 1, possible: 1 } });
    eachOrder(told, deep, (inbox) => assert.deepEqual(inbox.credited(), { 5: 1 }));
  });

  test('3: the same where the provider names no block', () => {
    const told = say('A mined 5 trace:1 -', 'A confirmed 5 trace:0 -');
    folds(told, deep, { 5: { due: 1, possible: 1 } });
    eachOrder(told, deep, (inbox) => assert.deepEqual(inbox.credited(), { 5: 1 }));
  });

  test('4: a provider that cannot say memos tells no second deposit', () => {
    const rules = { ...deep, providers: { B: { reportsMemos: false } } };
    const told = say('A confirmed 5 m:m X', 'B confirmed 5 X');
    folds(told, rules, { '5|m': { due: 1, possible: 1 }, 5: { due: 0, possible: 0, code: 'MEMO_UNKNOWN' } });
    eachOrder(told, rules, (inbox) => assert.deepEqual(inbox.credited(), { '5|m': 1 }));
  });

  test('5: a total and its parts are a conflict, and nothing is paid twice', () => {
    const told = say('A confirmed 12 -', 'B confirmed 5 out:0 X', 'B confirmed 7 out:1 X');
    const want: Folded = { due: 0, possible: 1, code: 'CONFLICT' };
    folds(told, shallow, { 12: want, 5: want, 7: want });
    eachOrder(told, shallow, (inbox) => {
      noReverts(inbox);
      assert.ok(creditedValue(inbox) <= 12n, `${creditedValue(inbox)} is credited`);
    });
  });

  test('6: a total that is credited stays, and its parts are not credited beside it', () => {
    const told = say('Q confirmed 12 X', 'A confirmed 5 7 X', 'B confirmed 5 7 X');
    const inbox = createInbox(shallow);
    for (const statement of told) inbox.tell(statement);
    assert.deepEqual(inbox.credited(), { 12: 1 });
    assert.equal(inbox.deposit(12n).code, 'CONFLICT');
    assert.equal(inbox.deposit(12n).status, 'confirmed');
    assert.equal(inbox.deposit(5n).status, 'quarantined');
    eachOrder(told, shallow, (each) => {
      noReverts(each);
      assert.ok(creditedValue(each) <= 12n, `${creditedValue(each)} is credited`);
    });
  });

  test('7: of two amounts for one transfer the one that was credited first stays alone', () => {
    const told = say('B confirmed 7 X', 'A confirmed 17 -');
    const want: Folded = { due: 0, possible: 1, code: 'CONFLICT' };
    folds(told, shallow, { 7: want, 17: want });
    eachOrder(told, shallow, (inbox, [first]) => {
      assert.deepEqual(inbox.credited(), { [`${first?.amount}`]: 1 });
      noReverts(inbox);
    });
  });

  test('8: one provider without positions may report two amounts of one transaction', () => {
    const told = say('A confirmed 5 X @1', 'A confirmed 7 X @2');
    folds(told, shallow, { 5: { due: 1, possible: 1 }, 7: { due: 1, possible: 1 } });
    folds(say('A confirmed 5 - @1', 'A confirmed 7 - @2'), shallow, {
      5: { due: 1, possible: 1 },
      7: { due: 1, possible: 1 },
    });
    eachOrder(told, shallow, (inbox) => assert.deepEqual(inbox.credited(), { 5: 1, 7: 1 }));
  });

  test('9: an older word of a block does not end its removal, whichever comes first', () => {
    const told = say('A removed X @2', 'A confirmed 5 X @1');
    folds(told, shallow, { 5: { due: 0, possible: 0, code: 'REMOVED' } });
    eachOrder(told, shallow, (inbox) => assert.deepEqual(inbox.credited(), {}));
  });

  test('10: a body that is signed afresh does not raise what was removed', () => {
    const told = say('A confirmed 5 X @1', 'A removed X @2', 'A confirmed 5 X @1');
    folds(told, shallow, { 5: { due: 0, possible: 0, code: 'REMOVED' } });
    eachOrder(told, shallow, (inbox) => assert.deepEqual(inbox.credited(), {}));
  });

  test('11: a newer block ends the older one of a provider that never sends removals', () => {
    const told = say('A mined 5 X @1', 'A confirmed 5 Y @2');
    folds(told, shallow, { 5: { due: 1, possible: 1 } });
    folds(say('A mined 7 X @1', 'A confirmed 5 Y @2'), shallow, {
      7: { due: 0, possible: 0 },
      5: { due: 1, possible: 1 },
    });
    eachOrder(told, shallow, (inbox) => assert.deepEqual(inbox.credited(), { 5: 1 }));
  });

  test('12: what two confirmed blocks do not share is not due', () => {
    const told = say('B confirmed 5 Y', 'A confirmed 7 7 X');
    folds(told, shallow, {
      5: { due: 0, possible: 1, code: 'REORG_AMBIGUOUS' },
      7: { due: 0, possible: 2, code: 'REORG_AMBIGUOUS' },
    });
    const inbox = createInbox(shallow);
    for (const statement of told) inbox.tell(statement);
    assert.deepEqual(inbox.credited(), { 5: 1 });
    assert.equal(inbox.deposit(5n).code, 'REORG_AMBIGUOUS');
    eachOrder(told, shallow, (each) => assert.equal(Object.keys(each.credited()).length, 1));
  });

  test('13: a removal and a failure that name no block hold what was credited, with a code', () => {
    const told = say('A mined 5 - x12', 'A removed -', 'A failed 5 -');
    folds(told, shallow, { 5: { due: 0, possible: 1, code: 'REMOVED_NO_BLOCK' } });
    const inbox = createInbox(shallow);
    for (const statement of told) inbox.tell(statement);
    assert.deepEqual(inbox.credited(), { 5: 1 });
    assert.equal(inbox.deposit(5n).code, 'REMOVED_NO_BLOCK');
    eachOrder(told, shallow, noReverts);
  });

  test('14: a removal that names no block takes back nothing of a block that was named', () => {
    for (const told of [say('A mined 5 Y x12', 'A removed -'), say('A mined 5 Y x12 @1', 'A removed - @2')]) {
      folds(told, shallow, { 5: { due: 0, possible: 1, code: 'REMOVED_NO_BLOCK' } });
      eachOrder(told, shallow, noReverts);
    }
  });

  test('15: a bogus removal of a final block takes back nothing', () => {
    const told = say('B confirmed 5 X x12', 'B removed X');
    folds(told, deep, { 5: { due: 0, possible: 1, code: 'REORG_AMBIGUOUS' } });
    const inbox = createInbox(deep);
    for (const statement of told) inbox.tell(statement);
    inbox.hand();
    assert.deepEqual(inbox.credited(), { 5: 1 });
    assert.equal(inbox.deposit(5n).code, 'REORG_AMBIGUOUS');
    eachOrder(told, deep, noReverts);
  });

  test('16: beside what is credited and held, nothing more of the group is credited', () => {
    const told = say('B confirmed 5 5 5 X', 'B removed X', 'A confirmed 7 Y');
    const inbox = createInbox(deep);
    inbox.tell(...told.slice(0, 3));
    assert.deepEqual(inbox.credited(), { 5: 3 });
    inbox.tell(...told.slice(3));
    assert.deepEqual(inbox.credited(), { 5: 3 });
    assert.equal(inbox.deposit(7n).status, 'pending');
    assert.ok(inbox.deposit(7n).code);
    eachOrder([...told.slice(2)], deep, (each) => assert.ok(Object.keys(each.credited()).length <= 1));
  });

  test('17: a revert of a deposit that a listener was handed is owed after it, and the next generation is new', () => {
    const [mined, removed, again] = say('A confirmed 5 X @1', 'A removed X @2', 'A confirmed 5 Y @3');
    assert.ok(mined && removed && again);
    const inbox = createInbox(shallow);
    inbox.tell(mined);
    inbox.hand();
    const { change } = inbox.tell(removed);
    assert.deepEqual(change?.cancelled, []);
    assert.deepEqual(
      change?.events.map(({ kind, generation }) => [kind, generation]),
      [['deposit.reverted', 1]],
    );
    assert.equal(inbox.deposit(5n).status, 'reverted');
    inbox.tell(again);
    assert.equal(inbox.deposit(5n).generation, 2);
    assert.deepEqual(inbox.credited(), { 5: 1 });
  });

  test('18: confirmations from before a removal do not count', () => {
    const rules = { ...shallow, confirmations: 3 };
    const told = say('A mined 5 X x3 @1', 'A removed X @2', 'A mined 5 X x1 @3');
    folds(told, rules, { 5: { due: 0, possible: 1 } });
    const inbox = createInbox(rules);
    inbox.tell(...told);
    assert.equal(inbox.deposit(5n).status, 'pending');
  });

  test('19: positions that no provider tells together are one copy, with a code', () => {
    const told = say('A confirmed 5 log:0 X', 'B confirmed 5 log:2 X');
    folds(told, shallow, { 5: { due: 1, possible: 1, code: 'POSITIONS_DIFFER' } });
    eachOrder(told, shallow, (inbox) => {
      assert.deepEqual(inbox.credited(), { 5: 1 });
      assert.equal(inbox.deposit(5n).code, 'POSITIONS_DIFFER');
    });
  });

  test('20: of two blocks with equal times both are live, and the smallest of their copies are due', () => {
    folds(say('A confirmed 5 X @1', 'A confirmed 5 Y @1'), shallow, { 5: { due: 1, possible: 1 } });
    folds(say('A confirmed 5 5 X @1', 'A confirmed 5 Y @1'), shallow, {
      5: { due: 1, possible: 2, code: 'REORG_AMBIGUOUS' },
    });
    folds(say('A confirmed 5 X', 'A confirmed 7 Y'), shallow, {
      5: { due: 0, possible: 1, code: 'REORG_AMBIGUOUS' },
      7: { due: 0, possible: 1, code: 'REORG_AMBIGUOUS' },
    });
  });

  test('21: a payment that is credited with one amount is not credited with another', () => {
    const rules: FoldRules = { ...shallow, keyedBy: 'payment' };
    const told = say('A confirmed 7 - @2', 'A confirmed 5 - @1');
    const want: Folded = { due: 0, possible: 1, code: 'CONFLICT' };
    folds(told, rules, { 7: want, 5: want });
    eachOrder(told, rules, (inbox, [first]) => {
      assert.deepEqual(inbox.credited(), { [`${first?.amount}`]: 1 });
      noReverts(inbox);
    });
    const payment = { network: 'eip155:1', asset: 'eip155:1/slip44:60', to: '0x01', transactionId: '', payment: 'A/1' };
    const inbox = createInbox(rules);
    for (const statement of told) inbox.tell(stored(statement, payment));
    assert.deepEqual(inbox.credited(), { 7: 1 });
    assert.equal(inbox.state.deposits.length, 1);
    assert.equal(inbox.deposit(7n).code, 'CONFLICT');
  });
});

function creditedValue(inbox: Inbox): bigint {
  return Object.entries(inbox.credited()).reduce((sum, [amount, copies]) => sum + BigInt(amount) * BigInt(copies), 0n);
}
