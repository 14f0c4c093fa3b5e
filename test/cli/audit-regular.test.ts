import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import express from 'express';
import helmet from 'helmet';
import { Webhook } from 'standardwebhooks';
import { secret } from '../helpers/deposits.ts';
import { promised } from '../helpers/promised.ts';
import { listen } from '../helpers/serve.ts';
import { run, runOn, service, temporaryFolder } from './cli.ts';

const alarmSecret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const env = { CALLBACK_SECRET: secret, AUDIT_ALARM_SECRET: alarmSecret };
const only = ['--only', 'security-headers', 'stale'];

interface Alarm {
  type: string;
  data: { url: string; probes: { id: string }[] };
}

/** What is called when something turns red; it may be away. */
async function pager(t: TestContext) {
  const alarms: Alarm[] = [];
  const made = { url: '', alarms, isAway: false, called: promised() };
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      // The reference implementation of Standard Webhooks: the alarm is signed as it says.
      const verified = new Webhook(alarmSecret).verify(
        Buffer.concat(chunks).toString(),
        req.headers as Record<string, string>,
      ) as Alarm;
      if (!made.isAway) alarms.push(verified);
      res.writeHead(made.isAway ? 503 : 204).end();
      made.called.resolve();
    });
  });
  made.url = `http://127.0.0.1:${await listen(t, server)}/audit`;
  return made;
}

/** An endpoint that may lose its headers. */
async function endpoint(t: TestContext) {
  const { callbacks, folder } = await service(t);
  const state = { hasHeaders: true };
  const app = express();
  app.disable('x-powered-by');
  const protect = helmet();
  app.use((req, res, next) => (state.hasHeaders ? protect(req, res, next) : next()));
  app.use(callbacks);
  const port = await listen(t, createServer(app));
  return { state, folder, url: `http://127.0.0.1:${port}/imtoken` };
}

test('what turns red is told once, with what is fixed and what is still red, and again after it was fixed', async (t) => {
  const { state, folder, url } = await endpoint(t);
  const called = await pager(t);
  const kept = join(folder, 'audit.json');
  const audit = () => run(['audit', url, ...only, '--keep', kept, '--alarm-url', called.url], { env });
  const codes: (number | null)[] = [];
  const says: string[] = [];
  for (const hasHeaders of [true, false, false, true, false]) {
    state.hasHeaders = hasHeaders;
    const ran = await audit();
    codes.push(ran.code);
    says.push(/^Since [^:]+:\d\d:\d\d\S+: (.*)$/m.exec(ran.stdout)?.[1] ?? '-');
    assert.equal(/AUDIT_RED: .*security-headers turned red/.test(ran.stderr), says.at(-1)?.startsWith('new') === true);
  }
  assert.deepEqual(codes, [0, 1, 1, 0, 1]);
  assert.deepEqual(says, [
    '-',
    'new: security-headers',
    'still: security-headers',
    'fixed: security-headers',
    'new: security-headers',
  ]);
  assert.deepEqual(
    called.alarms.map(({ type, data }) => [type, data.url, data.probes.map(({ id }) => id)]),
    Array.from({ length: 2 }, () => ['audit.red', url, ['security-headers']]),
  );
  assert.ok(!(await readFile(kept, 'utf8')).includes(secret), 'what is kept holds no secret');
});

test('an alarm that is not accepted is posted again after the next audit', async (t) => {
  const { state, folder, url } = await endpoint(t);
  const called = await pager(t);
  state.hasHeaders = false;
  called.isAway = true;
  const audit = ['audit', url, ...only, '--keep', join(folder, 'audit.json'), '--alarm-url', called.url];
  const first = await run(audit, { env });
  assert.match(first.stderr, /AUDIT_ALARM_FAILED: the alarm was not accepted: 503/);
  called.isAway = false;
  await run(audit, { env });
  await run(audit, { env });
  assert.equal(called.alarms.length, 1);
});

test('--every audits until it is stopped, and exits as the last audit did', async (t) => {
  const { state, url } = await endpoint(t);
  const called = await pager(t);
  state.hasHeaders = false;
  const running = runOn(t, ['audit', url, ...only, '--every', '50ms', '--alarm-url', called.url, '--json'], { env });
  await running.until(/"verdict":"red".*\n.*"still":\["security-headers"\]/);
  const { code, stdout } = await running.stop();
  assert.equal(code, 1);
  assert.equal(called.alarms.length, 1, 'told once');
  for (const line of stdout.trim().split('\n')) assert.equal(JSON.parse(line).url, url);
});

test('a file that holds something else is not written over', async (t) => {
  const file = join(await temporaryFolder(t), 'notes.json');
  await writeFile(file, '{"mine":1}');
  const ran = await run(['audit', 'http://127.0.0.1:1/imtoken', '--keep', file], { env });
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /--keep: .* holds something other than a report/);
  assert.equal(await readFile(file, 'utf8'), '{"mine":1}');
});
