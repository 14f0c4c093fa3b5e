import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { LoadOptions, LoadResult } from './load.ts';
import { partOptions } from './parts.ts';
import { type Moments, sendLoad, startServer } from './processes.ts';
import { type ReceiverName, receivers } from './receivers.ts';
import { report } from './report.ts';
import type { Used } from './server.ts';
import { figure, median, spread } from './statistics.ts';

// What a callback costs a process on bare `http`: processor time at saturation, and what is allocated. The latter is counted in a
// heap whose young generation is so large that nothing is collected meanwhile: what it has grown by is what was allocated.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    ...partOptions,
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const seconds = values.quick ? 1 : 3;
const counted = 2_000;
// Callbacks, not seconds: by then the compiler is done, which works beside them, and whose code allocates less. Node 24 compiles
// twice, with Maglev and then with TurboFan, and is done after some 15,000; Node 20 after some 5,000.
const warmed = values.quick ? 8_000 : 40_000;
const targets = ['http-bare', 'octokit-http', 'ours-memory-http'] as const satisfies readonly ReceiverName[];
const largeYoungGeneration = ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512'];

interface Sample {
  target: ReceiverName;
  round: number;
  cpuMicroseconds: number;
  /** Of one callback. */
  bytes: number;
}

const samples: Sample[] = [];
for (let round = 1; round <= rounds; round += 1) {
  for (const target of targets) {
    const sample = { target, round, cpuMicroseconds: await cpuOf(target), bytes: await bytesOf(target) };
    samples.push(sample);
    console.log(
      `round ${round}: ${target} ${sample.cpuMicroseconds.toFixed(1)} us, ${figure(sample.bytes / 1e3, 1)} kB a callback`,
    );
  }
}
const of = (target: ReceiverName, field: 'cpuMicroseconds' | 'bytes'): number[] =>
  samples.filter((one) => one.target === target).map((one) => one[field]);
await report(
  'cost',
  {
    title: 'What a callback costs on bare http',
    notes: [
      `Processor time of all threads of the server for each callback at saturation, 50 connections, over ${seconds} s. Allocated: in the heap of V8, over ${figure(counted)} callbacks, with a young generation in which nothing is collected meanwhile. Both after ${figure(warmed)} callbacks. Rounds: ${rounds}.`,
    ],
    tables: [
      {
        columns: ['target', 'us of CPU, median (min to max)', 'kB allocated, median (min to max)'],
        rows: targets.map((name) => [
          name,
          spread(of(name, 'cpuMicroseconds'), 1),
          spread(
            of(name, 'bytes').map((bytes) => bytes / 1e3),
            1,
          ),
        ]),
      },
    ],
    figures: {
      'memory on bare http: us of CPU a callback': { value: median(of('ours-memory-http', 'cpuMicroseconds')) },
      'memory on bare http: kB allocated a callback': { value: median(of('ours-memory-http', 'bytes')) / 1e3 },
    },
    goals: [],
    samples,
  },
  values.out,
);

async function cpuOf(target: ReceiverName): Promise<number> {
  const server = await startServer('./server.ts', [target, '']);
  const used = (): Promise<Used> => server.ask<Used>({ collect: false });
  try {
    await send(server.port, target, { burst: warmed, requests: warmed });
    let before: Promise<Used> | undefined;
    let after: Promise<Used> | undefined;
    const { answers } = await send(
      server.port,
      target,
      { measureMs: seconds * 1_000, requests: 80_000, from: warmed },
      {
        begun() {
          before = used();
        },
        ended() {
          after = used();
        },
      },
    );
    const [first, last] = await Promise.all([before, after]);
    if (!first || !last) throw new Error('The sender ended without a measurement');
    return (last.cpuMicroseconds - first.cpuMicroseconds) / answers;
  } finally {
    await server.stop();
  }
}

async function bytesOf(target: ReceiverName): Promise<number> {
  const server = await startServer('./server.ts', [target, ''], largeYoungGeneration);
  try {
    await send(server.port, target, { burst: warmed, requests: warmed });
    const before = await server.ask<Used>({ collect: true });
    // The collection just asked for is told of in a later turn.
    await pause(50);
    const { collections } = await server.ask<Used>({ collect: false });
    await send(server.port, target, { burst: counted, requests: counted, from: warmed });
    const after = await server.ask<Used>({ collect: false });
    if (after.collections > collections) throw new Error(`${target}: garbage was collected while it was counted`);
    return (after.heapBytes - before.heapBytes) / counted;
  } finally {
    await server.stop();
  }
}

function send(
  port: number,
  target: ReceiverName,
  load: Pick<LoadOptions, 'requests'> & Partial<LoadOptions>,
  moments: Moments = {},
): Promise<LoadResult> {
  const { scheme } = receivers[target];
  const always = { port, path: '/callbacks/imtoken', scheme, connections: 50, warmMs: 0, measureMs: 0 };
  return sendLoad({ ...always, ...load }, moments);
}
