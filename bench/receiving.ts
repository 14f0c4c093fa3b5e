import { parseArgs } from 'node:util';
import type { LoadResult } from './load.ts';
import { partOptions } from './parts.ts';
import { sendLoad, startServer } from './processes.ts';
import { type ReceiverName, receivers, storeOf } from './receivers.ts';
import { receivingPart, type Sample } from './receiving-report.ts';
import { report } from './report.ts';
import { type Services, startServices, withPlace } from './services.ts';

// Everything side by side in one run, a fresh server process for each target and round, targets in turn: figures of one run
// compare with one another and with nothing else.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    warm: { type: 'string' },
    connections: { type: 'string' },
    requests: { type: 'string' },
    only: { type: 'string' },
    /** A folder for a CPU profile of each server; figures with profiles are not to be published. */
    profile: { type: 'string' },
    ...partOptions,
  },
});
const { quick } = values;
const rounds = Number(values.rounds ?? (quick ? 1 : 3));
const seconds = Number(values.seconds ?? (quick ? 1 : 2));
// By then the compiler is done also with those that do more.
const warm = Number(values.warm ?? (quick ? 1 : 3));
const requests = Number(values.requests ?? (quick ? 20_000 : 120_000));
const connectionCounts = (values.connections ?? '50').split(',').map(Number);
const names = (Object.keys(receivers) as ReceiverName[]).filter(
  (name) => values.only === undefined || values.only.split(',').includes(name),
);
const flags = values.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', values.profile];
const samples: Sample[] = [];
const services = await startServices(names.map(storeOf));
try {
  for (const connections of connectionCounts) {
    for (let round = 1; round <= rounds; round += 1) {
      for (const target of names) {
        if (!services.has(storeOf(target))) continue;
        const result = await measure(target, connections, services);
        samples.push({ target, connections, round, ...result });
        console.log(
          `${connections} connections, round ${round}: ${target} ${Math.round(result.perSecond)}/s, p99 ${result.p99Ms.toFixed(1)} ms${result.errors > 0 ? `, ${result.errors} ERRORS` : ''}`,
        );
      }
    }
  }
} finally {
  await services.stop();
}
const missing = names.filter((name) => !services.has(storeOf(name)));
await report('receiving', receivingPart(samples, { rounds, seconds, missing }), values.out);

async function measure(target: ReceiverName, connections: number, from: Services): Promise<LoadResult> {
  return withPlace(from, storeOf(target), async (place) => {
    const server = await startServer('./server.ts', [target, place], flags);
    try {
      return await sendLoad({
        port: server.port,
        path: '/callbacks/imtoken',
        scheme: receivers[target].scheme,
        connections,
        warmMs: warm * 1_000,
        measureMs: seconds * 1_000,
        requests,
      });
    } finally {
      await server.stop();
    }
  });
}
