import { parseArgs } from 'node:util';
import { chaos } from './chaos.ts';
import type { Engine } from './ledger.ts';

// The long form, for a person: node --import tsx test/chaos/run.ts --engine redis --deposits 5000 --kills 60
const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'postgres,redis' },
    deposits: { type: 'string', default: '5000' },
    kills: { type: 'string', default: '60' },
    receivers: { type: 'string', default: '4' },
    deliverers: { type: 'string', default: '2' },
  },
});

for (const engine of values.engine.split(',') as Engine[]) {
  const started = performance.now();
  await chaos({
    engine,
    deposits: Number(values.deposits),
    kills: Number(values.kills),
    receivers: Number(values.receivers),
    deliverers: Number(values.deliverers),
    tell: (line) => console.log(line),
  });
  console.log(`${engine}: ${Math.round((performance.now() - started) / 1000)} s`);
}
