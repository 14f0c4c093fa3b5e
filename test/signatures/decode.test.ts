import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64, decodeBase64Url, decodeHex, decodePrefixedHex } from '../../lib/signatures/decode.ts';

const bytes = fc.uint8Array({ maxLength: 70 }).map((array) => Buffer.from(array));

test('what was encoded is decoded, padded or not', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      assert.deepEqual(decodeHex(given.toString('hex')), given);
      assert.deepEqual(decodeHex(given.toString('hex').toUpperCase()), given);
      assert.deepEqual(decodeBase64(given.toString('base64')), given);
      assert.deepEqual(decodeBase64(given.toString('base64').replaceAll('=', '')), given);
      assert.deepEqual(decodeBase64Url(given.toString('base64url')), given);
    }),
  );
});

test('hex with a wrong character, an odd length or a prefix is refused, not cut short', () => {
  for (const text of ['0', 'abc', 'zz', '00zz', '0x00', 'ab cd', 'ab\n', ' ab'])
    assert.equal(decodeHex(text), undefined, text);
});

test('a prefix of 0x is taken only where it is asked for', () => {
  assert.deepEqual(decodePrefixedHex('0xABcd'), Buffer.from([0xab, 0xcd]));
  assert.deepEqual(decodePrefixedHex('abcd'), Buffer.from([0xab, 0xcd]));
  assert.equal(decodePrefixedHex('0x0x00'), undefined);
});

test('base64 with the other alphabet, wrong padding, blanks or spare bits is refused', () => {
  // "QQ==" is one byte; "QR==" would be the same byte with bits that carry nothing.
  for (const text of ['Q', 'QQ=', 'QQ===', 'Q=Q=', 'QR==', 'QUJD=', 'QQ==\n', ' QQ==', 'Q Q=', '-_8=', 'QUJ$']) {
    assert.equal(decodeBase64(text), undefined, JSON.stringify(text));
  }
  for (const text of ['+/8', 'Q', 'QR', 'QQ=', 'QUJ$']) assert.equal(decodeBase64Url(text), undefined, text);
});

test('one value has no spelling of other characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ABQRgw+/-_='), maxLength: 12 }), (text) => {
      const decoded = decodeBase64(text);
      if (decoded !== undefined) assert.equal(decoded.toString('base64').replaceAll('=', ''), text.replaceAll('=', ''));
    }),
  );
});
