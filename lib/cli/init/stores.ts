import type { Choices } from './choices.ts';
import type { Import } from './source.ts';

/** How an app keeps its deposits and its ledger: pieces of its files. */
export interface StorePieces {
  /** Packages beside this one, by the names in `ranges`. */
  packages: readonly string[];
  types?: readonly string[];
  /** Variables of the environment, with a value to begin with. */
  env?: Readonly<Record<string, string>>;
  /** Of the file with the options. */
  imports: readonly Import[];
  /** Declarations of the file with the options; the last one is `store`. */
  declarations: readonly string[];
  /** What the server takes from that file, beside `options`. */
  uses: readonly string[];
  /** Of the server, at its top. */
  top: readonly string[];
  /** Of the server, once the store is ready. */
  setUp: readonly string[];
  /** What the second parameter of a listener is taken apart to. */
  context: string;
  /** Enters `amountText`, an expression, under the event's id. */
  enter: (amountText: string) => string;
  /** The body of `ledger()`. */
  read: string;
  /** Whether `enter` awaits. */
  entersAsync: boolean;
  /** Whether `read` awaits. */
  readsAsync: boolean;
}

const table = (types: [id: string, text: string, amount: string]): string =>
  `CREATE TABLE IF NOT EXISTS ledger (event_id ${types[0]} PRIMARY KEY, account ${types[1]}, asset ${types[1]}, amount ${types[2]})`;

export const stores: Readonly<Record<Choices['store'], StorePieces>> = {
  memory: {
    packages: [],
    imports: [{ from: 'deposit-callback', names: ['memoryStore'] }],
    declarations: ['// Forgets everything when the process ends: for trials.\nconst store = memoryStore();'],
    uses: [],
    top: [
      '/** What was credited (and taken back), by event: an event that comes again changes nothing. */',
      'const entries = new Map();',
    ],
    setUp: [],
    context: '{ eventId }',
    enter: (amount) => `entries.set(eventId, { account, asset, amount: ${amount} });`,
    read: 'return [...entries.values()];',
    entersAsync: false,
    readsAsync: false,
  },
  sqlite: {
    packages: ['better-sqlite3'],
    imports: [{ from: 'deposit-callback/stores/sqlite', names: ['sqliteStore'] }],
    declarations: ["const store = sqliteStore({ path: 'deposits.db' });"],
    uses: ['store'],
    top: [],
    setUp: [
      "// A table of yours beside the package's: an entry and the mark that its event is handled are one transaction.",
      `store.database.exec(\n  '${table(['TEXT', 'TEXT', 'TEXT'])}',\n);`,
    ],
    context: '{ atomically, eventId }',
    enter: (amount) =>
      `atomically((db) =>
    db.prepare('INSERT INTO ledger VALUES (?, ?, ?, ?)').run(eventId, account ?? null, asset, ${amount}),
  );`,
    read: "return store.database.prepare('SELECT account, asset, amount FROM ledger').all();",
    entersAsync: false,
    readsAsync: false,
  },
  postgres: {
    packages: ['pg'],
    types: ['@types/pg'],
    env: { DATABASE_URL: 'postgres://postgres@127.0.0.1:5432/postgres' },
    imports: [
      { from: 'deposit-callback/stores/postgres', names: ['postgresStore'] },
      { from: 'pg', names: 'pg' },
    ],
    declarations: [
      'const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });',
      'const store = postgresStore({ pool });',
    ],
    uses: ['pool'],
    top: [
      "// Of a connection that nobody uses just then; the next one is opened anew.\npool.on('error', (error) => console.error(error.message));",
    ],
    setUp: [
      "// A table of yours beside the package's: an entry and the mark that its event is handled are one transaction.",
      `await pool.query(\n  '${table(['text', 'text', 'numeric'])}',\n);`,
    ],
    context: '{ atomically, eventId }',
    enter: (amount) =>
      `atomically((client) =>
    client.query('INSERT INTO ledger VALUES ($1, $2, $3, $4)', [eventId, account, asset, ${amount}]),
  );`,
    read: "return (await pool.query('SELECT account, asset, amount::text FROM ledger')).rows;",
    entersAsync: false,
    readsAsync: true,
  },
  redis: {
    packages: ['ioredis'],
    env: { REDIS_URL: 'redis://127.0.0.1:6379' },
    imports: [
      { from: 'deposit-callback/stores/redis', names: ['redisStore'] },
      { from: 'ioredis', names: ['Redis'] },
    ],
    declarations: [
      "const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');",
      '// The server needs appendonly yes and appendfsync always.\nconst store = redisStore({ client: redis });',
    ],
    uses: ['redis'],
    top: [
      "// It reconnects by itself; until then, callbacks are answered 503 and come again.\nredis.on('error', (error) => console.error(error.message));",
    ],
    setUp: [],
    context: '{ eventId }',
    enter: (amount) =>
      `// By event: one that comes again changes nothing.\n  await redis.hsetnx('ledger', eventId, JSON.stringify({ account, asset, amount: ${amount} }));`,
    read: "return (await redis.hvals('ledger')).map((entry) => JSON.parse(entry));",
    entersAsync: true,
    readsAsync: true,
  },
};
