import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { postgresStore } from '../lib/stores/postgres.ts';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import type { Store } from '../lib/stores/store.ts';
import { depositChange, sampleCallback } from '../lib/testing/store-cases/samples.ts';
import { startPostgres } from '../test/helpers/postgres-server.ts';

// What one more remembered callback costs, beside 10^4 to 10^6 stored ones (10^7: --most 10000000, some hours).
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
const body = Buffer.alloc(700, 'x');

for (const name of values.stores.split(',')) {
  const { store, remove } = await openStore(name);
  try {
    const costs = await grow(store);
    const first = costs[0]?.microseconds ?? Number.NaN;
    for (const cost of costs) {
      const ratio = cost.microseconds / first;
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
      costs: costs.map((cost) => ({ ...cost, ratio: cost.microseconds / first })),
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
  /** The same of claiming and settling the event. */
  deliveryMicroseconds: number;
}

async function grow(store: Store<unknown>): Promise<Cost[]> {
  const costs: Cost[] = [];
  let stored = 0;
  for (const size of sizes) {
    while (stored < size) {
      // Larger batches while filling: the rows are the same.
      const count = Math.min(500, size - stored);
      await record(store, count, stored);
      await deliver(store, count);
      stored += count;
      if (stored % 1e5 === 0) console.error(`${store.name}: ${stored}`);
    }
    const recording: number[] = [];
    const delivering: number[] = [];
    for (let round = 0; round < measured; round += 1) {
      const begun = performance.now();
      await record(store, batch, stored);
      const recorded = performance.now();
      await deliver(store, batch);
      recording.push(recorded - begun);
      delivering.push(performance.now() - recorded);
      stored += batch;
    }
    costs.push({
      stored: size,
      microseconds: (median(recording) / batch) * 1000,
      deliveryMicroseconds: (median(delivering) / batch) * 1000,
    });
  }
  return costs;
}

async function record(store: Store<unknown>, count: number, from: number): Promise<void> {
  // Keys as they come: transaction ids are random, callback ids rise.
  const keys = Array.from({ length: count }, () => `eip155:1|0x${randomBytes(32).toString('hex')}`);
  const callbacks = keys.map((key, index) => {
    const id = `cb_${(from + index).toString(16).padStart(12, '0')}`;
    const deliveryId = `msg_${randomBytes(12).toString('hex')}`;
    const transfers = [{ outcome: 'recorded', depositId: `deposit-${key}`, transactionKey: key }] as const;
    return sampleCallback(id, { deliveryId, body, bodyBytes: body.length, transfers, receivedAt: from + index });
  });
  await store.load(keys);
  const { lost } = await store.commit({ callbacks, changes: keys.map((key) => depositChange(key)) });
  if (lost.length > 0) throw new Error('nothing may be lost here');
}

async function deliver(store: Store<unknown>, count: number): Promise<void> {
  const claims = await store.claim({ limit: count, leaseMs: 60_000, except: [] });
  const settled = await Promise.all(claims.map((claim) => store.settle(claim, [])));
  if (settled.length !== count || settled.includes(false)) throw new Error('each event must be claimed and settled');
}

async function openStore(name: string): Promise<{ store: Store<unknown>; remove: () => Promise<void> }> {
  if (name === 'postgres') {
    // A server set up for its load: with the defaults, each page is logged whole once per checkpoint, every minute or so.
    const server = await startPostgres({
      shared_buffers: '512MB',
      max_wal_size: '8GB',
      checkpoint_timeout: '15min',
      wal_compression: 'on',
    });
    const store = postgresStore({ url: server.url });
    await store.ready();
    return {
      store: store as Store<unknown>,
      async remove() {
        await store.close();
        await server.remove();
      },
    };
  }
  const directory = mkdtempSync(join(tmpdir(), 'deposit-callback-growth-'));
  const store = sqliteStore({ path: join(directory, 'deposits.db') });
  await store.ready();
  return {
    store: store as Store<unknown>,
    async remove() {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
}
