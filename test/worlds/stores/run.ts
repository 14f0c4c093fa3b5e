import { parseArgs } from 'node:util';
import type { Engine } from '../../helpers/every-store.ts';
import { likenesses } from '../witnesses.ts';
import { drive } from './drive.ts';
import { openPlace } from './place.ts';

// Plays worlds through receivers over each store, with kills, for a person:
//   nice -n 19 node --import tsx test/worlds/stores/run.ts --engine sqlite,postgres,redis --worlds 10000 --minutes 30
const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'memory,sqlite,postgres,redis' },
    worlds: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    /** Worlds over one store; then a fresh one. */
    batch: { type: 'string', default: '500' },
    'kill-every': { type: 'string', default: '1000' },
    /** Of each engine: no batch begins after them. */
    minutes: { type: 'string', default: '600' },
  },
});

const providers = await likenesses();
for (const engine of values.engine.split(',') as Engine[]) {
  const startedAt = performance.now();
  const codes = new Map<string, number>();
  const refused = new Map<string, number>();
  const sums = { worlds: 0, requests: 0, kills: 0, violations: 0 };
  const isOver = (): boolean => performance.now() - startedAt > Number(values.minutes) * 60_000;
  while (sums.worlds < Number(values.worlds) && !isOver()) {
    const { place, remove } = await openPlace(engine);
    const worlds = Math.min(Number(values.batch), Number(values.worlds) - sums.worlds);
    const firstSeed = Number(values.seed) + sums.worlds;
    const killEvery = Number(values['kill-every']);
    const driven = await drive({ engine, place, likenesses: providers, worlds, firstSeed, killEvery });
    await remove();
    sums.worlds += driven.worlds;
    sums.requests += driven.requests;
    sums.kills += driven.kills;
    sums.violations += driven.violations.length;
    for (const text of driven.violations) console.log(text);
    for (const [code, count] of driven.codes) codes.set(code, (codes.get(code) ?? 0) + count);
    for (const [code, count] of driven.refused) refused.set(code, (refused.get(code) ?? 0) + count);
    console.log(
      `${engine}: ${sums.worlds} worlds, ${sums.requests} requests, ${sums.kills} kills, ${sums.violations} violations`,
    );
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`${engine}: ${JSON.stringify({ ...sums, seconds })}`);
  console.log(`with a code: ${counted(codes)}`);
  console.log(`refused: ${counted(refused)}`);
  if (sums.violations > 0) process.exitCode = 1;
}

function counted(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([code, count]) => `${code} ${count}`)
    .join(', ');
}
