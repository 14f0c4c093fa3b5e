import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Advance, advance } from '../../lib/deposits/advance.ts';
import type { CheckCode } from '../../lib/deposits/codes.ts';
import type { FoldRules } from '../../lib/deposits/fold-rules.ts';
import type { Group, Statement, StoredStatement } from '../../lib/deposits/statement.ts';
import { createInbox, group, type Inbox, stored } from './inbox.ts';
import { say } from './say.ts';

const rules: FoldRules = { confirmations: 12, reorgDepth: 64, quorum: 1, providers: {} };

/** Tells texts one after another, with events apart from those of earlier calls, and hands out each event at once. */
function told(inbox: Inbox, ...texts: readonly string[]): Advance[] {
  return texts.map((text) => {
    const event = `e:${inbox.state.statements.length}`;
    const result = inbox.tell(...say(`${text} ${event}`));
    inbox.hand();
    return result;
  });
}

function kindsOf(result: Advance | undefined): string[] {
  return result?.change?.events.map(({ kind, generation }) => `${kind} ${generation}`) ?? [];
}

function one(text: string, changed: Partial<Statement> = {}): Statement {
  const [statement] = say(text);
  assert.ok(statement);
  return { ...statement, ...changed };
}

describe('A new deposit', () => {
  test('is credited at once where it is due, with all that is known of it', () => {
    const inbox = createInbox(rules);
    const statement: StoredStatement = {
      ...stored(one('A confirmed 5 log:3 X x15 m:tag @900')),
      from: '0xfrom',
      blockNumber: '21000000',
    };
    const { change, deposits, proposed, depositIdsOf } = inbox.tell(statement);
    const [deposit] = deposits;
    assert.match(deposit?.id ?? '', /^dep_[0-9a-f]{32}$/);
    assert.deepEqual(deposit, {
      id: deposit?.id,
      generation: 1,
      network: 'eip155:1',
      asset: 'eip155:1/slip44:60',
      symbol: 'ETH',
      decimals: 18,
      amount: 5n,
      from: '0xfrom',
      to: group.to,
      memo: 'tag',
      transaction: { id: '0x01', position: 'log:3', block: { number: '21000000', hash: 'X' } },
      confirmations: 15,
      status: 'confirmed',
      providers: ['A'],
      firstSeenAt: 1000,
      callbackIds: ['callback 0'],
      group,
      ordinal: 1,
      creditedWith: 12,
      creditedUnder: { reorgDepth: 64, finality: 1, taking: 1 },
    });
    assert.deepEqual(change?.statements, [statement]);
    assert.equal(change?.expectedVersion, 0);
    assert.equal(change?.key, 'eip155:1|0x01');
    const { group: _, ordinal, creditedWith, creditedUnder, ...record } = deposit;
    assert.deepEqual(change?.events, [
      { id: `${deposit?.id}:1:deposit`, kind: 'deposit', generation: 1, deposit: record },
    ]);
    assert.deepEqual(proposed, [record]);
    assert.deepEqual([...depositIdsOf], [[statement.id, deposit?.id]]);
  });

  test('is told as pending once, and then credited', () => {
    const inbox = createInbox(rules);
    const results = told(inbox, 'A seen 5 - @1', 'A mined 5 X x1 @2', 'A mined 5 X x5 @3', 'A confirmed 5 X @4');
    assert.deepEqual(results.map(kindsOf), [['deposit.pending 1'], [], [], ['deposit 1']]);
    assert.equal(inbox.deposit(5n).confirmations, 12);
    assert.equal(inbox.events[0]?.deposit.generation, 0);
  });

  test('is one for each copy, and rows of one event name each of them', () => {
    const inbox = createInbox(rules);
    const { deposits, depositIdsOf } = inbox.tell(...say('A confirmed 5 5 7 X'));
    assert.deepEqual(
      deposits.map(({ amount, ordinal }) => [amount, ordinal]),
      [
        [5n, 1],
        [5n, 2],
        [7n, 1],
      ],
    );
    assert.deepEqual(
      [...depositIdsOf.values()],
      deposits.map((deposit) => deposit.id),
    );
    assert.equal(new Set(depositIdsOf.values()).size, 3);
  });

  test('is the same one to a statement that was known', () => {
    const inbox = createInbox(rules);
    const [statement] = say('A confirmed 5 X').map((said) => stored(said));
    assert.ok(statement);
    const first = inbox.tell(statement, statement);
    const again = inbox.tell(statement);
    assert.equal(first.change?.statements.length, 1);
    assert.equal(again.change, undefined);
    assert.deepEqual(again.depositIdsOf, first.depositIdsOf);
  });

  test('is known, though not told of, where it was taken back before it came', () => {
    const inbox = createInbox(rules);
    const results = told(inbox, 'A removed X @2', 'A mined 5 X @1');
    assert.deepEqual(results.map(kindsOf), [[], []]);
    assert.equal(inbox.deposit(5n).status, 'failed');
    assert.equal(inbox.deposit(5n).code, 'REMOVED');
  });
});

describe('Taking back (rules 2, 23, 24)', () => {
  test('owes a revert for what was handed, and takes the next generation when it comes again', () => {
    const inbox = createInbox(rules);
    const results = told(inbox, 'A confirmed 5 X @1', 'A removed X @2', 'A mined 5 Y @3', 'A confirmed 5 Y @4');
    assert.deepEqual(results.map(kindsOf), [
      ['deposit 1'],
      ['deposit.reverted 1'],
      ['deposit.pending 2'],
      ['deposit 2'],
    ]);
    assert.equal(inbox.deposit(5n).generation, 2);
  });

  test('cancels both events where no listener was handed the deposit, and reuses no generation', () => {
    const inbox = createInbox(rules);
    const [deposited, removed, again] = say('A confirmed 5 X @1', 'A removed X @2', 'A confirmed 5 Y @3');
    assert.ok(deposited && removed && again);
    inbox.tell(deposited);
    const { change } = inbox.tell(removed);
    assert.deepEqual(change?.events, []);
    assert.deepEqual(change?.cancelled, [`${inbox.deposit(5n).id}:1:deposit`]);
    assert.equal(inbox.deposit(5n).status, 'reverted');
    assert.deepEqual(kindsOf(inbox.tell(again)), ['deposit 2']);
  });

  test('tells whoever was told of a pending deposit that its cancelled credit failed', () => {
    const inbox = createInbox(rules);
    inbox.tell(one('A mined 5 X @1', { eventId: 'a' }));
    inbox.hand();
    inbox.tell(one('A confirmed 5 X @2', { eventId: 'b' }));
    const result = inbox.tell(one('A removed X @3', { eventId: 'c' }));
    assert.deepEqual(kindsOf(result), ['deposit.failed 1']);
    assert.equal(inbox.deposit(5n).status, 'failed');
  });

  test('is not undone by a report from mempool, but by a block that may hold the transfer', () => {
    const inbox = createInbox(rules);
    told(inbox, 'A confirmed 5 X @1', 'A removed X @2', 'B seen 5 -', 'B mined 5 - x1');
    assert.equal(inbox.deposit(5n).status, 'reverted');
    assert.deepEqual(kindsOf(told(inbox, 'B mined 5 Y x1')[0]), ['deposit.pending 2']);
    assert.equal(inbox.deposit(5n).status, 'pending');
  });

  test('takes the highest ordinal first', () => {
    const inbox = createInbox(rules);
    told(inbox, 'A confirmed 5 5 X @1', 'A confirmed 5 Y @2');
    assert.equal(inbox.deposit(5n, 1).status, 'confirmed');
    assert.equal(inbox.deposit(5n, 2).status, 'reverted');
  });

  test('does not happen when a block gives way to another that holds the same', () => {
    const inbox = createInbox(rules);
    const results = told(inbox, 'A confirmed 5 X @1', 'A mined 5 Y x1 @2');
    assert.deepEqual(results.map(kindsOf), [['deposit 1'], []]);
    const deposit = inbox.deposit(5n);
    assert.equal(deposit.status, 'confirmed');
    assert.equal(deposit.code, 'REORG_PENDING');
    assert.equal(deposit.generation, 1);
    assert.ok(deposit.waitingSince);
    assert.equal(deposit.transaction.block?.hash, 'Y');
    told(inbox, 'A confirmed 5 Y @3');
    assert.equal(inbox.deposit(5n).code, undefined);
    assert.equal(inbox.deposit(5n).waitingSince, undefined);
  });

  test('holds the rest of the group while something is credited above its due (rule 3)', () => {
    const inbox = createInbox(rules);
    told(inbox, 'A confirmed 5 log:1 X');
    inbox.tell(one('B mined 5 log:1 X', { check: 'TIME_LOCKED', eventId: 'b' }));
    told(inbox, 'A confirmed 7 log:2 X');
    assert.deepEqual(inbox.credited(), { 5: 1 });
    assert.equal(inbox.deposit(5n).code, 'TIME_LOCKED');
    assert.equal(inbox.deposit(5n).status, 'confirmed');
    assert.equal(inbox.deposit(7n).code, 'GROUP_HELD');
    assert.equal(inbox.deposit(7n).status, 'pending');
    inbox.decide('release', inbox.deposit(5n).id);
    assert.deepEqual(inbox.credited(), { 5: 1, 7: 1 });
  });
});

describe('A pending deposit that can no longer be true', () => {
  test('is told as failed, once', () => {
    const inbox = createInbox(rules);
    const results = told(inbox, 'A mined 5 X @1', 'A removed X @2', 'B removed X @3');
    assert.deepEqual(results.map(kindsOf), [['deposit.pending 1'], ['deposit.failed 1'], []]);
    assert.equal(inbox.deposit(5n).status, 'failed');
    assert.equal(inbox.deposit(5n).waitingSince, undefined);
  });

  test('fails for whoever reported it from mempool and then that it failed', () => {
    const inbox = createInbox(rules);
    const results = told(inbox, 'A seen 5 - @1', 'A failed 5 - @2');
    assert.deepEqual(results.map(kindsOf), [['deposit.pending 1'], ['deposit.failed 1']]);
    assert.equal(inbox.deposit(5n).code, 'FAILED');
  });

  test('may come again, and is credited as the same generation', () => {
    const inbox = createInbox(rules);
    const results = told(inbox, 'A mined 5 X @1', 'A removed X @2', 'A mined 5 Y @3', 'A confirmed 5 Y @4');
    assert.deepEqual(results.map(kindsOf), [['deposit.pending 1'], ['deposit.failed 1'], [], ['deposit 1']]);
  });

  test('is not told as failed where nobody was told that it is pending', () => {
    const inbox = createInbox(rules);
    const checked = one('A mined 5 X @1', { check: 'TIME_LOCKED', eventId: 'a' });
    assert.deepEqual(kindsOf(inbox.tell(checked)), []);
    assert.equal(inbox.deposit(5n).status, 'quarantined');
    assert.deepEqual(kindsOf(inbox.tell(one('A removed X @2', { eventId: 'b' }))), []);
    assert.equal(inbox.deposit(5n).status, 'failed');
  });
});

describe('Removals and failures of a whole transaction', () => {
  test('reach each of its groups, also those that they precede', () => {
    const inbox = createInbox(rules);
    const other: Group = { ...group, to: '0x8617E340B3D01FA5F11F306F4090FD50E238070D' };
    const wide = stored(one('A removed X @2', { eventId: 'wide' }), undefined);
    const { group: none, ...bare } = { ...wide, group };
    inbox.tell(stored(one('A confirmed 5 X @1', { eventId: 'a' })));
    inbox.hand();
    inbox.tell(bare);
    inbox.tell(stored(one('A confirmed 5 X @1', { eventId: 'b' }), other));
    assert.deepEqual(
      inbox.state.deposits.map((deposit) => deposit.status),
      ['reverted', 'failed'],
    );
    assert.deepEqual(inbox.credited(), {});
    assert.equal(inbox.state.deposits.length, 2);
  });
});

describe('Our own holds', () => {
  test('by the policy quarantine what would be credited, with their reason, until an operator releases it', () => {
    const inbox = createInbox(rules);
    const [statement] = say('A confirmed 5 X').map((said) => stored(said));
    assert.ok(statement);
    const proposed = createInbox(rules)
      .tell(statement)
      .proposed.map((deposit) => deposit.id);
    const [id] = proposed;
    assert.ok(id);
    const result = inbox.step({ holds: new Map([[id, 'new account']]) }, statement);
    assert.deepEqual(kindsOf(result), []);
    assert.equal(inbox.deposit(5n).status, 'quarantined');
    assert.equal(inbox.deposit(5n).code, 'HELD');
    assert.equal(inbox.deposit(5n).reason, 'new account');
    assert.ok(inbox.deposit(5n).waitingSince);
    assert.deepEqual(inbox.credited(), {}, 'a policy that says nothing ends nothing');
    inbox.step({ holds: new Map([[id, undefined]]) });
    assert.deepEqual(inbox.credited(), {});
    assert.deepEqual(
      inbox.decide('release', id).proposed.map((deposit) => deposit.id),
      [id],
    );
    assert.deepEqual(inbox.credited(), { 5: 1 });
  });

  test('by the policy come after what was released before, and bind no other deposit', () => {
    const inbox = createInbox(rules);
    const [first, second] = inbox.step({}, ...say('A mined 5 7 X x1 @1').map((said) => stored(said))).deposits;
    assert.ok(first && second);
    inbox.decide('release', first.id);
    const holds = new Map([
      [first.id, 'held'],
      [second.id, undefined],
    ]);
    inbox.step({ holds }, ...say('A confirmed 5 7 X e:later @2').map((said) => stored(said)));
    assert.deepEqual(inbox.credited(), { 7: 1 });
    inbox.decide('release', first.id);
    assert.deepEqual(inbox.credited(), { 5: 1, 7: 1 });
  });

  test('by the policy end when it names their reason, each by itself, and none that an operator released comes back', () => {
    const inbox = createInbox(rules);
    const [statement] = say('A confirmed 5 X').map((said) => stored(said));
    assert.ok(statement);
    const [{ id } = { id: '' }] = createInbox(rules).tell(statement).deposits;
    inbox.step({ holds: new Map([[id, 'new account']]) }, statement);
    inbox.step({ holds: new Map([[id, 'listed']]) });
    assert.equal(inbox.deposit(5n).reason, 'new account; listed');
    assert.equal(inbox.step({ holds: new Map([[id, 'listed']]) }).change, undefined, 'the same again is stored once');
    inbox.step({ holds: new Map([[id, { ends: 'something else' }]]) });
    inbox.step({ holds: new Map([[id, { ends: 'listed' }]]) });
    assert.equal(inbox.deposit(5n).reason, 'new account');
    assert.deepEqual(inbox.credited(), {});
    inbox.decide('hold', id);
    inbox.step({ holds: new Map([[id, { ends: 'looked at' }]]) });
    assert.equal(inbox.deposit(5n).reason, 'new account; looked at', 'the policy ends no hold of an operator');
    inbox.decide('release', id);
    assert.deepEqual(inbox.credited(), { 5: 1 });
    inbox.decide('revert', id);
    inbox.decide('release', id);
    inbox.step({ holds: new Map([[id, 'new account']]) });
    assert.deepEqual(inbox.credited(), { 5: 1 });
  });

  test('by an operator last until a release, and take nothing back', () => {
    const inbox = createInbox(rules);
    told(inbox, 'A mined 5 X @1');
    const { id } = inbox.deposit(5n);
    inbox.decide('hold', id);
    assert.equal(inbox.deposit(5n).code, 'HELD');
    told(inbox, 'A confirmed 5 X @2');
    assert.deepEqual(inbox.credited(), {});
    inbox.decide('release', id);
    assert.deepEqual(inbox.credited(), { 5: 1 });
    inbox.decide('hold', id);
    assert.deepEqual(inbox.credited(), { 5: 1 });
    assert.equal(inbox.deposit(5n).status, 'confirmed');
  });

  test('on one copy do not let the next take its place', () => {
    const inbox = createInbox(rules);
    told(inbox, 'A mined 5 5 X @1');
    inbox.decide('hold', inbox.deposit(5n, 1).id);
    told(inbox, 'B confirmed 5 X @2');
    assert.deepEqual(inbox.credited(), { 5: 1 });
    assert.equal(inbox.deposit(5n, 1).status, 'quarantined');
    assert.equal(inbox.deposit(5n, 2).status, 'confirmed');
    const doubtful = createInbox(rules);
    told(doubtful, 'A mined 5 5 Y');
    doubtful.decide('hold', doubtful.deposit(5n, 1).id);
    told(doubtful, 'B confirmed 5 X');
    assert.deepEqual(doubtful.credited(), {});
  });

  test('by a frozen network last until it thaws', () => {
    const inbox = createInbox(rules);
    const frozen = { frozen: new Set([group.network]) };
    const result = inbox.step(frozen, ...say('A confirmed 5 X').map((said) => stored(said)));
    assert.deepEqual(kindsOf(result), ['deposit.pending 1']);
    assert.equal(inbox.deposit(5n).code, 'NETWORK_FROZEN');
    assert.equal(inbox.deposit(5n).status, 'pending');
    assert.deepEqual(kindsOf(inbox.step({})), ['deposit 1']);
    assert.equal(inbox.step(frozen).change, undefined);
  });
});

describe('A release', () => {
  test('credits what a check keeps back', () => {
    const inbox = createInbox(rules);
    inbox.tell(one('A confirmed 5 X', { check: 'SCRIPT_NOT_STANDARD' }));
    const { id } = inbox.deposit(5n);
    assert.deepEqual(kindsOf(inbox.decide('release', id)), ['deposit 1']);
    assert.equal(inbox.deposit(5n).code, undefined);
    assert.equal(inbox.decide('release', id).change?.events.length, 0);
    assert.deepEqual(inbox.credited(), { 5: 1 });
  });

  test('waits for confirmations, and credits nothing that is not possible', () => {
    const inbox = createInbox(rules);
    told(inbox, 'A mined 5 X @1');
    const { id } = inbox.deposit(5n);
    assert.deepEqual(kindsOf(inbox.decide('release', id)), []);
    told(inbox, 'A removed X @2');
    inbox.decide('release', id);
    assert.deepEqual(inbox.credited(), {});
  });

  test('decides a conflict', () => {
    const inbox = createInbox(rules);
    told(inbox, 'A confirmed 5 X', 'B confirmed 7 X');
    assert.deepEqual(inbox.credited(), { 5: 1 });
    const both = createInbox(rules);
    both.tell(...say('A confirmed 5 X', 'B confirmed 7 X'));
    assert.deepEqual(both.credited(), {});
    both.decide('release', both.deposit(7n).id);
    assert.deepEqual(both.credited(), { 7: 1 });
  });

  test('credits nothing beside what is credited and in doubt, until that is released too', () => {
    const inbox = createInbox(rules);
    told(inbox, 'A confirmed 5 X', 'B confirmed 7 X');
    inbox.decide('release', inbox.deposit(7n).id);
    assert.deepEqual(inbox.credited(), { 5: 1 });
    assert.equal(inbox.deposit(7n).code, 'GROUP_HELD');
    inbox.decide('release', inbox.deposit(5n).id);
    assert.deepEqual(inbox.credited(), { 5: 1, 7: 1 });
  });

  test('does not outlast a removal: what is reverted is credited again only when it is due again', () => {
    const inbox = createInbox(rules);
    inbox.tell(one('A confirmed 5 X @1', { check: 'SCRIPT_NOT_STANDARD' satisfies CheckCode, eventId: 'a' }));
    inbox.decide('release', inbox.deposit(5n).id);
    inbox.hand();
    told(inbox, 'A removed X @2');
    assert.deepEqual(inbox.credited(), {});
    assert.equal(inbox.deposit(5n).status, 'reverted');
  });
});

describe('A policy that changes', () => {
  test('takes nothing back by asking for more confirmations', () => {
    for (const text of ['A confirmed 5 X', 'A confirmed 5 -']) {
      const inbox = createInbox(rules);
      told(inbox, text);
      const stricter = { rules: () => ({ ...rules, confirmations: 30 }) };
      assert.deepEqual(kindsOf(inbox.step(stricter)), []);
      assert.deepEqual(inbox.credited(), { 5: 1 });
      assert.equal(inbox.deposit(5n).code, 'REORG_PENDING');
    }
  });

  test('takes nothing back by asking for a quorum or a chain check', () => {
    const inbox = createInbox(rules);
    told(inbox, 'A confirmed 5 X');
    inbox.step({ rules: () => ({ ...rules, quorum: 2, chainRequired: true }) });
    assert.deepEqual(inbox.credited(), { 5: 1 });
  });

  test('credits what it asks less of', () => {
    const inbox = createInbox(rules);
    told(inbox, 'A mined 5 X x3');
    assert.deepEqual(kindsOf(inbox.step({ rules: () => ({ ...rules, confirmations: 3 }) })), ['deposit 1']);
  });
});

describe('Our own chain check', () => {
  test('takes back the loser of a conflict that it decides, and credits the winner', () => {
    const inbox = createInbox(rules);
    told(inbox, 'Q confirmed 12 X', 'A confirmed 5 7 X');
    assert.deepEqual(inbox.credited(), { 12: 1 });
    const [result] = told(inbox, 'chain confirmed 5 7 X');
    assert.deepEqual(kindsOf(result), ['deposit.reverted 1', 'deposit 1', 'deposit 1']);
    assert.deepEqual(inbox.credited(), { 5: 1, 7: 1 });
  });
});

describe('Memos that cannot be told (rule 4)', () => {
  const blind: FoldRules = { ...rules, providers: { B: { reportsMemos: false } } };

  test('leave the deposit in quarantine, and ignored once another provider tells it', () => {
    const inbox = createInbox(blind);
    assert.deepEqual(kindsOf(told(inbox, 'B confirmed 5 X')[0]), []);
    assert.equal(inbox.deposit(5n).status, 'quarantined');
    assert.equal(inbox.deposit(5n).code, 'MEMO_UNKNOWN');
    told(inbox, 'A mined 5 m:tag X');
    const [bare, withMemo] = inbox.state.deposits;
    assert.equal(bare?.status, 'ignored');
    assert.equal(withMemo?.status, 'confirmed');
    assert.equal(withMemo?.memo, 'tag');
  });

  test('stay in quarantine where a check says the same', () => {
    const inbox = createInbox(blind);
    inbox.tell(one('B confirmed 5 X', { check: 'MEMO_UNREPORTED' }));
    assert.equal(inbox.deposit(5n).status, 'quarantined');
    assert.ok(inbox.deposit(5n).waitingSince);
  });
});

describe('Payments (rule 26)', () => {
  const payments: FoldRules = { ...rules, keyedBy: 'payment' };
  const paid = (text: string, changed: Partial<Group> = {}): StoredStatement =>
    stored(one(text, { eventId: text }), { ...group, transactionId: '', payment: 'A/17', ...changed });

  test('keep their deposit when a hash comes later', () => {
    const inbox = createInbox(payments);
    inbox.tell(paid('A mined 5 -'));
    const [before] = inbox.state.deposits;
    inbox.tell(paid('A confirmed 5 -', { transactionId: '0x02' }));
    assert.equal(inbox.state.deposits.length, 1);
    const [after] = inbox.state.deposits;
    assert.equal(after?.id, before?.id);
    assert.equal(after?.status, 'confirmed');
    assert.equal(after?.payment, 'A/17');
    assert.equal(after?.transaction.id, '0x02');
  });

  test('take the amount that is confirmed', () => {
    const inbox = createInbox(payments);
    inbox.tell(paid('A mined 7 -'));
    assert.equal(inbox.state.deposits[0]?.amount, 7n);
    inbox.tell(paid('A confirmed 5 -'));
    assert.deepEqual(inbox.credited(), { 5: 1 });
    assert.equal(inbox.state.deposits[0]?.amount, 5n);
    assert.equal(inbox.state.deposits.length, 1);
  });

  test('conflict when they are confirmed in another asset', () => {
    const inbox = createInbox(payments);
    inbox.tell(paid('A confirmed 5 - x12'), paid('A confirmed 5 - x13', { asset: 'eip155:1/erc20:0x01' }));
    assert.deepEqual(inbox.credited(), {});
    assert.equal(inbox.state.deposits[0]?.code, 'CONFLICT');
  });

  test('move from a block that is left to another amount in one step', () => {
    const inbox = createInbox(payments);
    inbox.tell(paid('A confirmed 5 X @1'));
    inbox.hand();
    const result = inbox.tell(paid('A confirmed 7 Y @2'));
    assert.deepEqual(kindsOf(result), ['deposit.reverted 1', 'deposit 2']);
    assert.deepEqual(
      result.change?.events.map((event) => event.deposit.amount),
      [5n, 7n],
    );
  });

  test('wait for an operator where a quorum is asked', () => {
    const inbox = createInbox({ ...payments, quorum: 2, chainRequired: true });
    inbox.tell(paid('A confirmed 5 -'));
    const [deposit] = inbox.state.deposits;
    assert.equal(deposit?.code, 'QUORUM_PENDING');
    inbox.decide('release', deposit?.id ?? '');
    assert.deepEqual(inbox.credited(), { 5: 1 });
  });
});

describe('Advance', () => {
  test('leaves a deposit alone whose statements the store no longer has', () => {
    const inbox = createInbox(rules);
    told(inbox, 'A confirmed 5 X');
    const context = { now: 1, rules: () => rules, frozen: new Set<string>(), holds: new Map(), asset: () => undefined };
    const { change, deposits } = advance({ ...inbox.state, statements: [] }, [], context);
    assert.equal(change, undefined);
    assert.deepEqual(deposits, inbox.state.deposits);
  });
});
