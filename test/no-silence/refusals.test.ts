import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { type RefusalCode, refusalStatus } from '../../lib/errors.ts';
import type { Options } from '../../lib/options.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import type { ProviderOptions } from '../../lib/providers/kit/provider.ts';
import { type SqliteDatabase, sqliteStore } from '../../lib/stores/sqlite.ts';
import { type FixedClock, fixedClock } from '../../lib/testing/fixed-clock.ts';
import { eth, openPolicy } from '../deposits/attacks.ts';
import { secret, signed } from '../helpers/deposits.ts';
import { type Sent, send, serve } from '../helpers/serve.ts';
import { of, type Told, told } from '../helpers/told.ts';

// A refused callback is not stored: the sender is told, and may send again. Whoever runs the service has one line of the
// log with a count, a line of the log of callbacks each, and, if a provider's own callbacks are refused for an hour, a need
// for a person, whose cure lets what is sent again be credited once.

const wrong = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const minute = 60_000;

interface Case {
  /** What is set up wrongly. */
  options?: Partial<Options<SqliteDatabase>>;
  provider?: Partial<ProviderOptions>;
  parser?: express.RequestHandler;
  /** What the sender does otherwise than it should. */
  spoil?: (sent: Sent, clock: FixedClock) => Sent;
  /** A sender that does not get to the end of its body. */
  cut?: 'hangs' | 'leaves';
}

const proxied = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'http' };
const adding =
  (headers: Record<string, string>) =>
  (sent: Sent): Sent => ({ ...sent, headers: { ...sent.headers, ...headers } });
const signedAt =
  (offMs: number) =>
  (sent: Sent, clock: FixedClock): Sent => ({ ...sent, ...callback(clock.now() + offMs) });
const callback = (now: number): Sent => ({ path: '/imtoken', ...signed('{"n":1}', { now, id: 'msg_1' }) });

/** `KEPT_UNVERIFIED` is a need at once: test/no-silence.test.ts. */
const refused: Readonly<Record<Exclude<RefusalCode, 'KEPT_UNVERIFIED'>, Case>> = {
  HTTPS_REQUIRED: { options: { trustProxy: 1 }, spoil: adding(proxied) },
  SOURCE_NOT_ALLOWED: { options: { sources: ['203.0.113.0/24'] } },
  SOURCE_UNKNOWN: { options: { sources: ['203.0.113.0/24'] }, spoil: adding(proxied) },
  BODY_TOO_LARGE: { options: { limits: { bodyBytes: 3 } } },
  BODY_TIMEOUT: { options: { limits: { receiveMs: 20 } }, cut: 'hangs' },
  BODY_ABORTED: { cut: 'leaves' },
  BODY_ENCODING: {
    spoil: (sent) => ({ ...adding({ 'content-encoding': 'gzip' })(sent), body: gzipSync(sent.body ?? '') }),
  },
  BODY_FORM: { spoil: adding({ 'content-type': 'application/x-www-form-urlencoded' }) },
  BODY_ALREADY_PARSED: { parser: express.json() },
  API_KEY_INVALID: { provider: { apiKeys: ['an-api-key-that-nobody-else-knows'] } },
  SIGNATURE_MISSING: { spoil: (sent) => ({ ...sent, headers: { 'content-type': 'application/json' } }) },
  SIGNATURE_INVALID: { provider: { secrets: [wrong] } },
  TIMESTAMP_TOO_OLD: { options: { toleranceMs: 1 }, spoil: signedAt(-minute) },
  TIMESTAMP_TOO_NEW: { options: { toleranceMs: 1 }, spoil: signedAt(minute) },
  KEYS_UNAVAILABLE: { provider: { secrets: () => Promise.reject(new Error('the vault is down')) } },
  METHOD_NOT_ALLOWED: { spoil: (sent) => ({ ...sent, method: 'PUT' }) },
  UNAVAILABLE: {
    options: {
      policy: {
        ...openPolicy,
        isOurs: () => {
          throw new Error('the wallet database is down');
        },
      },
    },
  },
};

/** A service over the file, and how to send to it. */
async function service(t: TestContext, path: string, clock: FixedClock, { options, provider, parser }: Case = {}) {
  const one = await told(t, {
    policy: openPolicy,
    traits: imtoken({ secrets: [secret], ...provider }),
    store: sqliteStore({ path, now: clock.now }),
    now: clock.now,
    ...options,
  });
  one.readAs(of({ ...eth, at: clock.now() }));
  const app = express();
  if (parser) app.use(parser);
  const port = await serve(t, app.use(one.callbacks));
  return {
    one,
    /** Resolves once all that the callback makes is done. */
    async post(sent: Sent, cut?: Case['cut']): Promise<number> {
      const status = cut === undefined ? (await send(port, sent)).status : await sendHalf(one, port, sent, cut);
      await one.callbacks.idle();
      return status;
    },
  };
}

async function sendHalf(one: Told, port: number, sent: Sent, cut: 'hangs' | 'leaves'): Promise<number> {
  const isRefused = new Promise((resolve) => one.callbacks.on('rejected', resolve));
  const socket = connect(port, '127.0.0.1');
  const head = Object.entries({ host: 'a', ...sent.headers, 'content-length': '100' }).map((pair) => pair.join(': '));
  socket.on('error', () => {});
  socket.write(`POST ${sent.path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n{`, () => {
    if (cut === 'leaves') socket.destroy();
  });
  await isRefused;
  socket.destroy();
  return refusalStatus[cut === 'hangs' ? 'BODY_TIMEOUT' : 'BODY_ABORTED'];
}

function databaseFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'refused-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'deposits.db');
}

describe('a provider whose callbacks are refused for an hour is told, counted, shown, found, and credited once it is mended:', () => {
  for (const [code, wrongly] of Object.entries(refused) as [keyof typeof refused, Case][]) {
    test(code, async (t) => {
      const path = databaseFile(t);
      const clock = fixedClock();
      const { one, post } = await service(t, path, clock, wrongly);
      const { spoil = (sent) => sent, cut } = wrongly;
      const line = `code: '${code}'`;
      const told = (): number =>
        one.lines().filter((text) => text.startsWith('Refused a callback') && text.includes(line)).length;

      for (let times = 0; times < 3; times += 1) {
        assert.equal(await post(spoil(callback(clock.now()), clock), cut), refusalStatus[code]);
      }
      assert.equal(told(), 1, 'the default logger has said it once');
      const kept = await one.callbacks.store.callbacks({ provider: 'imtoken', outcome: 'rejected', code, limit: 9 });
      assert.equal(kept.length, 3, 'the log of callbacks has each');
      await one.assertNeeds(undefined);

      const alarm = new Promise<void>((resolve) => {
        one.callbacks.on('alarm', (given) => {
          if (given.code === 'CALLBACKS_REFUSED') resolve();
        });
      });
      clock.advance(60 * minute);
      await post(spoil(callback(clock.now()), clock), cut);
      await alarm;
      assert.equal(one.logged('CALLBACKS_REFUSED'), 1);
      await one.assertNeeds(code);
      assert.deepEqual(one.credits(), []);
      await one.callbacks.close();

      clock.advance(1);
      const mended = await service(t, path, clock);
      for (let times = 0; times < 2; times += 1) assert.equal(await mended.post(callback(clock.now())), 200);
      assert.deepEqual(mended.one.credits(), ['deposit 1000'], 'what is sent again is credited once');
      await mended.one.assertNeeds(undefined);
    });
  }
});

test('a stranger neither floods the log nor calls for a person, and hides no provider that is refused', async (t) => {
  const clock = fixedClock();
  const { one, post } = await service(t, databaseFile(t), clock);
  assert.equal(await post(callback(clock.now())), 200);
  clock.advance(1);
  const rubbish: Sent = { path: '/imtoken', from: '127.0.0.9', headers: {}, body: 'x' };
  for (let times = 0; times < 200; times += 1) assert.equal(await post(rubbish), 401);
  assert.equal(one.lines().filter((line) => line.startsWith('Refused a callback')).length, 1);
  assert.ok(one.lines().length <= 2, 'and once how many were not kept');
  await one.assertNeeds(undefined);

  const another = signed('{}', { now: clock.now(), secret: wrong });
  for (let times = 0; times < 10; times += 1) assert.equal(await post({ path: '/second', ...another }), 401);
  await one.assertNeeds('SIGNATURE_INVALID');
});
