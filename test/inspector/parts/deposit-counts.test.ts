import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DepositRecord } from '../../../lib/deposits/deposit.ts';
import { windows } from '../../../lib/inspector/parts/callback-counts.ts';
import { seriesOf } from '../../../lib/inspector/parts/deposit-counts.ts';
import { alice, bob, ether } from '../../helpers/deposits.ts';
import { inspected } from '../../helpers/inspected.ts';

const now = Date.UTC(2026, 0, 31);

test('whatever came, each deposit is drawn once, at most five series are, and none mixes amounts of different assets', () => {
  const deposit = fc
    .record({
      asset: fc.integer({ min: 0, max: 9 }),
      amount: fc.bigInt({ min: 1n, max: 10n ** 27n }),
      age: fc.nat(3_599_999),
    })
    .map(
      ({ asset, amount, age }) =>
        ({ asset: `eip155:1/erc20:0x${asset}`, amount, firstSeenAt: now - age }) as DepositRecord,
    );
  fc.assert(
    fc.property(fc.array(deposit), (deposits) => {
      const series = seriesOf(deposits, now, '1h');
      assert.ok(series.length <= 5, `${series.length} series`);
      assert.equal(
        series.reduce((sum, { count }) => sum + count, 0),
        deposits.length,
      );
      for (const { asset, amount, count, counts } of series) {
        assert.equal(counts.length, windows['1h'].bars);
        assert.equal(
          counts.reduce((sum, one) => sum + one, 0),
          count,
        );
        const own = deposits.filter((one) => one.asset === asset);
        assert.equal(
          amount,
          own.reduce((sum, one) => sum + one.amount, 0n),
        );
      }
    }),
  );
});

test('the overview says of each asset how much was confirmed, and how long it took to be credited', async (t) => {
  const inspection = await inspected(t, {
    receiver: {
      policy: {
        assets: [
          { asset: ether, decimals: 18 },
          { asset: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7', decimals: 6 },
        ],
        accounts: new Set([alice, bob]),
      },
    },
  });
  const { send, clock, get } = inspection;
  assert.doesNotMatch((await get()).text, /Confirmed deposits by asset/);
  const early = { asset: ether, position: 'native', amount: '2000000000000000000' };
  const hash = `0x${'ab'.repeat(32)}`;
  const block = `0x${'cd'.repeat(32)}`;
  await send({ ...early, hash, block, type: 'deposit.pending', confirmations: 1, timestamp: '2026-01-01T00:00:01Z' });
  assert.match((await get()).text, /No confirmed deposits in this period/);
  await send({ amount: '1500000' });
  await send({ amount: '2500000' });
  clock.advance(180_000);
  await send({ ...early, hash, block, timestamp: '2026-01-01T00:03:00Z' });
  const { text } = await get();
  assert.match(text, /fill-series-0"><\/span><bdi>4 USDT<\/bdi> <b>2<\/b>/);
  assert.match(text, /fill-series-1"><\/span><bdi>2 ETH<\/bdi> <b>1<\/b>/);
  assert.match(text, /95 % within <b>3\.0 min<\/b>/);
});
