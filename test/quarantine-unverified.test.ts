import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import type { Options } from '../lib/options.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import type { Store } from '../lib/stores/store.ts';
import { fixedClock } from '../lib/testing/fixed-clock.ts';
import { callbackBody, secret, signed } from './helpers/deposits.ts';
import { policy } from './helpers/receiver.ts';
import { codeOf, keepLog, type Sent, send, serve } from './helpers/serve.ts';

// Somebody with an account at the same provider sends from the same addresses, so the allow-list lets them in. What they
// can do with that is bounded: they fill their quota, and nothing else.

const rotated = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const strangers = `whsec_${Buffer.alloc(32, 66).toString('base64')}`;
const provider = '127.0.0.1';
const elsewhere = '127.0.0.2';

const stores: Record<string, (t: TestContext, now: () => number) => Promise<Store>> = {
  memory: async (_t, now) => memoryStore({ now }),
  SQLite: async (t, now) => {
    const folder = await mkdtemp(join(tmpdir(), 'deposit-callback-unverified-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    return sqliteStore({ path: join(folder, 'deposits.db'), now }) as Store;
  },
};

for (const [name, makeStore] of Object.entries(stores)) {
  const open = async (t: TestContext, quota: Options['quarantineUnverified']) => {
    const clock = fixedClock();
    let secrets = [secret];
    const callbacks = depositCallbacks({
      providers: [imtoken({ secrets: () => secrets })],
      store: await makeStore(t, clock.now),
      policy,
      sources: ['127.0.0.0/30'],
      now: clock.now,
      logger: keepLog(),
      ...(quota === undefined ? {} : { quarantineUnverified: quota }),
    });
    t.after(() => callbacks.close(0));
    const alarms: string[] = [];
    const credited: bigint[] = [];
    callbacks.on('alarm', ({ code }) => void alarms.push(code));
    callbacks.on('deposit', ({ amount }) => void credited.push(amount));
    const port = await serve(t, callbacks, '0.0.0.0');
    const come = async (key: string, sent: Partial<Sent> & { amount?: string } = {}) => {
      const { amount = '1', ...rest } = sent;
      const body = signed(callbackBody({ amount }), { secret: key, now: clock.now() });
      const answered = await send(port, { path: '/imtoken', ...body, ...rest });
      return `${answered.status} ${answered.text === '' ? '' : codeOf(answered)}`.trim();
    };
    return {
      callbacks,
      clock,
      alarms,
      credited,
      come,
      /** The right key comes at last, and what is remembered of the old ones ends. */
      putRight(keys: string[]) {
        secrets = keys;
        clock.advance(61_000);
      },
    };
  };

  test(`${name}: a stranger's flood ends at the quota with 401 and an alarm, and the oldest, a real one, is still there`, async (t) => {
    const { callbacks, alarms, credited, come, putRight } = await open(t, { perAddressPerHour: 20 });
    assert.equal(await come(rotated, { amount: '77' }), '503 KEPT_UNVERIFIED');
    const answers: Record<string, number> = {};
    for (let index = 0; index < 200; index += 1) {
      const answered = await come(strangers);
      answers[answered] = (answers[answered] ?? 0) + 1;
    }
    assert.deepEqual(answers, { '503 KEPT_UNVERIFIED': 19, '401 SIGNATURE_INVALID': 181 });
    assert.equal((await callbacks.store.counts()).unverified, 20);
    assert.deepEqual(alarms, ['UNVERIFIED_KEPT', 'UNVERIFIED_FULL'], 'told once a minute, not once a callback');
    // Nothing of it was dispatched, and right callbacks come through as ever.
    assert.deepEqual(credited, []);
    assert.equal(await come(secret, { amount: '5' }), '200');
    putRight([secret, rotated]);
    await come(secret, { amount: '6' });
    assert.deepEqual(await callbacks.reverify(), { taken: 1, kept: 19 });
    await callbacks.idle();
    assert.deepEqual(credited.map(Number).sort(), [5, 6, 77]);
  });

  test(`${name}: one address's flood leaves the others their quota`, async (t) => {
    const { come } = await open(t, { perAddressPerHour: 5 });
    for (let index = 0; index < 20; index += 1) await come(strangers, { from: elsewhere });
    assert.equal(await come(strangers, { from: elsewhere }), '401 SIGNATURE_INVALID');
    assert.equal(await come(rotated, { from: provider }), '503 KEPT_UNVERIFIED');
  });

  test(`${name}: the bytes of one address, and of all together, are bounded`, async (t) => {
    const { callbacks, clock, come } = await open(t, {
      bytesPerAddress: 40_000,
      bytes: 60_000,
      perAddressPerHour: 1_000,
    });
    // Where the bytes stand makes no difference: body, URL or headers.
    const big = { path: `/imtoken?${'x'.repeat(4_000)}` };
    const heavy = (): Partial<Sent> => {
      const { headers, body } = signed(callbackBody(), { secret: strangers, now: clock.now() });
      return { headers: { ...headers, 'x-filler': 'y'.repeat(4_000) }, body };
    };
    const flood = async (from: string): Promise<number> => {
      let kept = 0;
      for (let index = 0; index < 30; index += 1) {
        const sent = index % 2 === 0 ? big : heavy();
        if ((await come(strangers, { ...sent, from })).startsWith('503')) kept += 1;
      }
      return kept;
    };
    const first = await flood(elsewhere);
    assert.ok(first >= 5 && first < 10, `${first}`);
    const second = await flood(provider);
    assert.ok(second > 0 && second < first, `${second}`);
    const kept = await callbacks.store.unverified({ limit: 100 });
    assert.equal(kept.length, first + second);
    const bytes = kept.map(({ body, ...line }) => (body?.length ?? 0) + JSON.stringify(line).length);
    assert.ok(bytes.reduce((sum, one) => sum + one) <= 60_000);
    // Time gives no new bytes: what is kept is kept until an operator has looked.
    clock.advance(86_400_000);
    assert.equal(await come(strangers, { ...big, from: '127.0.0.3' }), '401 SIGNATURE_INVALID');
  });

  test(`${name}: from an address that is not allowed nothing is kept`, async (t) => {
    const { callbacks, alarms, come } = await open(t, true);
    assert.equal(await come(rotated, { from: '127.0.0.9' }), '403 SOURCE_NOT_ALLOWED');
    assert.equal((await callbacks.store.counts()).unverified, 0);
    assert.deepEqual(alarms, []);
  });

  test(`${name}: without the option nothing is kept, and the answer is 401`, async (t) => {
    const { callbacks, come } = await open(t, undefined);
    assert.equal(await come(rotated), '401 SIGNATURE_INVALID');
    assert.equal((await callbacks.store.counts()).unverified, 0);
  });
}

test('a quota that cannot be understood stops the start: it would be none', () => {
  for (const quota of [
    { bytes: Number.NaN },
    { bytesPerAddress: 0 },
    { perAddressPerHour: 1.5 },
    { byte: 5 },
    'yes',
    null,
  ]) {
    assert.throws(
      () =>
        depositCallbacks({
          providers: [imtoken({ secrets: [secret] })],
          policy,
          sources: ['127.0.0.1'],
          quarantineUnverified: quota as never,
        }),
      { code: 'OPTION_INVALID', message: /quarantineUnverified/ },
      JSON.stringify(quota),
    );
  }
});
