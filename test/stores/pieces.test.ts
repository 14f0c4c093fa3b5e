import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordBatch } from '../../lib/stores/postgres/batch.ts';
import { recordsOf } from '../../lib/stores/sqlite/records.ts';
import { depositChange, sampleCallback } from '../../lib/testing/store-cases/samples.ts';

// One callback with thousands of transfers: what is written for it must not be put together in one go, in which nothing else is answered.

const count = 3_000;
const opening = Array.from({ length: count }, (_, index) =>
  depositChange(`eip155:1|0x${String(index).padStart(64, '0')}`),
);
const batch = (changes: typeof opening) => ({ callbacks: [sampleCallback('cb_1')], changes });
const place = { now: null, slot: 0, holder: null, leased: new Set<never>() };

const written: Readonly<Record<string, () => Generator<void, unknown, void>>> = {
  'SQLite: the records': () => recordsOf(opening),
  'PostgreSQL: transactions that are new': () => recordBatch(batch(opening), place),
  'PostgreSQL: transactions of which one is stored': () =>
    recordBatch(
      batch(opening.map((change, index) => (index === 0 ? { ...change, expectedVersion: 1 } : change))),
      place,
    ),
};

for (const [what, write] of Object.entries(written)) {
  test(`${what} of a batch are written out in pieces`, () => {
    let pieces = 0;
    for (const _ of write()) pieces += 1;
    assert.ok(pieces >= count, `${pieces} pieces`);
  });
}
