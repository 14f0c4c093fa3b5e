import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { compactHash } from '../../../lib/stores/shared/compact-hash.ts';

test('a compact hash is a safe integer of 52 bits, the same each time', () => {
  for (const text of ['', 'a', '\u0000', '\ud800', 'x'.repeat(10_000)]) {
    const hash = compactHash(text);
    assert.ok(Number.isSafeInteger(hash) && hash >= 0 && hash < 2 ** 52, text.slice(0, 10));
    assert.equal(compactHash(text), hash);
  }
});

test('texts that differ by a character, and the same characters split otherwise, hash apart', () => {
  const hashes = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], ['abd'], ['bac']].map((texts) =>
    compactHash(...texts),
  );
  assert.equal(new Set(hashes).size, hashes.length);
});

test('a hundred thousand transaction ids, counters and addresses hash apart and spread evenly', () => {
  const texts = Array.from({ length: 100_000 }, (_, index) =>
    index % 2 === 0 ? `0x${createHash('sha256').update(String(index)).digest('hex')}` : `payment-${index}`,
  );
  const hashes = texts.map((text) => compactHash(text));
  assert.equal(new Set(hashes).size, texts.length);
  for (const bit of [0, 1, 8, 16, 31, 32, 40, 51]) {
    const ones = hashes.filter((hash) => Math.floor(hash / 2 ** bit) % 2 === 1).length;
    assert.ok(Math.abs(ones / hashes.length - 0.5) < 0.01, `bit ${bit}: ${ones}`);
  }
});
