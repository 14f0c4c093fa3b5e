import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { equalBytes } from '../../lib/signatures/constant-time.ts';

test('equal bytes are equal, and one changed bit makes them unequal', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 80 }),
      fc.nat(),
      fc.integer({ min: 0, max: 7 }),
      (bytes, at, bit) => {
        assert.equal(equalBytes(bytes, Uint8Array.from(bytes)), true);
        const changed = Uint8Array.from(bytes, (byte, index) =>
          index === at % bytes.length ? byte ^ (1 << bit) : byte,
        );
        assert.equal(equalBytes(bytes, changed), false);
      },
    ),
  );
});

test('bytes of unequal length are unequal, a prefix too, and nothing throws', () => {
  assert.equal(equalBytes(Buffer.from('secret'), Buffer.from('secre')), false);
  assert.equal(equalBytes(Buffer.from(''), Buffer.from('a')), false);
  assert.equal(equalBytes(Buffer.from(''), Buffer.from('')), true);
});

test('a view into a larger buffer is compared by what it shows', () => {
  const whole = Buffer.from('xxsecretxx');
  assert.equal(equalBytes(whole.subarray(2, 8), Buffer.from('secret')), true);
});
