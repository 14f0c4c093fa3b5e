import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import express from 'express';
import express4 from 'express4';
import { type DepositCallbacks, depositCallbacks } from '../lib/deposit-callbacks.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import { callbackBody, secret, signed } from './helpers/deposits.ts';
import { policy } from './helpers/receiver.ts';
import { keepLog, send, serve } from './helpers/serve.ts';

const apps = { 'Express 5': () => express(), 'Express 4': () => express4() as unknown as express.Express };

function mountable(t: TestContext, path?: string) {
  const log = keepLog();
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret], ...(path === undefined ? {} : { path }) })],
    store: memoryStore(),
    policy,
    logger: log,
  });
  callbacks.on('deposit', () => {});
  t.after(() => callbacks.close(0));
  const warnings = (): string[] => log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  return { callbacks, warnings };
}

const post = async (port: number, path: string, method = 'POST'): Promise<number> =>
  (await send(port, { method, path, ...signed(callbackBody()) })).status;

for (const [name, makeApp] of Object.entries(apps)) {
  test(`${name}: app.post() with the whole path, or with a parameter, receives callbacks as app.use() does`, async (t) => {
    const { callbacks, warnings } = mountable(t);
    const app = makeApp();
    app.post('/hooks/imtoken', callbacks);
    app.post('/by-name/:provider', callbacks);
    const port = await serve(t, app);
    assert.equal(await post(port, '/hooks/imtoken'), 200);
    assert.equal(await post(port, '/hooks/imtoken/?x=1'), 200);
    assert.equal(await post(port, '/by-name/imtoken'), 200);
    assert.deepEqual(warnings(), []);
    assert.equal(await post(port, '/by-name/imtokn'), 404);
    assert.match(warnings()[0] ?? '', /^POST "\/by-name\/imtokn" matches no provider path/);
  });

  test(`${name}: app.post() with the mount path alone warns once, with the known paths`, async (t) => {
    const { callbacks, warnings } = mountable(t);
    const app = makeApp();
    app.post('/callbacks', callbacks);
    const port = await serve(t, app);
    for (let i = 0; i < 3; i += 1) assert.equal(await post(port, '/callbacks'), 404);
    assert.equal(warnings().length, 1);
    assert.match(warnings()[0] ?? '', /below the mount they are \/imtoken\..*app\.use\('\/callbacks', callbacks\)/);
  });

  test(`${name}: a misspelt path below the mount warns once, with the one that was meant`, async (t) => {
    const { callbacks, warnings } = mountable(t);
    const app = makeApp();
    app.use('/callbacks', callbacks);
    const port = await serve(t, app);
    for (let i = 0; i < 3; i += 1) assert.equal(await post(port, '/callbacks/imtokn?secret=hush'), 404);
    assert.equal(warnings().length, 1);
    assert.match(
      warnings()[0] ?? '',
      /^POST "\/callbacks\/imtokn" matches no provider path: .* Did you mean \/imtoken\?/,
    );
  });

  test(`${name}: at the root of an app, its other requests are no wrong mounts, and a lost prefix is one`, async (t) => {
    const { callbacks, warnings } = mountable(t);
    const app = makeApp();
    app.use(callbacks);
    app.use((_req, res) => void res.status(200).end());
    const port = await serve(t, app);
    for (const path of ['/', '/orders', '/login']) assert.equal(await post(port, path), 200);
    assert.equal(await post(port, '/imtoken', 'GET'), 405);
    assert.deepEqual(
      warnings().filter((one) => one.includes('no provider path')),
      [],
    );
    assert.equal(await post(port, '/callbacks/imtoken'), 200);
    assert.equal(warnings().filter((one) => one.includes('no provider path')).length, 1);
  });
}

test('strangers that try paths make three lines, however many they try', async (t) => {
  const { callbacks, warnings } = mountable(t);
  const port = await serve(t, createServer((req, res) => callbacks(req, res)).listeners('request')[0] as never);
  for (let i = 0; i < 20; i += 1) assert.equal(await post(port, `/\u{2028}${i}`.replace(/[^\x20-\x7e]/g, '%0A')), 404);
  assert.equal(warnings().length, 3);
});

test('a path that no URL can have is refused at construction', () => {
  for (const path of ['/x/', '/\u00e4', 'x', '', '/a b', '/a?b', '/a#b', '/"']) {
    assert.throws(() => imtoken({ secrets: [secret], path }), {
      code: 'OPTION_INVALID',
      message: /^Option imtoken\.path: /,
    });
    const provider = { ...imtoken({ secrets: [secret] }), path };
    assert.throws((): DepositCallbacks => depositCallbacks({ providers: [provider], policy }), {
      code: 'OPTION_INVALID',
      message: /^Option providers\[0\]\.path: /,
    });
  }
  for (const path of ['/', '/x', '/a/b.c-d_e~f', '/%C3%A4', '/a:b@c'])
    assert.equal(imtoken({ secrets: [secret], path }).path, path);
});
