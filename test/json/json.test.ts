import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as json from '../../lib/json/json.ts';
import { costOf } from '../helpers/cost.ts';

const parse = (text: string): json.Json => json.parseJson(Buffer.from(text));
const unreadable = { code: 'BODY_UNREADABLE' };

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
    assert.equal(time('1970-01-01T00:00:01.1234567890Z'), 1123);
    assert.equal(time('2016-12-31T23:59:60Z'), Date.UTC(2017, 0, 1));
    assert.equal(time('2024-02-29T00:00:00-05:30'), Date.UTC(2024, 1, 29, 5, 30));
    const bad = [
      '2026-01-01',
      '2026-01-01T00:00:00',
      '2026-02-30T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-01T25:00:00Z',
      '2026-11-28T24:00:00Z',
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

  it('refuses a field that stands twice, and __proto__', () => {
    for (const form of ['a=1&a=2', 'a=1&%61=2', '__proto__=1', '%5f_proto__=1']) {
      assert.throws(() => json.formFields(Buffer.from(form)), unreadable, form);
    }
  });

  it('refuses more fields than any callback has, before it looks at them', () => {
    const form = (count: number): string => Array.from({ length: count }, (_, index) => `f${index}=%41`).join('&');
    assert.equal(Object.keys(json.formFields(form(1_000))).length, 1_000);
    for (const hostile of [form(1_001), form(200_000), '&'.repeat(1_000_000)]) {
      assert.throws(() => json.formFields(hostile), unreadable);
      const cost = costOf(() => assert.throws(() => json.formFields(hostile), unreadable));
      assert.ok(cost < 50, `${cost.toFixed(0)} times the work`);
    }
  });
});
