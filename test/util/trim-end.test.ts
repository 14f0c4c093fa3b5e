import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trimEnd } from '../../lib/util/trim-end.ts';
import { costOf } from '../helpers/cost.ts';

test('takes a character off the end, in time that grows with the text alone', () => {
  assert.equal(trimEnd('1.500', '0'), '1.5');
  assert.equal(trimEnd('000', '0'), '');
  assert.equal(trimEnd('', '0'), '');
  const hostile = `0.${'0'.repeat(300_000)}1`;
  assert.ok(costOf(() => trimEnd(hostile, '0')) < 10);
});
