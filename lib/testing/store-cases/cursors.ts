import assert from 'node:assert/strict';
import type { Cursor } from '../../stores/store.ts';
import { startOfTime } from './samples.ts';
import type { StoreCase } from './store-case.ts';

const sample = (id: string, number: bigint): Cursor => ({
  id,
  version: 0,
  network: 'eip155:1',
  block: { number },
  target: number + 10n,
  movedAt: startOfTime,
});

/** With every member that there is: the compiler asks for a new one. */
function everyMember(id: string): Cursor {
  const full: Required<Cursor> = {
    ...sample(id, 2n ** 60n),
    block: { number: 2n ** 60n, hash: '0xb1' },
    behindSince: startOfTime - 1,
    blocksPerMinute: 300,
    trouble: { code: 'BLOCK_UNAVAILABLE', since: startOfTime },
    reader: { name: 'one', until: startOfTime + 1 },
  };
  return full;
}

/** How far blocks have been read. */
export const cursorCases: readonly StoreCase[] = [
  {
    name: 'a cursor comes back with every member, in the order of ids, and as the next version',
    async run({ store }) {
      assert.deepEqual(await store.cursors(), []);
      const odd = 'eip155:1 \u{1f4b0}';
      for (const cursor of [everyMember(odd), sample('b', 2n), sample('a', 1n)]) {
        assert.equal(await store.moveCursor(cursor), true);
      }
      assert.deepEqual(await store.cursors(), [
        { ...sample('a', 1n), version: 1 },
        { ...sample('b', 2n), version: 1 },
        { ...everyMember(odd), version: 1 },
      ]);
    },
  },
  {
    name: 'a cursor with NUL in its id is kept exactly',
    async run({ store }) {
      const id = 'eip155:1 \0 and more';
      assert.equal(await store.moveCursor(sample(id, 1n)), true);
      assert.deepEqual(await store.cursors(), [{ ...sample(id, 1n), version: 1 }]);
      assert.equal(await store.moveCursor({ ...sample(id, 2n), version: 1 }), true);
      await store.dropCursor(id);
      assert.deepEqual(await store.cursors(), []);
    },
  },
  {
    name: 'a cursor is changed only by who knows its version, so that of two processes one goes on',
    async run({ store, another }) {
      const other = (await another?.()) ?? store;
      assert.equal(await store.moveCursor({ ...sample('a', 1n), version: 1 }), false, 'none is stored');
      assert.deepEqual(await store.cursors(), []);
      const begun = await Promise.all([store.moveCursor(sample('a', 1n)), other.moveCursor(sample('a', 1n))]);
      assert.deepEqual(begun.sort(), [false, true]);
      const moved = await Promise.all(
        [store, other, store, other].map((one, index) =>
          one.moveCursor({ ...sample('a', BigInt(index + 2)), version: 1 }),
        ),
      );
      assert.equal(moved.filter(Boolean).length, 1);
      const [cursor] = await other.cursors();
      assert.equal(cursor?.version, 2);
      assert.equal(cursor?.block.number, BigInt(moved.indexOf(true) + 2));
      assert.equal(await store.moveCursor({ ...sample('a', 9n), version: 1 }), false, 'an older version');
      assert.deepEqual(await store.cursors(), [cursor]);
    },
  },
  {
    name: 'a cursor that is dropped is gone, and may begin anew',
    async run({ store }) {
      await store.moveCursor(sample('a', 5n));
      await store.moveCursor(sample('b', 6n));
      await store.dropCursor('a');
      await store.dropCursor('never there');
      assert.deepEqual(await store.cursors(), [{ ...sample('b', 6n), version: 1 }]);
      assert.equal(await store.moveCursor(sample('a', 1n)), true);
    },
  },
  {
    name: 'a cursor outlives prune, and if the store is durable the process too',
    async run({ store, reopen }, clock) {
      await store.moveCursor(everyMember('a'));
      clock.advance(1_000_000);
      await store.prune(clock.now(), { evidenceBefore: clock.now() });
      const after = (store.durable && (await reopen?.())) || store;
      assert.deepEqual(await after.cursors(), [{ ...everyMember('a'), version: 1 }]);
    },
  },
];
