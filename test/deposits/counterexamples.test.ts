import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Folded, type FoldRules, fold } from '../../lib/deposits/fold.ts';
import type { Statement } from '../../lib/deposits/statement.ts';
import { createInbox, type Inbox, stored } from './inbox.ts';
import { orders, say } from './say.ts';

// Each of these credited money twice, credited what was false, or took back what was true, before the rule beside it.

const rules: FoldRules = { confirmations: 12, reorgDepth: 64, quorum: 1, providers: {} };
const due: Folded = { due: 1, possible: 1 };
const conflict: Folded = { due: 0, possible: 1, code: 'CONFLICT' };

function folds(told: readonly Statement[], want: Record<string, Folded>, changed: Partial<FoldRules> = {}): void {
  for (const order of orders(told)) assert.deepEqual(fold(order, { ...rules, ...changed }), want);
}

function tell(inbox: Inbox, ...texts: readonly string[]): void {
  for (const text of texts) {
    inbox.tell(...say(`${text} e:${inbox.state.statements.length}`));
    inbox.hand();
  }
}

function mark(statements: readonly Statement[], ...changes: readonly Partial<Statement>[]): Statement[] {
  return statements.map((statement, index) => ({ ...statement, ...changes[index] }));
}

function reverts(inbox: Inbox): number {
  return inbox.events.filter((event) => event.kind === 'deposit.reverted').length;
}

describe('Copies of one amount', () => {
  test('that one provider tells and the other does not are a conflict beside another amount', () => {
    folds(say('A confirmed 6 out:0 -', 'A confirmed 5 out:1 -', 'B confirmed 5 5 -'), {
      6: conflict,
      5: { due: 1, possible: 2, code: 'CONFLICT' },
    });
  });
});

describe('Private and mixed positions', () => {
  const both = { 5: conflict, 7: conflict };

  test('do not let two custody providers that contradict each other both be credited', () => {
    folds(say('A confirmed 5 transfer:1 X', 'B confirmed 7 transfer:2 X'), both);
    folds(say('A confirmed 5 transfer:1 -', 'B confirmed 7 transfer:2 -'), both);
    folds(say('A confirmed 5 native X', 'B confirmed 7 transfer:2 X'), both);
    folds(say('A confirmed 5 trace:0 -', 'B confirmed 7 trace:1 -'), both);
  });

  test('hold a native amount against another amount of a trace: they may be two names of one movement', () => {
    folds(say('A confirmed 5 native X', 'B confirmed 7 trace:0 X'), both);
    folds(say('A confirmed 5 native X', 'B confirmed 7 trace:0 X', 'B confirmed 5 native X'), { 5: due, 7: due });
  });

  test('make no noise where two custody providers agree', () => {
    folds(say('A confirmed 5 transfer:1 X', 'B confirmed 5 transfer:2 X'), { 5: due });
  });
});

describe('A word from the mempool', () => {
  test('excuses no conflict, and neither does one that is not confirmed', () => {
    for (const weak of ['B seen 5 -', 'B mined 5 - x1']) {
      folds(say(weak, 'A confirmed 5 X', 'B confirmed 7 X'), { 5: conflict, 7: conflict });
      folds(say(weak, 'A confirmed 5 -', 'B confirmed 7 -'), { 5: conflict, 7: conflict });
    }
  });

  test('ends no removal', () => {
    const held: Folded = { due: 0, possible: 1, code: 'REMOVED_NO_BLOCK' };
    folds(say('A confirmed 5 - @1', 'A removed - @2', 'A seen 5 - @3'), { 5: held });
    const ambiguous: Folded = { due: 0, possible: 1, code: 'REORG_AMBIGUOUS' };
    folds(say('A confirmed 5 - @1', 'A removed X @2', 'A seen 5 - @3'), { 5: ambiguous });
    folds(say('A confirmed 5 - @1', 'A removed X @2', 'A mined 5 - x1 @3'), { 5: ambiguous });
  });

  test('lets our own chain check deny nothing', () => {
    folds(say('A confirmed 5 log:1 X', 'chain confirmed 9 log:2 X', 'B seen 7 -'), {
      5: conflict,
      9: due,
      7: { due: 0, possible: 0, code: 'CONFLICT' },
    });
  });

  test('takes no code from what is credited and was removed', () => {
    const inbox = createInbox(rules);
    tell(inbox, 'A confirmed 5 - @1', 'A removed - @2');
    assert.equal(inbox.deposit(5n).code, 'REMOVED_NO_BLOCK');
    tell(inbox, 'A seen 5 - @3');
    assert.equal(inbox.deposit(5n).code, 'REMOVED_NO_BLOCK');
  });

  test('clears no check', () => {
    const told = say('A confirmed 5 X @1', 'A seen 5 - @2');
    folds(mark(told, { check: 'REPLACEABLE', lacks: ['replaceable'] }, { shows: ['replaceable'] }), {
      5: { due: 0, possible: 1, code: 'REPLACEABLE' },
    });
  });
});

describe('A changed configuration', () => {
  const trusting: FoldRules = { ...rules, providers: { A: { trustMined: true, reportsConfirmations: false } } };
  const changes: Record<string, Partial<FoldRules>> = {
    'renames or removes a provider': { providers: {} },
    'trusts mined no more': {
      providers: { A: { trustMined: false, reportsConfirmations: false } },
      chainRequired: true,
    },
    'asks for more': { confirmations: 30, quorum: 3, reorgDepth: 200, chainRequired: true },
    'learns that a provider reports no memos': { providers: { A: { reportsMemos: false } }, networkHasMemos: true },
  };

  for (const [what, changed] of Object.entries(changes)) {
    test(`that ${what} takes nothing back`, () => {
      for (const text of ['A mined 5 -', 'A mined 5 X']) {
        const inbox = createInbox(trusting);
        tell(inbox, text);
        assert.deepEqual(inbox.credited(), { 5: 1 });
        inbox.step({ rules: () => ({ ...trusting, ...changed }) });
        assert.deepEqual(inbox.credited(), { 5: 1 });
        assert.equal(inbox.deposit(5n).status, 'confirmed');
        assert.equal(reverts(inbox), 0);
      }
    });
  }

  test('that knows no more of finality takes back nothing that was final', () => {
    const inbox = createInbox(rules);
    tell(inbox, 'A confirmed 5 X x64 @1', 'A removed X @2');
    for (const changed of [{ reorgDepth: 100 }, { quorum: 2 }]) inbox.step({ rules: () => ({ ...rules, ...changed }) });
    assert.deepEqual(inbox.credited(), { 5: 1 });
  });

  test('that lowers the quorum lets no single provider take back what two credited', () => {
    const inbox = createInbox({ ...rules, quorum: 2 });
    tell(inbox, 'A confirmed 5 X', 'B confirmed 5 X', 'C removed X');
    inbox.step({ rules: () => rules });
    assert.deepEqual(inbox.credited(), { 5: 1 });
  });

  test('that asks for other confirmations lets no chain check take back what it could not deny before', () => {
    const inbox = createInbox({ ...rules, confirmations: 5 });
    tell(inbox, 'A confirmed 7 - x5 @1', 'chain mined 5 X x3 @2');
    assert.deepEqual(inbox.credited(), { 7: 1 });
    for (const confirmations of [2, 9, 2]) {
      inbox.step({ rules: () => ({ ...rules, confirmations }) });
      assert.deepEqual(inbox.credited(), { 7: 1 });
      assert.equal(reverts(inbox), 0);
    }
  });

  test('that trusts mined for a while takes back nothing that it credited meanwhile', () => {
    const doubting: FoldRules = { ...rules, providers: { A: { reportsConfirmations: false } } };
    const inbox = createInbox(doubting);
    tell(inbox, 'A mined 5 -');
    assert.deepEqual(inbox.credited(), {});
    inbox.step({ rules: () => trusting });
    assert.deepEqual(inbox.credited(), { 5: 1 });
    inbox.step({ rules: () => doubting });
    assert.deepEqual(inbox.credited(), { 5: 1 });
    assert.equal(inbox.deposit(5n).code, 'REORG_PENDING');
  });

  test('that learns in between that a provider reports no memos leaves what waits to a person', () => {
    const inbox = createInbox({ ...rules, networkHasMemos: true });
    tell(inbox, 'A mined 5 m:77 X x2 @3');
    const blind: FoldRules = { ...rules, networkHasMemos: true, providers: { A: { reportsMemos: false } } };
    const [confirmed] = say('A confirmed 5 m:77 X x12 @4 e:later');
    assert.ok(confirmed);
    inbox.step({ rules: () => blind }, stored(confirmed));
    assert.equal(inbox.deposit(5n).status, 'quarantined');
    assert.equal(inbox.deposit(5n).code, 'MEMO_UNKNOWN');
    assert.ok(inbox.deposit(5n).waitingSince);
  });

  test('that finds finality earlier lets no failed block that is final by now deny a credit', () => {
    const shallow: FoldRules = { ...rules, confirmations: 2, reorgDepth: 9 };
    const inbox = createInbox(shallow);
    tell(
      inbox,
      'B mined 7 log:1 Z x0',
      'A confirmed 12 log:0 - x2',
      'B confirmed 12 X x1',
      'A seen 7 out:0 X @3',
      'chain failed 7 Z x3 @2',
    );
    assert.deepEqual(inbox.credited(), { 12: 1 });
    const providers = { A: { reportsConfirmations: false as const } };
    inbox.step({ rules: () => ({ ...shallow, confirmations: 1, reorgDepth: 2, providers }) });
    assert.deepEqual(inbox.credited(), { 12: 1 });
  });

  test('lets deposits be read that were credited before statements were stamped', () => {
    const inbox = createInbox(trusting);
    tell(inbox, 'A mined 5 -');
    const old = {
      ...inbox.state,
      statements: inbox.state.statements.map(({ counted, ...statement }) => statement),
      deposits: inbox.state.deposits.map(({ creditedUnder, ...deposit }) => deposit),
    };
    const upgraded = createInbox({ ...rules, providers: {} }, old);
    assert.equal(upgraded.step({}).change?.events.length ?? 0, 0);
    assert.equal(upgraded.deposit(5n).status, 'confirmed');
  });
});

describe('A provider without positions that changes its word', () => {
  test('about one transfer of a network that pays once is held', () => {
    const once = { paysOnce: true };
    folds(say('A confirmed 5 X @1', 'A confirmed 5 m:77 X @2'), { 5: conflict, '5|77': conflict }, once);
    folds(say('A confirmed 5 m:76 X @1', 'A confirmed 5 m:77 X @2'), { '5|76': conflict, '5|77': conflict }, once);
  });

  test('by adding a memo is held on every network that has them', () => {
    folds(say('A confirmed 5 X @1', 'A confirmed 5 m:77 X @2'), { 5: conflict, '5|77': conflict });
    folds(say('A confirmed 5 m:1 X', 'A confirmed 5 m:2 X'), { '5|1': due, '5|2': due });
  });

  test('between mined and confirmed is credited with what it has confirmed', () => {
    folds(say('A mined 5 X x1 @1', 'A confirmed 4 X @2'), { 5: { due: 0, possible: 1 }, 4: due });
    folds(say('A mined 5 X x1 @1', 'A confirmed 4 X @2', 'A confirmed 5 X @3'), { 5: due, 4: due });
    folds(say('A mined 5 X x1 @1', 'A confirmed 4 - @2', 'B confirmed 4 X'), { 5: { due: 0, possible: 1 }, 4: due });
  });

  test('waits for its own confirmations, however many the policy comes to ask', () => {
    const told = say('A mined 4 X x1 @1', 'B mined 5 X', 'A confirmed 5 X x3 @2');
    for (const confirmations of [2, 3, 4, 7]) {
      const asked = { confirmations, providers: { B: { trustMined: true } } };
      folds(told, { 4: { due: 0, possible: 1 }, 5: due }, asked);
    }
  });

  test('about the same event of its own corrects it', () => {
    const told = say('A confirmed 5 X @1', 'A confirmed 4 X @2');
    folds(mark(told, { report: 'r' }, { report: 'r' }), { 5: { due: 0, possible: 0 }, 4: due });
    folds(mark(told, { report: 'r' }, { report: 's' }), { 5: due, 4: due });
    folds(say('A confirmed 5 transfer:1 X @1', 'A confirmed 4 transfer:1 X @2'), {
      5: { due: 0, possible: 0 },
      4: due,
    });
    folds(say('A confirmed 5 transfer:1 X', 'A confirmed 4 transfer:1 X'), { 5: conflict, 4: conflict });
  });

  test('to another block, or to none, or past another provider that repeats the first, is credited once', () => {
    const told = say('A mined 11 - @6', 'A confirmed 12 X @2');
    const trusting = { providers: { A: { trustMined: true } } };
    folds(mark(told, { report: 'r' }, { report: 'r' }), { 11: due, 12: { due: 0, possible: 0 } }, trusting);
    folds(say('A mined 6 X x1 @1', 'A confirmed 7 X @2', 'B confirmed 6 X'), { 6: conflict, 7: conflict });
  });

  test('and leaves a check standing, though it names a block only later', () => {
    const told = say('A mined 5 - x1 @1', 'A confirmed 5 X @2');
    folds(mark(told, { check: 'TIME_LOCKED', lacks: ['lockedUntil'] }), {
      5: { due: 0, possible: 1, code: 'TIME_LOCKED' },
    });
  });

  test('because decimals were corrected is held', () => {
    const told = mark(say('A confirmed 500 X @1', 'A confirmed 5 X @2'), { decimals: 8 }, { decimals: 6 });
    folds(told, { 500: conflict, 5: conflict });
    folds(mark(told, {}, { decimals: 8 }), { 500: due, 5: due });
  });
});

describe('With a quorum of two', () => {
  const two: FoldRules = { ...rules, quorum: 2 };

  test('one provider alone makes nothing final', () => {
    const inbox = createInbox(two);
    tell(
      inbox,
      'A confirmed 5 X @1',
      'B confirmed 5 X @1',
      'C confirmed 5 X x64 @1',
      'A removed X @2',
      'B removed X @2',
    );
    assert.deepEqual(inbox.credited(), {});
    assert.equal(inbox.deposit(5n).status, 'reverted');
  });

  test('one provider that removes or fails takes nothing back, and a release passes over it', () => {
    for (const word of ['C removed X', 'C removed -', 'C failed 5 X', 'C failed 5 -']) {
      const inbox = createInbox(two);
      tell(inbox, word, 'A confirmed 5 X @1', 'B confirmed 5 X @1');
      assert.deepEqual(inbox.credited(), {}, word);
      assert.ok(inbox.deposit(5n).code);
      inbox.decide('release', inbox.deposit(5n).id);
      assert.deepEqual(inbox.credited(), { 5: 1 }, word);
      const credited = createInbox(two);
      tell(credited, 'A confirmed 5 X @1', 'B confirmed 5 X @1', word);
      assert.deepEqual(credited.credited(), { 5: 1 }, word);
    }
  });

  test('two that remove take back', () => {
    const inbox = createInbox(two);
    tell(inbox, 'A confirmed 5 X @1', 'B confirmed 5 X @1', 'C confirmed 5 X @1', 'A removed X @2', 'C removed X @2');
    assert.equal(inbox.deposit(5n).status, 'reverted');
  });

  test('instances that share a key have one vote, and so has one message on two paths', () => {
    const told = say('A confirmed 5 X @1', 'B confirmed 5 X @1', 'C confirmed 5 X @1');
    const shared = mark(told.slice(0, 2), { signedBy: 'k' }, { signedBy: 'k' });
    folds(shared, { 5: { due: 0, possible: 1, code: 'QUORUM_PENDING' } }, two);
    folds(mark(told, { signedBy: 'k' }, { signedBy: 'k' }, { signedBy: 'c' }), { 5: due }, two);
  });
});

describe('Equal transfers that nothing tells apart for certain', () => {
  test('are one credit and one copy for an operator', () => {
    const inbox = createInbox(rules);
    tell(inbox, 'A confirmed 5 transfer:1 -', 'A confirmed 5 transfer:2 -');
    assert.deepEqual(inbox.credited(), { 5: 1 });
    assert.equal(inbox.deposit(5n, 2).status, 'quarantined');
    assert.equal(inbox.deposit(5n, 2).code, 'COPIES_UNCLEAR');
    inbox.decide('release', inbox.deposit(5n, 2).id);
    assert.deepEqual(inbox.credited(), { 5: 2 });
  });
});

describe('A transfer that fails by itself', () => {
  test('leaves the others of its transaction alone', () => {
    const told = say('A confirmed 5 7 X @1', 'A failed 5 X @2');
    folds(mark(told, {}, {}, { failure: 'transfer' }), { 5: { due: 0, possible: 0, code: 'FAILED' }, 7: due });
    const unplaced = say('A confirmed 5 7 - @1', 'A failed 5 - @2');
    folds(mark(unplaced, {}, {}, { failure: 'transfer' }), { 5: { due: 0, possible: 1, code: 'FAILED' }, 7: due });
  });
});

describe('A block that was removed by a provider without times', () => {
  test('says so on what it had confirmed there, also if another block still has it mined', () => {
    folds(say('A mined 5 log:1 X', 'A confirmed 5 log:1 Y', 'A removed - - Y'), {
      5: { due: 0, possible: 1, code: 'REMOVED_UNTIMED' },
    });
    folds(say('A mined 5 log:1 X', 'A mined 5 log:1 Y', 'A removed - - Y'), { 5: { due: 0, possible: 1 } });
  });
});

describe('What the chain has undone after a credit', () => {
  test('takes it back, of the whole transaction or of the transfer alone', () => {
    for (const failure of [{}, { failure: 'transfer' as const }]) {
      const inbox = createInbox(rules);
      tell(inbox, 'A confirmed 5 X @1');
      inbox.tell(...mark(say('A failed 5 X @2 e:undone'), failure));
      assert.equal(inbox.deposit(5n).status, 'reverted');
      assert.equal(inbox.deposit(5n).code, 'FAILED');
    }
  });

  test('without a block holds it, with a code', () => {
    const inbox = createInbox(rules);
    tell(inbox, 'A confirmed 5 - @1');
    inbox.tell(...mark(say('A failed 5 - @2 e:undone'), { failure: 'transfer' }));
    assert.equal(inbox.deposit(5n).status, 'confirmed');
    assert.equal(inbox.deposit(5n).code, 'FAILED');
  });

  test('ends what is not ours by now, and begins nothing', () => {
    const [failed] = say('A failed 5 X @2 e:undone').map((statement) => ({
      ...stored(statement),
      onlyEnds: true as const,
    }));
    assert.ok(failed);
    const inbox = createInbox(rules);
    tell(inbox, 'A confirmed 5 X @1');
    inbox.tell(failed);
    assert.equal(inbox.deposit(5n).status, 'reverted');
    const stranger = createInbox(rules);
    assert.equal(stranger.tell(failed).change, undefined);
    assert.deepEqual(stranger.state.deposits, []);
  });
});
