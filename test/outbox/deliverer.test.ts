import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { silentLogger } from '../../lib/observe/logger.ts';
import { type Alarm, createNews, type NewsMap } from '../../lib/observe/news.ts';
import { createDeliverer, type DelivererOptions, delivererTelling } from '../../lib/outbox/deliverer.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import { type SqliteDatabase, sqliteStore } from '../../lib/stores/sqlite.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { owe } from '../helpers/events.ts';
import { promised } from '../helpers/promised.ts';

function setUp(t: TestContext, options: Partial<DelivererOptions<undefined>> = {}) {
  const clock = fixedClock();
  const store = memoryStore({ now: clock.now });
  const news = createNews(silentLogger);
  const deliverer = delivererTelling<undefined>(news, { store, random: () => 1 - Number.EPSILON, ...options });
  t.after(() => deliverer.close(0));
  return { clock, store, news, deliverer };
}

async function setUpSqlite(t: TestContext) {
  const clock = fixedClock();
  const store = sqliteStore({ path: ':memory:', now: clock.now });
  await store.ready();
  store.database.exec('CREATE TABLE credit (event_id TEXT PRIMARY KEY, by_whom TEXT)');
  const deliverer = createDeliverer<SqliteDatabase>({ store, attempts: 2, random: () => 1 - Number.EPSILON });
  t.after(async () => {
    await deliverer.close(0);
    await store.close();
  });
  return { clock, deliverer, store };
}

test('an event is handed to every listener of its kind, in order, and then settled', async (t) => {
  const { store, deliverer } = setUp(t);
  const calls: string[] = [];
  deliverer.on('deposit', async (deposit, { eventId, attempt }) => {
    await new Promise(setImmediate);
    calls.push(`first ${deposit.amount} ${eventId} ${attempt}`);
  });
  deliverer.on('deposit', () => {
    calls.push('second');
  });
  deliverer.on('deposit.failed', () => {
    calls.push('other');
  });
  const [id] = await owe(store, 'a', ['deposit'], 5n);
  await deliverer.idle();
  assert.deepEqual(calls, [`first 5 ${id} 1`, 'second']);
  assert.equal((await store.events({ limit: 10 }))[0]?.state, 'handled');
});

test('a deposit writes itself as JSON with its amount as text, and a listener that changes it changes only its copy', async (t) => {
  const { store, deliverer } = setUp(t);
  const seen: string[] = [];
  for (let count = 0; count < 2; count += 1) {
    deliverer.on('deposit', (deposit) => {
      seen.push(JSON.parse(JSON.stringify(deposit)).amount);
      deposit.amount = 99n;
      deposit.transaction.id = 'changed';
    });
  }
  await owe(store, 'a', ['deposit'], 2n ** 256n - 1n);
  await deliverer.idle();
  assert.deepEqual(seen, [String(2n ** 256n - 1n), String(2n ** 256n - 1n)]);
  assert.equal((await store.deposit('dep_a'))?.deposit.transaction.id, '0xa');
});

test('of deliveries that fail alike the first is logged with its error, and the others are counted', async (t) => {
  const lines: { fields: { errors?: unknown }; message: string }[] = [];
  const warn = (fields: object, message: string): void => void lines.push({ fields, message });
  const { store, deliverer } = setUp(t, { logger: { ...silentLogger, warn } });
  const down = new Error('the ledger is down');
  deliverer.on('deposit', () => {
    throw down;
  });
  for (const key of Array.from({ length: 50 }, (_, index) => `tx${index}`)) await owe(store, key, ['deposit']);
  await deliverer.idle();
  assert.deepEqual(
    lines.map(({ message }) => message),
    ['A delivery failed'],
  );
  assert.deepEqual(lines[0]?.fields.errors, [down]);
  await deliverer.close(0);
  assert.match(lines[1]?.message ?? '', /^A delivery failed \(49 times since the last line; this is the latest\)$/);
});

test('a failing listener does not keep the others from running, and all run again later', async (t) => {
  const { store, deliverer, clock } = setUp(t);
  const calls: string[] = [];
  deliverer.on('deposit', (_, { attempt }) => {
    calls.push(`first ${attempt}`);
    if (attempt === 1) throw new Error('the ledger is down');
  });
  deliverer.on('deposit', (_, { attempt }) => {
    calls.push(`second ${attempt}`);
  });
  await owe(store, 'a', ['deposit']);
  await deliverer.idle();
  assert.deepEqual(calls, ['first 1', 'second 1']);
  const [event] = await store.events({ limit: 1 });
  assert.equal(event?.error, 'the ledger is down');
  clock.advance(999);
  await deliverer.idle();
  assert.equal(calls.length, 2, 'not due before the back-off is over');
  clock.advance(1);
  await deliverer.idle();
  assert.deepEqual(calls.slice(2), ['first 2', 'second 2']);
});

test('after the last attempt the event is a dead letter, told once, which blocks its deposit until it is redelivered', async (t) => {
  const { store, deliverer, clock, news } = setUp(t, { attempts: 2 });
  const dead: NewsMap['dead-letter'][] = [];
  news.on('dead-letter', (letter) => dead.push(letter));
  let broken = true;
  const handled: string[] = [];
  deliverer.on('deposit', () => {
    if (broken) throw new Error('no such account');
    handled.push('deposit');
  });
  deliverer.on('deposit.reverted', () => {
    handled.push('deposit.reverted');
  });
  const [id = ''] = await owe(store, 'a', ['deposit', 'deposit.reverted']);
  await owe(store, 'b', ['deposit.reverted']);
  for (let round = 0; round < 4; round += 1) {
    await deliverer.idle();
    clock.advance(600_000);
  }
  assert.deepEqual(
    dead.map(({ eventId, error }) => [eventId, error]),
    [[id, 'no such account']],
  );
  assert.deepEqual(handled, ['deposit.reverted'], 'only that of the other deposit');
  broken = false;
  assert.equal(await store.redeliver(id), true);
  await deliverer.idle();
  assert.deepEqual(handled, ['deposit.reverted', 'deposit', 'deposit.reverted']);
});

test('events of one deposit come in order; deposits run beside one another up to the concurrency', async (t) => {
  const { store, deliverer } = setUp(t, { concurrency: 3 });
  const order: string[] = [];
  let running = 0;
  let most = 0;
  const listen = (kind: 'deposit' | 'deposit.reverted') =>
    deliverer.on(kind, async (deposit) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      order.push(`${deposit.id} ${kind}`);
      running -= 1;
    });
  for (let index = 0; index < 8; index += 1) await owe(store, `n${index}`, ['deposit', 'deposit.reverted']);
  listen('deposit');
  listen('deposit.reverted');
  await deliverer.idle();
  assert.equal(order.length, 16);
  assert.equal(most, 3);
  for (let index = 0; index < 8; index += 1) {
    const own = order.filter((line) => line.startsWith(`dep_n${index} `));
    assert.deepEqual(own, [`dep_n${index} deposit`, `dep_n${index} deposit.reverted`]);
  }
});

test('money that nobody listens for stays owed, with an alarm; the other kinds settle', async (t) => {
  const { store, deliverer, news } = setUp(t);
  const alarms: Alarm[] = [];
  news.on('alarm', (alarm) => alarms.push(alarm));
  await owe(store, 'a', ['deposit.pending', 'deposit']);
  await deliverer.idle();
  const states = (await store.events({ limit: 10 })).map((event) => `${event.kind} ${event.state} ${event.handed}`);
  assert.deepEqual(states.sort(), ['deposit owed false', 'deposit.pending handled true']);
  assert.deepEqual(
    alarms.map((alarm) => alarm.code),
    ['NO_LISTENER'],
  );
  let credited = 0;
  deliverer.on('deposit', () => {
    credited += 1;
  });
  await deliverer.idle();
  assert.equal(credited, 1);
});

test('a listener that was taken off is not called', async (t) => {
  const { store, deliverer } = setUp(t);
  const calls: string[] = [];
  const first = () => {
    calls.push('first');
  };
  deliverer.on('deposit', first);
  deliverer.on('deposit', () => {
    calls.push('second');
  });
  deliverer.off('deposit', first);
  await owe(store, 'a', ['deposit']);
  await deliverer.idle();
  assert.deepEqual(calls, ['second']);
});

test('functions given to atomically commit together with the mark, or not at all', async (t) => {
  const { clock, store, deliverer } = await setUpSqlite(t);
  let broken = true;
  deliverer.on('deposit', (_, { atomically, eventId }) => {
    atomically((db) => db.prepare('INSERT INTO credit VALUES (?, ?)').run(eventId, 'first'));
  });
  deliverer.on('deposit', (_, { atomically }) => {
    atomically((db) => {
      if (broken) throw new Error('half done');
      db.prepare('UPDATE credit SET by_whom = by_whom || ?').run(' second');
    });
  });
  const [id = ''] = await owe(store, 'a', ['deposit']);
  await deliverer.idle();
  assert.deepEqual(store.database.prepare('SELECT * FROM credit').all(), []);
  broken = false;
  clock.advance(600_000);
  await deliverer.idle();
  assert.deepEqual(
    store.database
      .prepare('SELECT * FROM credit')
      .all()
      .map((row) => ({ ...(row as object) })),
    [{ event_id: id, by_whom: 'first second' }],
  );
});

test('what waits for a commit of SQLite keeps no place: one commit credits more than run at once', async (t) => {
  const { deliverer, store } = await setUpSqlite(t);
  for (let index = 0; index < 200; index += 1) await owe(store, `t${index}`, ['deposit'], 5n);
  let turn = 0;
  const count = (): void => {
    turn += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  t.after(() => clearImmediate(next));
  const creditedIn = new Map<number, number>();
  deliverer.on('deposit', (_, { atomically, eventId }) => {
    atomically((db) => {
      db.prepare('INSERT INTO credit VALUES (?, ?)').run(eventId, 'once');
      creditedIn.set(turn, (creditedIn.get(turn) ?? 0) + 1);
    });
  });
  await deliverer.idle();
  const { n } = store.database.prepare('SELECT count(*) AS n FROM credit').get() as { n: number };
  assert.equal(n, 200);
  assert.ok(Math.max(...creditedIn.values()) > 8, `${[...creditedIn.values()]}`);
});

test('an asynchronous function in atomically on SQLite rolls back and is reported', async (t) => {
  const { clock, store, deliverer } = await setUpSqlite(t);
  deliverer.on('deposit', (_, { atomically, eventId }) => {
    // The type refuses it; JavaScript has no types.
    const untyped: (fn: (db: SqliteDatabase) => unknown) => void = atomically;
    untyped(async (db) => {
      db.prepare('INSERT INTO credit VALUES (?, ?)').run(eventId, 'async');
    });
  });
  await owe(store, 'a', ['deposit']);
  await deliverer.idle();
  clock.advance(600_000);
  await deliverer.idle();
  assert.deepEqual(store.database.prepare('SELECT * FROM credit').all(), []);
  const [event] = await store.events({ limit: 1 });
  assert.equal(event?.state, 'dead');
  assert.match(event?.error ?? '', /synchronous/i);
});

test('atomically after the listener has returned is refused, so that nothing is registered in vain', async (t) => {
  const { store, deliverer } = setUp(t);
  let late: (() => void) | undefined;
  deliverer.on('deposit', (_, { atomically }) => {
    late = () => atomically(() => undefined);
  });
  await owe(store, 'a', ['deposit']);
  await deliverer.idle();
  assert.throws(() => late?.(), { code: 'LISTENER_FAILED' });
});

test('close waits for a running listener, and past its grace aborts it and frees the lease', async (t) => {
  const { store, deliverer, clock } = setUp(t);
  let aborted = false;
  let started: (() => void) | undefined;
  const running = new Promise<void>((resolve) => {
    started = resolve;
  });
  let finish: (() => void) | undefined;
  deliverer.on('deposit', (_, { signal }) => {
    signal.addEventListener('abort', () => {
      aborted = true;
    });
    started?.();
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  const [id] = await owe(store, 'a', ['deposit']);
  deliverer.wake();
  await running;
  await deliverer.close(20);
  assert.equal(aborted, true);

  const other = createDeliverer<undefined>({ store });
  t.after(() => other.close(0));
  const handled: string[] = [];
  other.on('deposit', (_, { eventId }) => {
    handled.push(eventId);
  });
  clock.advance(0);
  await other.idle();
  assert.deepEqual(handled, [id], 'without waiting for the lease to run out');
  finish?.();
});

test('a listener may be added before the store is open', async (t) => {
  const store = sqliteStore({ path: ':memory:' });
  const news = createNews(silentLogger);
  const errors: unknown[] = [];
  news.on('error', (error) => errors.push(error));
  const deliverer = delivererTelling<SqliteDatabase>(news, { store });
  t.after(async () => {
    await deliverer.close(0);
    await store.close();
  });
  const handled: string[] = [];
  deliverer.on('deposit', (_, { eventId }) => {
    handled.push(eventId);
  });
  await deliverer.idle();
  const [id] = await owe(store, 'a', ['deposit']);
  await deliverer.idle();
  assert.deepEqual(handled, [id]);
  assert.deepEqual(errors, []);
});

test('options that cannot be understood are refused', () => {
  const store = memoryStore();
  assert.throws(() => createDeliverer({ store, concurrency: 0 }), {
    code: 'OPTION_INVALID',
    message: /delivery\.concurrency/,
  });
  assert.throws(() => createDeliverer({ store, attempts: Number.NaN }), {
    code: 'OPTION_INVALID',
    message: /delivery\.attempts/,
  });
  assert.throws(() => createDeliverer({ store, backoff: { firstMs: -1 } }), {
    code: 'OPTION_INVALID',
    message: /firstMs/,
  });
});

test('a listener that never ends raises an alarm, once: its place is taken for as long', async (t) => {
  const { store, deliverer, news } = setUp(t, { leaseMs: 3, concurrency: 2 });
  // The deliverer's timers keep no process alive.
  const alive = setInterval(() => {}, 1_000);
  t.after(() => clearInterval(alive));
  const alarms: Alarm[] = [];
  const [hangs, ends] = [promised(), promised()];
  news.on('alarm', (alarm) => {
    alarms.push(alarm);
    hangs.resolve();
  });
  deliverer.on('deposit', ({ amount }) => (amount === 13n ? new Promise(() => {}) : ends.resolve()));
  const [id] = await owe(store, 'a', ['deposit'], 13n);
  deliverer.wake();
  await hangs.promise;
  await owe(store, 'b', ['deposit'], 1n);
  deliverer.wake();
  await ends.promise;
  assert.deepEqual(
    alarms.map(({ code, message }) => [code, message.includes(`${id}`)]),
    [['LISTENER_HANGS', true]],
  );
});

/** Quick deliveries until events are claimed ahead of the listeners; the limits of all claims are kept. */
async function claimAhead(
  t: TestContext,
  listen: (amount: bigint) => unknown,
  options: Partial<DelivererOptions<undefined>>,
) {
  const store = memoryStore();
  const limits: number[] = [];
  const watched: typeof store = {
    ...store,
    claim(request) {
      // Suspects are asked for one at a time, and there are none.
      if (!request.suspects) limits.push(request.limit);
      return store.claim(request);
    },
  };
  const deliverer = createDeliverer<undefined>({ store: watched, concurrency: 2, ...options });
  t.after(() => deliverer.close(0));
  deliverer.on('deposit', ({ amount }) => listen(amount));
  for (let index = 0; index < 100; index += 1) await owe(store, `quick${index}`, ['deposit'], 1n);
  await deliverer.idle();
  return { store, deliverer, limits };
}

test('while listeners are quick, more is claimed at a time than runs at once', async (t) => {
  let running = 0;
  let most = 0;
  const { limits } = await claimAhead(
    t,
    async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    },
    {},
  );
  assert.equal(limits[0], 2);
  assert.ok(Math.max(...limits) >= 8, limits.join());
  assert.equal(most, 2);
});

test('what was claimed ahead of listeners that turn slow is given back, for another process to deliver', async (t) => {
  const alive = setInterval(() => {}, 1_000);
  t.after(() => clearInterval(alive));
  const { store, deliverer } = await claimAhead(t, (amount) => (amount === 1n ? undefined : new Promise(() => {})), {
    leaseMs: 600,
  });
  for (let index = 0; index < 12; index += 1) await owe(store, `slow${index}`, ['deposit'], 2n);
  deliverer.wake();
  await new Promise(setImmediate);
  assert.ok((await store.events({ state: 'leased', limit: 100 })).length > 2, 'claimed ahead');

  const all = promised();
  let handled = 0;
  const other = createDeliverer<undefined>({ store, pollMs: 5 });
  t.after(() => other.close(0));
  other.on('deposit', () => {
    handled += 1;
    if (handled === 10) all.resolve();
  });
  await all.promise;
});

test('close gives back at once what was claimed ahead, and waits only for what runs', async (t) => {
  const finish = promised();
  const { store, deliverer } = await claimAhead(t, (amount) => (amount === 1n ? undefined : finish.promise), {});
  for (let index = 0; index < 12; index += 1) await owe(store, `slow${index}`, ['deposit'], 2n);
  deliverer.wake();
  await new Promise(setImmediate);
  const closing = deliverer.close();
  await new Promise(setImmediate);
  assert.equal((await store.events({ state: 'leased', limit: 100 })).length, 2);
  finish.resolve();
  await closing;
  assert.equal((await store.events({ state: 'owed', limit: 100 })).length, 10);
});
