import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lookBack, mostLookedAt } from '../../lib/inspector/look-back.ts';

interface Row {
  id: string;
  isWanted: boolean;
}

function listing(rows: readonly Row[]) {
  let looked = 0;
  return {
    looked: () => looked,
    async list({ limit, before }: { limit: number; before?: string }): Promise<Row[]> {
      const start = before === undefined ? 0 : rows.findIndex(({ id }) => id === before) + 1;
      const page = rows.slice(start, start + limit);
      looked += page.length;
      return page;
    },
  };
}

test('one look after the other finds each row that fits once, in order, and none looks at more than it may', async () => {
  const many = fc.tuple(
    fc.integer({ min: 0, max: 15_000 }),
    fc.integer({ min: 1, max: 9_000 }),
    fc.integer({ min: 1, max: 60 }),
  );
  await fc.assert(
    fc.asyncProperty(many, async ([count, every, limit]) => {
      const rows = Array.from({ length: count }, (_, index) => ({
        id: `row${index}`,
        isWanted: index % every === every - 1,
      }));
      const found: Row[] = [];
      for (let before: string | undefined; ; ) {
        const { list, looked } = listing(rows);
        const look = await lookBack(list, ({ isWanted }) => isWanted, { limit, before });
        assert.ok(looked() <= mostLookedAt + limit, `looked at ${looked()}`);
        found.push(...look.found);
        const on = look.endedAt ?? (look.found.length === limit ? look.found.at(-1) : undefined);
        if (on === undefined) break;
        before = on.id;
      }
      assert.deepEqual(
        found,
        rows.filter(({ isWanted }) => isWanted),
      );
    }),
    { numRuns: 60 },
  );
});
