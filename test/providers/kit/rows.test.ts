import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Json, optionalArray, text } from '../../../lib/json/json.ts';
import type { Transfer } from '../../../lib/providers/kit/provider.ts';
import { readingOf, readRows } from '../../../lib/providers/kit/rows.ts';

function transfer(id: string, over: Partial<Transfer> = {}): Transfer {
  return { kind: 'mined', network: 'n', asset: 'a', amount: { units: '1' }, to: 't', transaction: { id }, ...over };
}

const readRow = (row: Json): Transfer => transfer(text(row, 'id'));
const ids = (transfers: readonly Transfer[]): string[] => transfers.map(({ transaction }) => transaction.id ?? '');

test('What one row throws makes that row unreadable, with its place and the reason, and no other', () => {
  const { transfers, unreadable } = readRows([{ id: 'a' }, { id: 1 }, { id: 'c' }, null], 'event.activity', readRow);
  assert.deepEqual(ids(transfers), ['a', 'c']);
  assert.deepEqual(
    unreadable.map(({ path }) => path),
    ['event.activity.1', 'event.activity.3'],
  );
  assert.match(unreadable[0]?.reason ?? '', /id of the body is not a string/);
});

test('What is thrown may be anything, and a reason is short', () => {
  const thrown = ['a text', new TypeError('x'.repeat(10_000)), undefined];
  const { unreadable } = readRows([0, 1, 2], '', (_, index) => {
    throw thrown[index];
  });
  assert.deepEqual(
    unreadable.map(({ path, reason }) => [path, reason.length < 300]),
    [
      ['0', true],
      ['1', true],
      ['2', true],
    ],
  );
});

test('A row keeps its number when a row before it can be read later, whatever that then reports', () => {
  const kinds = fc.array(fc.constantFrom('one', 'none', 'two', 'unreadable'), { maxLength: 8 });
  fc.assert(
    fc.property(kinds, (rows) => {
      const read = (later: number) =>
        readRows(rows, 'rows', (row, index) => {
          if (row === 'unreadable' && later < 0) throw new Error('not yet');
          const count = row === 'unreadable' ? later : row === 'one' ? 1 : row === 'two' ? 2 : 0;
          return Array.from({ length: count }, (_, nth) => transfer(`${index}-${nth}`));
        });
      const before = new Map(read(-1).transfers.map((one) => [one.transaction.id, one.row]));
      for (const later of [0, 1, 3]) {
        const after = read(later).transfers;
        for (const one of after)
          if (before.has(one.transaction.id)) assert.equal(one.row, before.get(one.transaction.id));
        assert.equal(new Set(after.map(({ row }) => row)).size, after.length, 'Two rows have one number');
      }
    }),
  );
});

test('Rows of several lists of one body have numbers of their own, in the order of the lists', () => {
  const first = readRows([{ id: 'a' }, 1, { id: 'c' }], 'x', readRow);
  const second = readRows([{ id: 'd' }], 'y', readRow);
  const reading = readingOf(first, second);
  assert.deepEqual(
    reading.transfers.map(({ transaction, row }) => [transaction.id, row]),
    [
      ['a', 0],
      ['c', 2],
      ['d', 3],
    ],
  );
  assert.deepEqual(
    reading.unreadable?.map(({ path }) => path),
    ['x.1'],
  );
  assert.equal('unreadable' in readingOf(second), false);
});

test('A list within a row is read row by row too, and its places say both', () => {
  const list = [
    { event: 'e1', rows: [{ id: 'a' }, 1] },
    { event: 'e2', rows: [{ id: 'b' }] },
  ];
  const rows = readRows(list, '', (row) =>
    readRows(optionalArray(row, 'rows'), 'rows', (inner) => transfer(text(inner, 'id'), { event: text(row, 'event') })),
  );
  assert.deepEqual(
    rows.transfers.map(({ event, row }) => [event, row]),
    [
      ['e1', 0],
      ['e2', 0],
    ],
  );
  assert.deepEqual(
    rows.unreadable.map(({ path }) => path),
    ['0.rows.1'],
  );
});
