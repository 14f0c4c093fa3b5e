import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';
import { fuzz } from './fuzz-run.ts';
import { keptSeeds } from './fuzz-seeds.ts';

/** Runs so many requests, says by which seed, and fails with the seeds that show what was wrong: `FUZZ_SEED=n` runs one. */
export async function expectNothingWrong(t: TestContext, requests: number): Promise<void> {
  const given = process.env.FUZZ_SEED;
  const seed = given === undefined ? randomInt(2 ** 31) : Number(given);
  const startedAt = performance.now();
  const result = await fuzz(
    given === undefined ? { seed, requests, kept: keptSeeds } : { seed, requests: 1, connections: 1 },
  );
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  t.diagnostic(`seed ${seed}: ${JSON.stringify({ ...result, seconds })}`);
  assert.deepEqual(result.faults, []);
  if (given !== undefined) return;
  assert.ok(result.requests >= requests, `${result.requests} requests`);
  // A run in which nothing gets through, or everything, proves nothing.
  assert.ok(result.taken > requests / 50, `${result.taken} were taken`);
  assert.ok(result.credited > 0, 'none was credited');
  assert.ok((result.statuses[401] ?? 0) > requests / 50, `${JSON.stringify(result.statuses)} were refused`);
}
