import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { spread, tally, type WindowName, windows } from '../../../lib/inspector/parts/callback-counts.ts';
import type { CallbackRecord } from '../../../lib/stores/store.ts';
import { callbackRecord } from '../../helpers/callback-record.ts';

const now = Date.UTC(2026, 0, 1);

function record(receivedAt: number, tookMs = 1, outcome: CallbackRecord['outcome'] = 'recorded'): CallbackRecord {
  return callbackRecord({ id: `cb_${receivedAt}`, receivedAt, tookMs, outcome });
}

test('every callback of the window is in exactly one bar, the one of its time', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(windows) as WindowName[])),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
      (name, shares) => {
        const { ms, bars: count } = windows[name];
        const bars = tally(
          shares.map((share) => record(now - Math.floor(share * ms))),
          now,
          name,
        );
        assert.equal(bars.length, count);
        assert.equal(
          bars.reduce((sum, bar) => sum + bar.total, 0),
          shares.length,
        );
        for (const share of shares) {
          const at = now - Math.floor(share * ms);
          assert.ok(bars.some((bar) => bar.total > 0 && bar.startsAt <= at && at <= bar.startsAt + ms / count));
        }
      },
    ),
  );
});

test('a callback by a clock that runs ahead is in the last bar, one before the window in none', () => {
  const bars = tally([record(now + 60_000), record(now - windows['1h'].ms - 1)], now, '1h');
  assert.deepEqual(
    bars.map(({ total }) => total).filter((total) => total > 0),
    [1],
  );
  assert.equal(bars.at(-1)?.total, 1);
});

test('half and 95 % are times that callbacks really took', () => {
  assert.deepEqual(spread([]), {});
  assert.deepEqual(spread([7]), { half: 7, most: 7 });
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.deepEqual(spread(hundred), { half: 50, most: 95 });
});
