import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Store } from 'deposit-callback';
import { postgresStore } from 'deposit-callback/stores/postgres';
import { sqliteStore } from 'deposit-callback/stores/sqlite';
import pg from 'pg';
import { record, startLargePostgres } from './fill.ts';
import { ours } from './ours.ts';
import { partOptions } from './parts.ts';
import { type Figure, report } from './report.ts';
import { figure } from './statistics.ts';

// A ledger that was away for a day: a great many owed events are delivered to a listener that credits with `atomically`, at a
// rate that stays the same from the first to the last.

const { values } = parseArgs({
  options: {
    /** How many are owed. */
    events: { type: 'string' },
    stores: { type: 'string', default: 'SQLite,PostgreSQL' },
    ...partOptions,
  },
});
const events = Number(values.events ?? (values.quick ? 100_000 : 1_000_000));
const names = values.stores.split(',');
const createTable = 'CREATE TABLE credits (event_id text PRIMARY KEY, account text NOT NULL, amount text NOT NULL)';

/** A store, and a ledger beside its tables. */
interface Owing {
  store: Store;
  credit(tx: unknown, row: [string, string, string]): unknown;
  credited(): number | Promise<number>;
  remove(): Promise<void>;
}

interface Sample {
  store: string;
  perSecond: number;
  /** Events a second in each tenth of them. */
  tenths: number[];
}

const samples: Sample[] = [];
for (const store of names) {
  const owing = store === 'SQLite' ? await overSqlite() : await overPostgres();
  try {
    samples.push({ store, ...(await deliver(store, owing)) });
  } finally {
    await owing.remove();
  }
}
await report(
  'backlog',
  {
    title: 'A backlog',
    notes: [
      `${figure(events)} events that are owed, handed to a listener that inserts a row with \`atomically\`; timed until the last is settled. One process with its defaults; PostgreSQL (with \`shared_buffers\` of 512 MB) shares the machine.`,
    ],
    tables: [
      {
        columns: ['store', 'events/s', ...Array.from({ length: 10 }, (_, index) => `tenth ${index + 1}`)],
        rows: samples.map(({ store, perSecond, tenths }) => [
          store,
          figure(perSecond),
          ...tenths.map((one) => figure(one)),
        ]),
      },
    ],
    figures: Object.fromEntries(
      samples.flatMap(({ store, perSecond, tenths: [first = Number.NaN, ...others] }): [string, Figure][] => {
        const last = others.at(-1) ?? Number.NaN;
        return [
          [`${store}: events/s`, { value: perSecond, from: `${figure(events)} events` }],
          [
            `${store}: rate of the last tenth / of the first`,
            { value: last / first, from: `${figure(last)} to ${figure(first)}` },
          ],
        ];
      }),
    ),
    goals: [],
    samples,
  },
  values.out,
);

async function deliver(name: string, { store, credit, credited }: Owing): Promise<Omit<Sample, 'store'>> {
  await store.ready();
  for (let owed = 0; owed < events; owed += 500) {
    await record(store, Math.min(500, events - owed), owed);
    if (owed % 100_000 === 0) console.error(`${name}: ${figure(owed)} owed`);
  }
  const callbacks = await ours(name === 'SQLite' ? 'sqlite' : 'postgres', '', { store });
  const marks: number[] = [];
  let handled = 0;
  callbacks.on('event', () => {
    handled += 1;
    if (handled % (events / 10) === 0) marks.push(performance.now());
  });
  const startedAt = performance.now();
  callbacks.on('deposit', (deposit, { atomically, eventId }) => {
    atomically((tx) => credit(tx, [eventId, deposit.to, String(deposit.amount)]));
  });
  while (handled < events) await new Promise((resolve) => setTimeout(resolve, 20));
  const count = await credited();
  await callbacks.close();
  if (count !== events) throw new Error(`${name}: ${count} credits for ${events} events`);
  const tenths = marks.map((mark, index) => (events / 10 / (mark - (marks[index - 1] ?? startedAt))) * 1_000);
  const last = marks.at(-1) ?? Number.NaN;
  return { perSecond: (events / (last - startedAt)) * 1_000, tenths };
}

async function overSqlite(): Promise<Owing> {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-backlog-'));
  const store = sqliteStore({ path: join(directory, 'deposits.db') });
  await store.ready();
  const { database } = store;
  database.exec(createTable);
  const insert = database.prepare('INSERT INTO credits VALUES (?, ?, ?)');
  return {
    store: store as Store,
    credit: (_tx, row) => void insert.run(...row),
    credited: () => (database.prepare('SELECT count(*) AS n FROM credits').get() as { n: number }).n,
    async remove() {
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function overPostgres(): Promise<Owing> {
  const server = await startLargePostgres();
  const pool = new pg.Pool({ connectionString: server.url, max: 20 });
  await pool.query(createTable);
  const insert = { name: 'credit', text: 'INSERT INTO credits VALUES ($1, $2, $3)' };
  return {
    store: postgresStore({ pool }) as Store,
    credit: (tx, values) => (tx as pg.ClientBase).query({ ...insert, values }),
    credited: async () => Number((await pool.query<{ n: string }>('SELECT count(*) AS n FROM credits')).rows[0]?.n),
    async remove() {
      await pool.end();
      await server.remove();
    },
  };
}
