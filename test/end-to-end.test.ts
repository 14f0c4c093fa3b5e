import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DepositCallbacks, depositCallbacks } from '../lib/deposit-callbacks.ts';
import type { EventKind } from '../lib/deposits/deposit.ts';
import { silentLogger } from '../lib/observe/logger.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { type SqliteDatabase, sqliteStore } from '../lib/stores/sqlite.ts';
import type { StoredEvent } from '../lib/stores/store.ts';
import { fixedClock } from '../lib/testing/fixed-clock.ts';
import { alice, secret, signed, usdt } from './helpers/deposits.ts';
import { send, serve } from './helpers/serve.ts';

// The whole receiver, as a service uses it: callbacks over HTTP from two wallets that may contradict each other and
// themselves, listeners that fail in every way, restarts at any moment, an operator at work. Whatever happens, in the end
// the balances are those of the deposits that the store calls confirmed, and each event was applied exactly once.

const wallets = ['wallet-a', 'wallet-b'] as const;
const kinds: readonly EventKind[] = ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'];

interface Said {
  wallet: number;
  type: 'pending' | 'confirmed' | 'reverted' | 'failed';
  transaction: number;
  /** Two transfers of a transaction have the same amount, so that they are copies. */
  row: number;
  /** Undefined: it names none. */
  block: number | undefined;
  confirmations: number;
  /** Its own time after, or before, that of what was said last, seconds. */
  later: number;
  lowerCase: boolean;
}

type Step =
  | { do: 'say'; said: Said[] }
  | { do: 'undo'; said: Said }
  | { do: 'resend'; which: number; newId: boolean }
  | { do: 'fail'; how: Failure; times: number }
  | { do: 'advance'; ms: number }
  | { do: 'settle' }
  | { do: 'restart'; how: 'when idle' | 'at once' | 'overlapping' }
  | { do: 'operate'; what: 'reprocess' | 'redeliver' | 'reassess' };

type Failure =
  | 'throw'
  | 'throw nothing'
  | 'reject'
  | 'throw after atomically'
  | 'throw within atomically'
  | 'atomically async';

const said: fc.Arbitrary<Said> = fc.record({
  wallet: fc.integer({ min: 0, max: 1 }),
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constant('confirmed' as const) },
    { weight: 3, arbitrary: fc.constant('pending' as const) },
    { weight: 3, arbitrary: fc.constant('reverted' as const) },
    { weight: 1, arbitrary: fc.constant('failed' as const) },
  ),
  transaction: fc.integer({ min: 0, max: 1 }),
  row: fc.integer({ min: 0, max: 2 }),
  block: fc.option(fc.integer({ min: 0, max: 1 }), { nil: undefined, freq: 6 }),
  confirmations: fc.constantFrom(0, 1, 3, 3, 100),
  later: fc.constantFrom(1, 1, 1, 1, 0, -3),
  lowerCase: fc.boolean(),
});

const failures = [
  'throw',
  'throw nothing',
  'reject',
  'throw after atomically',
  'throw within atomically',
  'atomically async',
] as const;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant('undo' as const), said }) },
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant('say' as const), said: fc.array(said, { minLength: 1, maxLength: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('resend' as const), which: fc.nat(20), newId: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      how: fc.constantFrom(...failures),
      times: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1_000, 60_000, -3_600_000) }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'settle' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('restart' as const),
      how: fc.constantFrom('when idle' as const, 'at once' as const, 'overlapping' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('operate' as const),
      what: fc.constantFrom('reprocess' as const, 'redeliver' as const, 'reassess' as const),
    }),
  },
);

const hashOf = (text: string): string => `0x${Buffer.from(text.padEnd(32, '.')).toString('hex')}`;

function bodyOf({ type, transaction, row, block, confirmations, lowerCase }: Said, at: number): string {
  const hash = block === undefined ? undefined : hashOf(`block ${transaction} ${block}`);
  return JSON.stringify({
    type: `deposit.${type}`,
    timestamp: new Date(Date.UTC(2026, 0, 1) + at * 1_000).toISOString(),
    data: {
      network: 'eip155:1',
      asset: usdt,
      amount: row === 2 ? '7' : '100',
      to: lowerCase ? alice.toLowerCase() : alice,
      status: 'success',
      confirmations: type === 'confirmed' ? confirmations : 0,
      transaction: {
        hash: hashOf(`transaction ${transaction}`),
        ...(hash === undefined ? {} : { position: `log:${row}`, block: { number: String(block), hash } }),
      },
    },
  });
}

interface Applied {
  event_id: string;
  deposit: string;
  kind: EventKind;
  generation: number;
  amount: string;
}

test('whatever comes, fails, restarts or is done by hand, the balances are those of the confirmed deposits', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'deposit-callback-end-to-end-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  let current: DepositCallbacks<SqliteDatabase> | undefined;
  const port = await serve(t, (req, res) => current?.(req, res));
  let runs = 0;

  const run = async (steps: readonly Step[]): Promise<void> => {
    runs += 1;
    const path = join(folder, `${runs}.db`);
    const clock = fixedClock();
    const toFail: Failure[] = [];
    const sent: { wallet: number; body: string; id: string }[] = [];
    const acknowledged = new Set<string>();

    const open = async (): Promise<DepositCallbacks<SqliteDatabase>> => {
      const store = sqliteStore({ path, now: clock.now });
      const callbacks = depositCallbacks<SqliteDatabase>({
        providers: wallets.map((name) => imtoken({ name, secrets: [secret] })),
        store,
        policy: {
          assets: [{ asset: usdt, decimals: 6 }],
          isOurs: ({ address }) => address === alice,
          confirmations: { 'eip155:1': 3 },
        },
        delivery: { attempts: 3, backoff: { firstMs: 500, maxMs: 500 } },
        logger: silentLogger,
        now: clock.now,
      });
      await callbacks.ready();
      store.database.exec(
        'CREATE TABLE IF NOT EXISTS applied (event_id TEXT, deposit TEXT, kind TEXT, generation INTEGER, amount TEXT)',
      );
      for (const kind of kinds) {
        callbacks.on(kind, (deposit, { atomically, eventId }) => {
          const failure = toFail.shift();
          if (failure === 'throw') throw new Error('no');
          if (failure === 'throw nothing') throw undefined;
          if (failure === 'reject') return Promise.reject(new Error('later no'));
          atomically((db) => {
            db.prepare('INSERT INTO applied VALUES (?, ?, ?, ?, ?)').run(
              eventId,
              deposit.id,
              kind,
              deposit.generation,
              String(deposit.amount),
            );
            if (failure === 'throw within atomically') throw new Error('no');
            return failure === 'atomically async' ? Promise.resolve() : undefined;
          });
          if (failure === 'throw after atomically') throw new Error('no');
          return undefined;
        });
      }
      return callbacks;
    };

    const post = async ({ wallet, body, id }: (typeof sent)[number]): Promise<void> => {
      const answered = await send(port, {
        path: `/${wallets[wallet]}`,
        agent,
        ...signed(body, { id, now: clock.now() }),
      });
      assert.equal(answered.status, 200, answered.text);
      acknowledged.add(body);
    };

    const say = async (one: Said): Promise<void> => {
      const number = sent.length;
      const callback = { wallet: one.wallet, body: bodyOf(one, number + one.later), id: `msg_${number}` };
      sent.push(callback);
      await post(callback);
    };

    const perform = async (one: Step, callbacks: DepositCallbacks<SqliteDatabase>): Promise<void> => {
      switch (one.do) {
        case 'say':
          await Promise.all(one.said.map(say));
          return;
        case 'undo': {
          // Credited and taken back while the listeners are still busy with that it is pending: none is ever handed it.
          const transfer = { ...one.said, block: one.said.block ?? 0, confirmations: 3, later: 0 };
          await callbacks.idle();
          toFail.push('throw');
          for (const type of ['pending', 'confirmed', 'reverted'] as const) {
            await say({ ...transfer, type });
            await callbacks.idle();
          }
          return;
        }
        case 'resend': {
          const again = sent[one.which % Math.max(1, sent.length)];
          if (again) await post(one.newId ? { ...again, id: `${again.id}_again_${sent.length}` } : again);
          return;
        }
        case 'fail':
          for (let time = 0; time < one.times; time += 1) toFail.push(one.how);
          return;
        case 'advance':
          clock.advance(one.ms);
          return;
        case 'settle':
          await callbacks.idle();
          return;
        case 'restart': {
          if (one.how === 'when idle') await callbacks.idle();
          if (one.how !== 'overlapping') await callbacks.close(0);
          current = await open();
          if (one.how === 'overlapping') await callbacks.close(0);
          return;
        }
        case 'operate':
          if (one.what === 'reprocess') await callbacks.reprocess();
          if (one.what === 'redeliver') {
            for (const { id } of await callbacks.store.events({ state: 'dead', limit: 1_000 }))
              await callbacks.redeliver(id);
          }
          if (one.what === 'reassess') {
            for (const { id } of await callbacks.store.deposits({ limit: 1_000 })) await callbacks.reassess(id);
          }
      }
    };

    current = await open();
    try {
      for (const one of steps) await perform(one, current);
      toFail.length = 0;
      await deliverAll(current, clock.advance);
      await check(current, acknowledged);
      // To fold everything once more changes nothing.
      const { owed } = await current.store.counts();
      for (const { id } of await current.store.deposits({ limit: 1_000 })) await current.reassess(id);
      await current.reprocess();
      assert.equal((await current.store.counts()).owed, owed);
    } finally {
      await current.close(0);
      rmSync(path, { force: true });
    }
  };

  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14, size: 'max' }), run), {
    numRuns: 300,
  });
});

async function deliverAll(callbacks: DepositCallbacks<SqliteDatabase>, advance: (ms: number) => void): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    advance(10_000_000);
    for (const { id } of await callbacks.store.events({ state: 'dead', limit: 1_000 })) await callbacks.redeliver(id);
    await callbacks.idle();
    const { owed, dead } = await callbacks.store.counts();
    if (owed + dead === 0) return;
  }
  assert.fail('events are owed that are never delivered');
}

async function check(callbacks: DepositCallbacks<SqliteDatabase>, acknowledged: ReadonlySet<string>): Promise<void> {
  const { store } = callbacks;
  const { database } = store as ReturnType<typeof sqliteStore>;
  const applied = database.prepare('SELECT * FROM applied ORDER BY rowid').all() as Applied[];
  const deposits = await store.deposits({ limit: 10_000 });

  let balance = 0n;
  for (const { kind, amount } of applied) {
    if (kind === 'deposit') balance += BigInt(amount);
    if (kind === 'deposit.reverted') balance -= BigInt(amount);
    assert.ok(balance >= 0n);
  }
  const confirmed = deposits.filter(({ status }) => status === 'confirmed');
  assert.equal(
    balance,
    confirmed.reduce((sum, { amount }) => sum + amount, 0n),
  );

  const ids = applied.map(({ event_id }) => event_id);
  assert.equal(new Set(ids).size, ids.length, 'applied twice');
  for (const deposit of deposits) {
    const events = (await store.events({ depositId: deposit.id, limit: 10_000 })).reverse();
    const own = applied.filter((one) => one.deposit === deposit.id);
    assert.deepEqual(
      own.map(({ event_id }) => event_id),
      events.filter(({ state }) => state !== 'cancelled').map(({ id }) => id),
      'each event in its order, cancelled ones never',
    );
    checkTurns(own, events, deposit.status);
  }

  const kept = new Set<string>();
  for (const { id } of await store.callbacks({ limit: 10_000 })) kept.add(String(await callbacks.raw(id)));
  for (const body of acknowledged) assert.ok(kept.has(body), `acknowledged and not kept: ${body}`);
}

/** Of one deposit, a credit and its revert take turns, and each generation is made once. */
function checkTurns(applied: readonly Applied[], events: readonly StoredEvent[], status: string): void {
  let standing: Applied | undefined;
  for (const one of applied) {
    if (one.kind === 'deposit') {
      assert.equal(standing, undefined, 'credited twice');
      standing = one;
    } else if (one.kind === 'deposit.reverted') {
      assert.equal(standing?.generation, one.generation, 'reverted what is not credited');
      assert.equal(standing?.amount, one.amount);
      standing = undefined;
    }
  }
  assert.equal(standing !== undefined, status === 'confirmed');
  const generations = events.filter(({ kind }) => kind === 'deposit').map(({ generation }) => generation);
  assert.deepEqual(
    generations,
    generations.map((_, index) => index + 1),
  );
}
