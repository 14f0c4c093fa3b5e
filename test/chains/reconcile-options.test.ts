import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReconcileOptions } from '../../lib/chains/follow/reconcile-options.ts';
import type { ChainCheck } from '../../lib/chains/kit/chain-check.ts';
import { builtInNetworks } from '../../lib/networks/registry.ts';

const chainOf = (network: string): ChainCheck => ({
  network,
  head: () => Promise.reject(new Error('not asked')),
  check: () => Promise.reject(new Error('not asked')),
});
const chains = [chainOf('eip155:1'), chainOf('eip155:56')];
const read = (given: unknown) =>
  readReconcileOptions(given as Parameters<typeof readReconcileOptions>[0], chains, builtInNetworks);

test('blocks are read by themselves, 300 a minute, unless the option says otherwise for all or for one network', () => {
  for (const given of [undefined, true, {}]) assert.equal(read(given)('eip155:1'), 300);
  assert.equal(read(false)('eip155:1'), false);
  assert.equal(read({ blocksPerMinute: 60 })('eip155:56'), 60);
  const some = read({ blocksPerMinute: { ethereum: false, 'eip155:56': 600 } });
  assert.deepEqual([some('eip155:1'), some('eip155:56')], [false, 600]);
  assert.equal(read({ blocksPerMinute: { ethereum: 10 } })('eip155:56'), 300);
});

test('what cannot be understood is refused, a network without a chain check too', () => {
  for (const given of [null, 'all', 300, { blocksPerMinute: 0 }, { blocksPerMinute: 1.5 }, { blocksPerMinute: '9' }])
    assert.throws(() => read(given), /Option reconcile/, JSON.stringify(given));
  assert.throws(() => read({ blockPerMinute: 3 }), /did you mean|blocksPerMinute/i);
  assert.throws(
    () => read({ blocksPerMinute: { polygon: 3 } }),
    /\['polygon'\]: names a network without a chain check/,
  );
  assert.throws(() => read({ blocksPerMinute: { ethereum: true } }), /must be a positive integer/);
});
