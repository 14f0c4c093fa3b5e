import assert from 'node:assert/strict';
import { test } from 'node:test';
import { internalTransfers } from '../../../lib/chains/readers/evm/traces.ts';

const from = '0xAA00000000000000000000000000000000000001';
const to = '0xBB00000000000000000000000000000000000002';
const frame = (type: string, value: string, calls: object[] = [], error?: string): object => ({
  type,
  from,
  to,
  value,
  ...(calls.length > 0 ? { calls } : {}),
  ...(error ? { error } : {}),
});

test('only calls that move coin count, each under its place in the tree', () => {
  const tree = frame('CALL', '0x9', [
    frame('DELEGATECALL', '0x1', [frame('CALL', '0x2')]),
    frame('STATICCALL', '0x0'),
    frame('CALLCODE', '0x3'),
    frame('CREATE2', '0x4'),
    frame('SELFDESTRUCT', '0x5'),
    frame('CALL', '0x0'),
  ]);
  const found = internalTransfers(tree).map(({ value, path }) => [value, path]);
  assert.deepEqual(found, [
    [2n, '0.0'],
    [4n, '3'],
    [5n, '4'],
  ]);
  assert.equal(internalTransfers(tree)[0]?.to, to.toLowerCase());
});

test('nothing under a call that failed counts, whatever went well below it', () => {
  const tree = frame('CALL', '0x9', [
    frame('CALL', '0x1', [frame('CALL', '0x2')], 'execution reverted'),
    frame('CALL', '0x3'),
  ]);
  assert.deepEqual(
    internalTransfers(tree).map((one) => one.value),
    [3n],
  );
  assert.deepEqual(internalTransfers(frame('CALL', '0x9', [frame('CALL', '0x1')], 'out of gas')), []);
});

test('a very deep tree is walked to its end', () => {
  let tree = frame('CALL', '0x7');
  for (let depth = 0; depth < 20_000; depth += 1) tree = frame('CALL', '0x0', [tree]);
  assert.deepEqual(
    internalTransfers(tree).map((one) => one.value),
    [7n],
  );
});

test('what is no call tree is refused', () => {
  for (const wrong of [
    null,
    'tree',
    frame('CALL', '0x1', [null as unknown as object]),
    { type: 'CALL', calls: 'none' },
  ]) {
    assert.throws(() => internalTransfers(wrong), TypeError);
  }
  assert.throws(() => internalTransfers(frame('CALL', '0x0', [{ type: 'CALL', value: '0x1' }])), TypeError);
});
