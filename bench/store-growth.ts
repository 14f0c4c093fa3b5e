import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { postgresStore } from '../lib/stores/postgres.ts';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import type { Store } from '../lib/stores/store.ts';
import { record, startLargePostgres } from './fill.ts';
import { median } from './statistics.ts';

// What one more remembered callback costs, beside 10^4 to 10^6 stored ones (10^7: --most 10000000, 1.5 hours and 65 GB of disk).
// node --import tsx bench/store-growth.ts --stores sqlite,postgres --most 1000000
const { values } = parseArgs({
  options: {
    stores: { type: 'string', default: 'sqlite,postgres' },
    most: { type: 'string', default: '1000000' },
    out: { type: 'string', default: 'bench/results/store-growth.jsonl' },
  },
});
const most = Number(values.most);
const sizes = [1e4, 1e5, 1e6, 1e7].filter((size) => size <= most);

/** As the recorder commits under load. */
const batch = 50;
/** Batches in one measurement. */
const measured = 120;

for (const name of values.stores.split(',')) {
  const { store, small, remove } = await openStores(name);
  try {
    const costs = await grow(store, small);
    for (const { ratio, ...cost } of costs) {
      console.log(
        `${name}: ${cost.stored} stored: ${cost.microseconds.toFixed(0)} us a callback, x ${ratio.toFixed(2)}`,
      );
    }
    const line = {
      bench: 'store-growth',
      at: new Date().toISOString(),
      node: process.version,
      cpu: cpus()[0]?.model,
      store: name,
      batch,
      costs,
    };
    mkdirSync(dirname(values.out), { recursive: true });
    appendFileSync(values.out, `${JSON.stringify(line)}\n`);
  } finally {
    await remove();
  }
}

interface Cost {
  stored: number;
  /** Median over the batches, of loading and committing one callback with a new deposit and its event. */
  microseconds: number;
  /** The same beside 10^4 stored ones, measured in turn with it. */
  smallMicroseconds: number;
  ratio: number;
  /** Of claiming and settling the event. */
  deliveryMicroseconds: number;
  deliveryRatio: number;
}

async function grow(store: Store<unknown>, small: Store<unknown>): Promise<Cost[]> {
  const costs: Cost[] = [];
  let inSmall = await fill(small, 0, 1e4);
  let stored = 0;
  for (const size of sizes) {
    stored = await fill(store, stored, size);
    const full = { recording: [] as number[], delivering: [] as number[] };
    const few = { recording: [] as number[], delivering: [] as number[] };
    // In turn, so that whatever else the machine does falls on both.
    for (let round = 0; round < measured; round += 1) {
      await measure(store, stored, full);
      stored += batch;
      await measure(small, inSmall, few);
      inSmall += batch;
    }
    const each = (list: number[]): number => (median(list) / batch) * 1000;
    costs.push({
      stored: size,
      microseconds: each(full.recording),
      smallMicroseconds: each(few.recording),
      ratio: each(full.recording) / each(few.recording),
      deliveryMicroseconds: each(full.delivering),
      deliveryRatio: each(full.delivering) / each(few.delivering),
    });
  }
  return costs;
}

/** Larger batches while filling: the rows are the same. */
async function fill(store: Store<unknown>, from: number, size: number): Promise<number> {
  let stored = from;
  while (stored < size) {
    const count = Math.min(500, size - stored);
    await record(store, count, stored);
    await deliver(store, count);
    stored += count;
    if (stored % 1e5 === 0) console.error(`${store.name}: ${stored}`);
  }
  return stored;
}

async function measure(
  store: Store<unknown>,
  stored: number,
  into: { recording: number[]; delivering: number[] },
): Promise<void> {
  const begun = performance.now();
  await record(store, batch, stored);
  const recorded = performance.now();
  await deliver(store, batch);
  into.recording.push(recorded - begun);
  into.delivering.push(performance.now() - recorded);
}

async function deliver(store: Store<unknown>, count: number): Promise<void> {
  const claims = await store.claim({ limit: count, leaseMs: 60_000, except: [] });
  const settled = await Promise.all(claims.map((claim) => store.settle(claim, [])));
  if (settled.length !== count || settled.includes(false)) throw new Error('each event must be claimed and settled');
}

interface Stores {
  store: Store<unknown>;
  /** One like it that stays small. */
  small: Store<unknown>;
  remove(): Promise<void>;
}

async function openStores(name: string): Promise<Stores> {
  if (name === 'postgres') {
    const server = await startLargePostgres();
    const store = postgresStore({ url: server.url });
    const small = postgresStore({ url: server.url, schema: 'small' });
    await store.ready();
    await small.ready();
    return {
      store: store as Store<unknown>,
      small: small as Store<unknown>,
      async remove() {
        await store.close();
        await small.close();
        await server.remove();
      },
    };
  }
  const directory = mkdtempSync(join(tmpdir(), 'deposit-callback-growth-'));
  const store = sqliteStore({ path: join(directory, 'deposits.db') });
  const small = sqliteStore({ path: join(directory, 'small.db') });
  await store.ready();
  await small.ready();
  return {
    store: store as Store<unknown>,
    small: small as Store<unknown>,
    async remove() {
      await store.close();
      await small.close();
      rmSync(directory, { recursive: true });
    },
  };
}
