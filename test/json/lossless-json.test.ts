import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { isDepositCallbackError } from '../../lib/errors.ts';
import * as json from '../../lib/json/json.ts';
import { costOf } from '../helpers/cost.ts';

const parse = (text: string): json.Json => json.parseJson(Buffer.from(text));
const invalid = { code: 'JSON_INVALID' };
const unreadable = { code: 'BODY_UNREADABLE' };

describe('parseJson', () => {
  it('gives what JSON.parse gives for ordinary values, written densely or with spaces', () => {
    const ordinary = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(ordinary, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        assert.deepEqual(parse(text), JSON.parse(text));
      }),
    );
  });

  it('gives what JSON.parse gives where texts are escaped otherwise than JavaScript would', () => {
    const text = String.raw`{"a\/b":"\u00e9\ud83d\ude00\n","c":["\\\"",{"":[]},[],{}],"d":1.50}`;
    const { d, ...rest } = json.object(parse(text), '');
    assert.deepEqual({ ...rest, d: Number(json.numberText(d, '')) }, JSON.parse(text));
  });

  it('keeps the text of every number', () => {
    const numbers = [
      '123456789012345678901234567890',
      '1e-18',
      '1.10',
      '-0',
      '1E400',
      '0.1',
      '9007199254740993',
      '1.5E+3',
      '5',
    ];
    for (const number of numbers) {
      for (const text of [
        `{"amount":${number}}`,
        `{ "amount" : ${number} }`,
        `[{"x":"\\u0061"},{"amount":${number}}]`,
      ]) {
        const found = parse(text);
        const holder = Array.isArray(found) ? found.at(-1) : found;
        assert.equal(json.numberText(holder, 'amount'), number, text);
      }
      assert.equal(json.numberText(parse(number), ''), number);
    }
  });

  it('keeps the text of any number that JSON allows', () => {
    const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?$/);
    fc.assert(fc.property(number, (written) => assert.equal(json.numberText(parse(`{"a":${written}}`), 'a'), written)));
  });

  it('refuses a key that stands twice in one object, also when it is escaped', () => {
    const texts = [
      '{"a":1,"a":1}',
      '{"a":1,"b":2,"a":3}',
      '{"a":1,"\\u0061":2}',
      '{ "x": [ { "a":1, "a":1 } ] }',
      '{"":1,"":1}',
    ];
    for (const text of texts) assert.throws(() => parse(text), invalid, text);
    assert.doesNotThrow(() => parse('[{"a":1},{"a":1.0,"b":{"a":2}}]'));
  });

  it('refuses the key __proto__, escaped too, and reads it in a text', () => {
    for (const text of ['{"__proto__":{"a":1}}', '{"__pr\\u006fto__":1}', '{"a":[{"__proto__":null}]}']) {
      assert.throws(() => parse(text), invalid, text);
    }
    assert.equal(json.text(parse('{"a":"__proto__"}'), 'a'), '__proto__');
  });

  it('never shows an inherited property as data', () => {
    for (const key of ['constructor', 'toString', '__proto__', 'prototype', 'hasOwnProperty']) {
      assert.equal(json.member(parse('{"a":1}'), key), undefined, key);
      assert.throws(() => json.text(parse('{"a":1.0}'), key), unreadable, key);
    }
    assert.equal(json.member(parse('[1,2]'), 'length'), undefined);
  });

  it('bounds how deep values stand in one another', () => {
    assert.doesNotThrow(() => parse('['.repeat(64) + ']'.repeat(64)));
    for (const depth of [65, 400000]) {
      assert.throws(() => parse('['.repeat(depth) + ']'.repeat(depth)), invalid);
      assert.throws(() => parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`), invalid);
    }
    assert.throws(() => json.parseJson(Buffer.from('[[1]]'), { depth: 1 }), invalid);
  });

  it('refuses what is not strictly JSON', () => {
    const texts = [
      '',
      ' ',
      '{}x',
      '{} {}',
      '{"a":1,}',
      '[1,]',
      '{"a":1}//x',
      '/*x*/{}',
      "{'a':1}",
      '{a:1}',
      '01',
      '+1',
      '.5',
      '5.',
    ];
    texts.push(
      'NaN',
      'Infinity',
      '[1 2]',
      '{"a" 1}',
      '"\n"',
      '"\\x41"',
      '[',
      '{"a":1',
      'undefined',
      '\u00a0{}',
      '{"a":1.0,}',
      '1.0 //',
    );
    for (const text of texts) assert.throws(() => parse(text), invalid, text);
  });

  it('refuses invalid UTF-8 and a byte order mark', () => {
    const bytes = [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0xef, 0xbb, 0xbf, 0x7b, 0x7d],
    ];
    for (const bad of bytes) assert.throws(() => json.parseJson(Uint8Array.from(bad)), invalid);
    const marked = Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d);
    assert.throws(() => json.parseJson(marked), { ...invalid, message: /byte order mark/ });
    assert.equal(json.text(json.parseJson(Buffer.from('"\u00e9\u{1f600}"')), ''), '\u00e9\u{1f600}');
  });

  it('reads only the bytes of a view', () => {
    const bytes = Buffer.from('xx{"a":1}yy');
    assert.deepEqual(json.parseJson(new Uint8Array(bytes.buffer, bytes.byteOffset + 2, 7)), { a: 1 });
  });

  it('throws nothing but JSON_INVALID, whatever the bytes', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '"__proto__"',
      '\\u0061',
      '1',
      '1.0',
      '-0',
      'e5',
      'null',
      ' ',
      '/*',
      '//',
      '\n',
      '\u00e9',
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => Buffer.from(parts.join('')));
    const bytes = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(fc.oneof(text, bytes), (body) => {
        try {
          json.parseJson(body);
        } catch (error) {
          assert.ok(isDepositCallbackError(error) && error.code === 'JSON_INVALID', String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('reads a mebibyte of one text, and of escapes, without trouble', () => {
    const long = 'x'.repeat(1 << 20);
    assert.equal(json.text(parse(`{ "a": "${long}" }`), 'a').length, 1 << 20);
    assert.equal(json.text(parse(`{ "a": "${'\\u0041'.repeat(1 << 17)}", "b": 1.0 }`), 'a').length, 1 << 17);
  });
});

test('members are bounded over all arrays and objects, and what is beyond the bound costs little', () => {
  const fits = (text: string): boolean => {
    try {
      parse(text);
      return true;
    } catch (error) {
      assert.equal((error as { code?: unknown }).code, 'JSON_INVALID');
      return false;
    }
  };
  const list = (item: string, count: number): string => `[${Array(count).fill(item).join(',')}]`;
  assert.ok(fits(list('1', 50_000)));
  assert.ok(!fits(list('1', 50_001)));
  assert.ok(fits(list('1.0', 50_000)), 'read losslessly');
  assert.ok(!fits(`{"a":${list('1', 25_000)},"b":${list('1', 25_000)}}`), 'counted together');
  assert.ok(fits(list('"a 30-byte member of a batch"', 250_000)), 'a batch of 8 MiB');
  const twice = `{"a":${list('1.0', 100_000)},"a":[]}`;
  const object = `{${Array.from({ length: 85_000 }, (_, index) => `"k${index}":1.0`).join(',')}}`;
  for (const [name, text] of Object.entries({ twice, object, list: list('1.0', 200_000), open: '['.repeat(400_000) })) {
    assert.ok(!fits(text), name);
    const cost = costOf(() => fits(text));
    assert.ok(cost < 100, `${name}: ${cost.toFixed(0)} times the work`);
  }
  const dropped = `{"a":${list('[[1.0]]', 30_000)},"a":[]}`;
  assert.throws(() => parse(dropped), /too many members/, 'what the native parse drops is counted too');
  assert.ok(
    Array.isArray(json.parseJson(Buffer.from(list('1', 60_000)), { members: 60_000 })),
    'a caller may allow more',
  );
});
