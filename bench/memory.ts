import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { partOptions } from './parts.ts';
import { sendLoad, startServer } from './processes.ts';
import { report } from './report.ts';
import { figure } from './statistics.ts';

// What a remembered delivery id costs: two servers take the same callbacks, one remembers all their ids, the other one only.

const { values } = parseArgs({
  options: {
    ids: { type: 'string' },
    ...partOptions,
  },
});
const ids = Number(values.ids ?? (values.quick ? 10_000 : 100_000));
const atMost = 130;

const remembering = await measure(ids);
const forgetting = await measure(1);
const bytes = (remembering - forgetting) / ids;
await report(
  'memory',
  {
    title: 'Memory of delivery ids',
    notes: [
      `Two servers over SQLite take the same ${figure(ids)} callbacks with ids of 12 characters; one remembers them all, the other a single one. The difference of what they hold after garbage collection, heap and array buffers, by the number of ids.`,
    ],
    tables: [
      {
        columns: ['what', 'figure'],
        rows: [
          ['held, remembering all, MB', figure(remembering / 1e6, 2)],
          ['held, remembering one, MB', figure(forgetting / 1e6, 2)],
          ['bytes an id', figure(bytes, 1)],
        ],
      },
    ],
    goals: [
      {
        what: 'bytes per remembered delivery id',
        found: bytes.toFixed(1),
        asked: `at most ${atMost}`,
        met: bytes <= atMost,
      },
    ],
    samples: { ids, remembering, forgetting },
  },
  values.out,
);

async function measure(rememberedIds: number): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-bench-'));
  const place = join(directory, 'deposits.db');
  const server = await startServer('./memory-server.ts', [place, String(rememberedIds)], ['--expose-gc']);
  try {
    const load = { port: server.port, path: '/callbacks/imtoken', scheme: 'standard' as const, connections: 50 };
    const { errors } = await sendLoad({ ...load, warmMs: 0, measureMs: 0, requests: ids, burst: ids });
    if (errors > 0) throw new Error(`${errors} callbacks were not taken`);
    const { bytes: held } = await server.ask<{ bytes: number }>({});
    return held;
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
