import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { rfc3339Time, typedTime } from '../../lib/util/rfc3339.ts';

interface Suite {
  cases: { text: string; valid: boolean; name: string }[];
}
const suite = JSON.parse(
  readFileSync(new URL('../fixtures/suites/json-schema-date-time.json', import.meta.url), 'utf8'),
) as Suite;

for (const { text, valid, name } of suite.cases) {
  test(`JSON Schema Test Suite: ${name}`, () => {
    assert.equal(rfc3339Time(text) !== undefined, valid, JSON.stringify(text));
  });
}

test('Fractions are cut after milliseconds, however many digits they have', () => {
  const start = Date.UTC(2026, 10, 28, 1, 2, 3);
  for (const [fraction, ms] of [
    ['.5', 500],
    ['.123', 123],
    ['.1239', 123],
    ['.1234567891', 123],
    ['.999999999999999999999999', 999],
  ] as const) {
    assert.equal(rfc3339Time(`2026-11-28T01:02:03${fraction}Z`), start + ms);
  }
});

test('A leap second is the second that follows it, in any zone', () => {
  const next = Date.UTC(2017, 0, 1);
  assert.equal(rfc3339Time('2016-12-31T23:59:60Z'), next);
  assert.equal(rfc3339Time('2017-01-01T07:59:60+08:00'), next);
  assert.equal(rfc3339Time('2016-12-31T15:59:60.25-08:00'), next + 250);
});

test('What RFC 3339 forbids is no time', () => {
  for (const text of [
    '2026-11-28T24:00:00Z',
    '1990-02-31T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-13-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T00:00:61Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T12:30:60Z',
    '2026-01-01T00:00Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01',
    '',
  ]) {
    assert.equal(rfc3339Time(text), undefined, text);
    assert.equal(rfc3339Time(text, 'utc'), undefined, text);
  }
});

test('A time without a zone is UTC only for who asks for that', () => {
  assert.equal(rfc3339Time('2026-01-01T00:00:00'), undefined);
  assert.equal(rfc3339Time('2026-01-01T00:00:00', 'utc'), Date.UTC(2026, 0, 1));
  assert.equal(rfc3339Time('2026-01-01T00:00:00+01:00', 'utc'), Date.UTC(2025, 11, 31, 23));
});

test('Years below 100 are not taken for 19xx', () => {
  assert.equal(rfc3339Time('0026-01-01T00:00:00Z'), Date.parse('0026-01-01T00:00:00Z'));
});

test('Who types a time may leave out seconds, or the time of day', () => {
  assert.equal(typedTime('2026-01-31'), Date.UTC(2026, 0, 31));
  assert.equal(typedTime('2026-01-31T08:30Z'), Date.UTC(2026, 0, 31, 8, 30));
  assert.equal(typedTime('2026-01-31T08:30+01:00'), Date.UTC(2026, 0, 31, 7, 30));
  assert.equal(typedTime('2026-01-31T08:30', 'utc'), Date.UTC(2026, 0, 31, 8, 30));
  assert.equal(typedTime('2026-01-31T08:30:09.5', 'utc'), Date.UTC(2026, 0, 31, 8, 30, 9, 500));
  for (const text of ['2026-01-31T08:30', '2026-02-30', '2026-01-31T24:00Z', 'now', ''])
    assert.equal(typedTime(text), undefined, text);
});

test('Every instant, in every zone and spelling, is read as it was written', () => {
  const instants = fc.integer({ min: Date.parse('0001-01-02T00:00:00Z'), max: Date.parse('9999-12-30T00:00:00Z') });
  const offsets = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
  fc.assert(
    fc.property(instants, offsets, fc.boolean(), (instant, offset, lower) => {
      const local = new Date(instant + offset * 60_000).toISOString().slice(0, -1);
      const size = Math.abs(offset);
      const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
      const text = `${local}${zone}`;
      assert.equal(rfc3339Time(lower ? text.toLowerCase() : text), instant);
    }),
    { numRuns: 300 },
  );
});

function two(value: number): string {
  return String(value).padStart(2, '0');
}
