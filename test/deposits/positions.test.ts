import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { areToldApart, positionScope } from '../../lib/deposits/positions.ts';
import type { Statement } from '../../lib/deposits/statement.ts';

const at = (position: string | undefined, blockHash?: string): Statement => {
  const row: Statement = { provider: 'A', kind: 'mined', amount: 5n, eventId: 'e', row: 0 };
  if (position !== undefined) row.position = position;
  if (blockHash !== undefined) row.blockHash = blockHash;
  return row;
};

describe('A position', () => {
  test("is as wide as what fixes it, and the provider's own where the vocabulary does not have it", () => {
    for (const position of ['native', 'out:0', 'out:12', 'ix:3']) assert.equal(positionScope(position), 'transaction');
    for (const position of ['log:0', 'event:1', 'trace:0.1', 'ix:3.1']) assert.equal(positionScope(position), 'block');
    for (const position of ['transfer:17', 'out:', 'other:1', 'out:1 ', 'nativeX', '']) {
      assert.equal(positionScope(position), 'provider');
    }
  });

  test('tells two rows apart where both name one of the same vocabulary, and different ones', () => {
    assert.ok(areToldApart(at('out:0'), at('out:1')));
    assert.ok(areToldApart(at('out:0', 'X'), at('out:1', 'Y')));
    assert.ok(!areToldApart(at('out:0'), at('out:0')));
    assert.ok(!areToldApart(at('out:0'), at(undefined)));
    assert.ok(!areToldApart(at('native', 'X'), at('trace:0', 'X')), 'may be two names of one movement');
    assert.ok(!areToldApart(at('ix:1', 'X'), at('ix:1.2', 'X')));
  });

  test('that a block fixes tells rows apart within that block only', () => {
    assert.ok(areToldApart(at('log:0', 'X'), at('log:1', 'X')));
    assert.ok(!areToldApart(at('log:0', 'X'), at('log:1', 'Y')));
    assert.ok(!areToldApart(at('log:0'), at('log:1')));
  });

  test('that is a private id tells no two providers apart', () => {
    assert.ok(!areToldApart(at('transfer:1', 'X'), at('transfer:2', 'X')));
  });

  test('that only begins like those of the vocabulary tells nothing apart, whoever is asked about first', () => {
    for (const [one, other] of [['log:0', 'log:x'] as const, ['out:0', 'out:x'] as const]) {
      assert.ok(!areToldApart(at(one, 'X'), at(other, 'X')));
      assert.ok(!areToldApart(at(other, 'X'), at(one, 'X')));
    }
  });
});
