import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as json from '../../lib/deposits/json.ts';
import { isDepositCallbackError } from '../../lib/errors.ts';

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

describe('readers of a body', () => {
  const body = parse(
    '{"data":{"hash":"0x1","n":12,"big":"12","neg":-3,"amount":1.10,"ok":false,"none":null,"empty":"","rows":[{"a":1}],"time":"2026-01-01T00:00:00.5+01:00"}}',
  );

  it('go down the keys of the path', () => {
    assert.equal(json.text(body, 'data.hash'), '0x1');
    assert.equal(json.numberText(body, 'data.amount'), '1.10');
    assert.equal(json.numberText(body, 'data.big'), '12');
    assert.equal(json.integer(body, 'data.n'), 12);
    assert.equal(json.integer(body, 'data.big'), 12);
    assert.equal(json.integer(body, 'data.neg'), -3);
    assert.equal(json.boolean(body, 'data.ok'), false);
    assert.equal(json.isoTime(body, 'data.time'), Date.UTC(2025, 11, 31, 23, 0, 0, 500));
    assert.equal(json.text(json.object(body, 'data'), 'hash'), '0x1');
    assert.deepEqual(
      json.array(body, 'data.rows').map((row) => json.integer(row, 'a')),
      [1],
    );
    assert.equal(json.member(body, 'data', 'hash'), '0x1');
  });

  it('name the path and keep the value out where something else is found', () => {
    const readers = [
      json.object,
      json.array,
      json.text,
      json.numberText,
      json.integer,
      json.boolean,
      json.isoTime,
    ] as const;
    for (const read of readers) {
      assert.throws(() => read(body, 'data.missing'), { ...unreadable, message: /data\.missing/ });
      assert.throws(() => read(body, 'data.none'), unreadable);
      assert.throws(() => read(body, 'data.hash.deeper'), unreadable);
    }
    assert.throws(
      () => json.integer(body, 'data.hash'),
      (error: Error) => !error.message.includes('0x1'),
    );
    assert.throws(() => json.integer(body, 'data.amount'), unreadable);
    assert.throws(() => json.object(body, 'data.amount'), unreadable);
    assert.throws(() => json.object(body, 'data.rows'), unreadable);
    assert.throws(() => json.integer(parse('1e21'), ''), unreadable);
    assert.throws(() => json.text(body, 'data.empty'), unreadable);
  });

  it('take null and absent as nothing for what is optional, and nothing else', () => {
    for (const path of ['data.none', 'data.missing', 'no.such.path']) {
      assert.equal(json.optionalText(body, path), undefined);
      assert.equal(json.optionalNumberText(body, path), undefined);
      assert.equal(json.optionalInteger(body, path), undefined);
      assert.equal(json.optionalBoolean(body, path), undefined);
      assert.equal(json.optionalObject(body, path), undefined);
      assert.equal(json.optionalIsoTime(body, path), undefined);
      assert.deepEqual(json.optionalArray(body, path), []);
    }
    assert.equal(json.optionalText(body, 'data.empty'), undefined);
    assert.equal(json.optionalInteger(body, 'data.n'), 12);
    assert.throws(() => json.optionalInteger(body, 'data.hash'), unreadable);
    assert.throws(() => json.optionalText(body, 'data.n'), unreadable);
  });

  it('read RFC 3339 times and refuse others', () => {
    const time = (written: string): number => json.isoTime(written, '');
    assert.equal(time('1970-01-01T00:00:01Z'), 1000);
    assert.equal(time('1970-01-01 00:00:01.123456789z'), 1123);
    assert.equal(time('2024-02-29T00:00:00-05:30'), Date.UTC(2024, 1, 29, 5, 30));
    const bad = [
      '2026-01-01',
      '2026-01-01T00:00:00',
      '2026-02-30T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-01T25:00:00Z',
      '1',
      'now',
    ];
    for (const written of [...bad, '2026-01-01T00:00:00Zx', '02026-01-01T00:00:00Z'])
      assert.throws(() => time(written), unreadable, written);
  });
});

describe('formFields', () => {
  it('reads fields as the readers of JSON do', () => {
    const fields = json.formFields(
      Buffer.from('txid=abc&value=1.10&name=a+b%20c&caf%C3%A9=%F0%9F%98%80&flag&eq=a=b&&'),
    );
    assert.deepEqual(fields, {
      txid: 'abc',
      value: '1.10',
      name: 'a b c',
      'caf\u00e9': '\u{1f600}',
      flag: '',
      eq: 'a=b',
    });
    assert.equal(json.numberText(fields, 'value'), '1.10');
    assert.deepEqual(json.formFields('a=1'), { a: '1' });
  });

  it('reads bytes that ought to have been escaped as UTF-8', () => {
    assert.deepEqual(json.formFields(Buffer.from('a=\u00e9')), { a: '\u00e9' });
  });

  it('refuses a field that stands twice, invalid UTF-8, a broken escape and __proto__', () => {
    for (const form of ['a=1&a=2', 'a=1&%61=2', 'a=%FF', 'a=%zz', 'a=%', '__proto__=1', '%5f_proto__=1']) {
      assert.throws(() => json.formFields(Buffer.from(form)), unreadable, form);
    }
    assert.throws(() => json.formFields(Buffer.from([0x61, 0x3d, 0xff])), unreadable);
  });
});
