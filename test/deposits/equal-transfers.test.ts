import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoldRules } from '../../lib/deposits/fold-rules.ts';
import type { StoredStatement } from '../../lib/deposits/statement.ts';
import { createInbox, stored } from './inbox.ts';
import { say } from './say.ts';

// A stranger can split a payment into as many equal transfers as one transaction holds, each with a callback of its own.

const rules: FoldRules = { confirmations: 12, reorgDepth: 64, quorum: 1, providers: {} };
const transfer = (number: number): StoredStatement[] =>
  say(`A confirmed 5 log:${number} X e:${number}`).map((statement) => stored(statement));

test('one more of many equal transfers changes one deposit, and not what the others name', () => {
  const inbox = createInbox(rules);
  for (let number = 0; number < 150; number += 1) inbox.tell(...transfer(number));
  const { change } = inbox.tell(...transfer(150));
  assert.equal(change?.deposits.length, 1);
  assert.equal(inbox.state.deposits.length, 151);
  assert.deepEqual(new Set(inbox.state.deposits.map(({ callbackIds }) => callbackIds.length)), new Set([100]));
  assert.equal(inbox.credited()['5'], 151);
});

test('what is read to describe equal transfers grows with their number, not with its square', () => {
  const readsOf = (count: number): number => {
    let reads = 0;
    const statements = Array.from({ length: count }, (_, number) => transfer(number))
      .flat()
      .map(
        (statement) =>
          new Proxy(statement, {
            get(target, name) {
              if (name === 'callbackId' || name === 'receivedAt' || name === 'symbol' || name === 'from') reads += 1;
              return Reflect.get(target, name);
            },
          }),
      );
    createInbox(rules).tell(...statements);
    return reads;
  };
  const few = readsOf(50);
  const many = readsOf(500);
  assert.ok(many <= 10 * few, `${few} reads for 50 transfers, ${many} for 500`);
});
