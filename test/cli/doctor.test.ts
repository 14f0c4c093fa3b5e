import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import express from 'express';
import { secret } from '../helpers/deposits.ts';
import { serve } from '../helpers/serve.ts';
import { run, service, writeConfig } from './cli.ts';

interface Found {
  id: string;
  level: string;
  found: string;
  fix?: string;
}

const env = { CALLBACK_SECRET: secret };

test('the doctor finds nothing bad in a sound service, and sends a signed callback through it', async (t) => {
  const { callbacks, folder, path, port, receive } = await service(t);
  callbacks.on('deposit', () => {});
  await receive();
  const config = await writeConfig(folder, path, 'retainMs: 400 * 86400000, silenceMs: 3600000,');
  const ran = await run(['doctor', '--config', config, '--url', `http://127.0.0.1:${port}/imtoken`, '--json'], { env });
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  const levels = Object.fromEntries((JSON.parse(ran.stdout) as Found[]).map(({ id, level }) => [id, level]));
  assert.deepEqual(levels, {
    node: 'ok',
    understood: 'ok',
    sources: 'note',
    retention: 'ok',
    keys: 'ok',
    durable: 'ok',
    needs: 'ok',
    heard: 'ok',
    'signed-probe': 'ok',
    clock: 'ok',
    'exact-bytes': 'ok',
  });
  const table = await run(['doctor', '--config', config]);
  assert.match(table.stdout, /^level +about +found +what to do$/m);
  assert.match(table.stderr, /Checking the store/);
});

test('the doctor finds weak keys and times, dead letters, a provider that is refused and short memories', async (t) => {
  const { callbacks, folder, path, receive } = await service(t, { delivery: { attempts: 1 } });
  callbacks.on('deposit', () => {
    throw new Error('closed');
  });
  await receive();
  const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  for (let count = 0; count < 11; count += 1) await receive({}, { secret: other });
  const short = 'sixteen-bytes-up';
  const ending = Date.now() + 86_400_000;
  const config = await writeConfig(
    folder,
    path,
    `retainMs: 86400000, keepBodies: false, requireHttps: false, toleranceMs: 3600000,
  providers: [imtoken({ secrets: [{ key: '${other}', notAfter: ${ending} }], apiKeys: ['${short}'] })],`,
  );
  const ran = await run(['doctor', '--config', config, '--json']);
  assert.equal(ran.code, 1);
  assert.ok(!ran.stdout.includes(short));
  const found = (JSON.parse(ran.stdout) as Found[]).map(({ id, level }) => `${level} ${id}`);
  for (const wanted of [
    'warn key-length',
    'warn key-ends',
    'bad https',
    'warn tolerance',
    'warn retention',
    'warn bodies',
    'bad dead-letters',
    'bad refused',
  ]) {
    assert.ok(found.includes(wanted), `${wanted} in ${found.join(', ')}`);
  }
});

test('the doctor finds a provider that can never meet the policy, and options that do not start', async (t) => {
  const { folder, path } = await service(t);
  const config = await writeConfig(folder, path, `sauces: ['127.0.0.1'],`);
  const misspelt = await run(['doctor', '--config', config, '--json']);
  assert.equal(misspelt.code, 1);
  assert.match((JSON.parse(misspelt.stdout) as Found[]).find(({ id }) => id === 'understood')?.found ?? '', /sauces/);

  const never = join(folder, 'never.mjs');
  const lib = new URL('../../lib/', import.meta.url).href;
  await writeFile(
    never,
    `import { helius } from '${lib}providers/helius.ts';
export default () => ({
  providers: [helius({ secrets: ['a-long-enough-text-of-forty-characters!'] })],
  policy: { assets: 'any', isOurs: () => true },
});
`,
  );
  const ran = await run(['doctor', '--config', never]);
  assert.equal(ran.code, 1);
  assert.match(ran.stdout, /^bad +options +.*helius/m);
});

test('the doctor names the parser that is mounted before the callbacks, and what writes bodies again', async (t) => {
  const { callbacks } = await service(t);
  const early = await serve(t, express().use(express.json()).use('/callbacks', callbacks));
  const url = `http://127.0.0.1:${early}/callbacks/imtoken`;
  const ran = await run(['doctor', '--url', url, '--json'], { env });
  assert.equal(ran.code, 1);
  const probe = (JSON.parse(ran.stdout) as Found[]).find(({ id }) => id === 'signed-probe');
  assert.equal(probe?.found, '503 BODY_ALREADY_PARSED');
  assert.match(probe?.fix ?? '', /mount the callbacks before express\.json\(\)/);

  const app = express().use(express.json(), (req, _, next) => {
    (req as { rawBody?: Buffer }).rawBody = Buffer.from(JSON.stringify(req.body));
    // As if the length were the new one: many proxies write it so.
    req.headers['content-length'] = String(Buffer.byteLength(JSON.stringify(req.body)));
    next();
  });
  const rewriting = await serve(t, app.use('/callbacks', callbacks));
  const again = await run(['doctor', '--url', `http://127.0.0.1:${rewriting}/callbacks/imtoken`, '--json'], { env });
  assert.equal(again.code, 1);
  const levels = Object.fromEntries((JSON.parse(again.stdout) as Found[]).map(({ id, level }) => [id, level]));
  assert.deepEqual([levels['signed-probe'], levels['exact-bytes']], ['ok', 'bad']);
});

test('the doctor finds a clock that is wrong, and a service that is not there', async (t) => {
  const port = await serve(t, (_, res) => {
    res.writeHead(200, { date: new Date(Date.now() - 120_000).toUTCString() });
    res.end();
  });
  const ran = await run(['doctor', '--url', `http://127.0.0.1:${port}/imtoken`, '--json'], { env });
  const clock = (JSON.parse(ran.stdout) as Found[]).find(({ id }) => id === 'clock');
  assert.equal(clock?.level, 'bad');
  assert.match(clock?.found ?? '', /^its clock is 1[12]\d s behind this one$/);
  const none = await run(['doctor', '--url', 'http://127.0.0.1:1/imtoken'], { env });
  assert.equal(none.code, 1);
  assert.match(none.stdout, /^bad +endpoint +ECONNREFUSED/m);
  const nothing = await run(['doctor']);
  assert.equal(nothing.code, 2);
});
