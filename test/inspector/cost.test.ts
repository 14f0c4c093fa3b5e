import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../lib/stores/memory.ts';
import type { CallbackRecord, Store } from '../../lib/stores/store.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { inspected } from '../helpers/inspected.ts';

/** The store, with every query and every row that it gave. */
function counted(store: Store): { store: Store; asked: { queries: number; rows: number } } {
  const asked = { queries: 0, rows: 0 };
  const proxy = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        const answer: unknown = member.apply(target, given);
        if (answer instanceof Promise) {
          asked.queries += 1;
          return answer.then((value) => {
            asked.rows += Array.isArray(value) ? value.length : 1;
            return value;
          });
        }
        return answer;
      };
    },
  });
  return { store: proxy, asked };
}

test('each page asks for so many rows and no more, however long the log is', async (t) => {
  const costs = new Map<string, { queries: number; rows: number }[]>();
  for (const length of [3_000, 9_000]) {
    const clock = fixedClock();
    const plain = memoryStore({ maxCallbacks: 100_000, now: clock.now });
    const { store, asked } = counted(plain);
    const { get, send, outcomes, callbacks } = await inspected(t, { receiver: { store: store as never, clock } });
    await callbacks.ready();
    await send();
    const [one] = outcomes;
    const record = (index: number): CallbackRecord => ({
      ...(one as CallbackRecord),
      id: `cb_${index}`,
      receivedAt: clock.now() + index,
      ...(index % 3 === 0 ? { outcome: 'ignored', code: 'NOT_OURS', transfers: [] } : {}),
    });
    for (let at = 0; at < length; at += 1_000)
      await plain.log(Array.from({ length: 1_000 }, (_, index) => record(at + index)));
    for (const path of ['/', '/callbacks', '/deposits', '/dead-letters', '/quarantine', '/find?q=nobody']) {
      await get(path);
      Object.assign(asked, { queries: 0, rows: 0 });
      assert.equal((await get(path)).status, 200);
      costs.set(path, [...(costs.get(path) ?? []), { ...asked }]);
    }
  }
  for (const [path, [shorter, longer]] of costs) {
    // The deliverer and the watchdog ask too, a handful at any time.
    const more = {
      queries: (longer?.queries ?? 0) - (shorter?.queries ?? 0),
      rows: (longer?.rows ?? 0) - (shorter?.rows ?? 0),
    };
    assert.ok(more.queries <= 10 && more.rows <= 10, `${path}: ${JSON.stringify(more)} more in a longer log`);
    assert.ok((shorter?.queries ?? 0) <= 300, `${path}: ${shorter?.queries} queries`);
    assert.ok((shorter?.rows ?? 0) <= 2_500, `${path}: ${shorter?.rows} rows`);
  }
});
