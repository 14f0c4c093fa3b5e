import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alarmsOf } from '../../lib/deposits/alarms.ts';
import type { FoldRules } from '../../lib/deposits/fold.ts';
import { createInbox } from './inbox.ts';
import { say } from './say.ts';

const rules: FoldRules = { confirmations: 12, reorgDepth: 64, quorum: 1, providers: {} };

/** Alarms of each text, told one after another. */
function alarms(...texts: readonly string[]): string[][] {
  const inbox = createInbox(rules);
  return texts.map((text) => {
    const before = inbox.state;
    const { change } = inbox.tell(...say(`${text} e:${before.statements.length}`));
    inbox.hand();
    return alarmsOf([before], change ? [change] : []).map(({ code, deposit }) => `${code} ${deposit.code}`);
  });
}

describe('An alarm', () => {
  test('is raised for a conflict, before a credit and after one, once', () => {
    assert.deepEqual(alarms('A mined 5 X x1', 'B confirmed 7 X', 'B confirmed 7 X x13'), [
      [],
      ['DEPOSIT_QUARANTINED CONFLICT', 'DEPOSIT_QUARANTINED CONFLICT'],
      [],
    ]);
    assert.deepEqual(alarms('A confirmed 5 X', 'B confirmed 7 X'), [
      [],
      ['CREDIT_IN_DOUBT CONFLICT', 'DEPOSIT_QUARANTINED CONFLICT'],
    ]);
  });

  test('is raised for a removal without a block, before a credit and after one', () => {
    assert.deepEqual(alarms('A mined 5 X x1 @1', 'B removed -'), [[], ['DEPOSIT_HELD REMOVED_NO_BLOCK']]);
    assert.deepEqual(alarms('A confirmed 5 X @1', 'B removed -', 'B removed -'), [
      [],
      ['CREDIT_IN_DOUBT REMOVED_NO_BLOCK'],
      [],
    ]);
  });

  test('is raised for a removal of what is final', () => {
    assert.deepEqual(alarms('A confirmed 5 X x64 @1', 'A removed X @2'), [[], ['CREDIT_IN_DOUBT REORG_AMBIGUOUS']]);
  });

  test('is raised for another cause, and for what only waits it is not', () => {
    assert.deepEqual(alarms('A confirmed 5 X @1', 'B removed X', 'B removed -'), [
      [],
      ['CREDIT_IN_DOUBT REORG_AMBIGUOUS'],
      ['CREDIT_IN_DOUBT REMOVED_NO_BLOCK'],
    ]);
    assert.deepEqual(alarms('A seen 5 -', 'A mined 5 X x1'), [[], []]);
  });
});
