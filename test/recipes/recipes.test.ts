import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { callbackBody, ether, signed } from '../helpers/deposits.ts';
import { forgetPacked, type RunningRecipe, recipeProject } from '../helpers/recipe-project.ts';
import { send } from '../helpers/serve.ts';

// What the pages of docs/recipes show, run on the packed package as their readers would.

after(forgetPacked);

const body = (amount: string, more = ''): string =>
  JSON.stringify(callbackBody({ asset: ether, amount, position: 'native' })).replace('{', `{${more}`);

function post(port: number, sent: ReturnType<typeof signed>, path: string): Promise<number> {
  const headers = { 'content-type': 'application/json', ...sent.headers };
  return send(port, { path, ...sent, headers }).then(({ status }) => status);
}

/** A right one, the same again, one with odd spelling, a forged one; and the app's own route where there is one. */
async function assertReceives(running: RunningRecipe, path = '/callbacks/imtoken', orders = false): Promise<void> {
  const { port } = running;
  const sent = signed(body('5'));
  assert.equal(await post(port, sent, path), 200);
  assert.equal(await post(port, sent, path), 200);
  assert.equal(
    await post(port, signed(body('7', ' "note": 1.0, "u": "\\u00e9",  "big": 12345678901234567890,')), path),
    200,
  );
  assert.equal(await post(port, { ...sent, body: Buffer.from(body('9')) }, path), 401);
  await running.until(/^credited 7/);
  await running.until(/^credited 5/);
  assert.deepEqual(running.credited().sort(), ['5', '7']);
  if (!orders) return;
  const order = { method: 'POST', path: '/orders', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
  assert.match((await send(port, order)).text, /^\{"got":\{"a":1\}\}$/, 'the app goes on as before');
}

/** With a time-out, as senders have one; 0 where there is no answer. */
async function postInTime(port: number, { headers, body: bytes }: ReturnType<typeof signed>): Promise<number> {
  const init = { method: 'POST', headers, body: new Uint8Array(bytes), signal: AbortSignal.timeout(3_000) };
  return fetch(`http://127.0.0.1:${port}/imtoken`, init).then(
    ({ status }) => status,
    () => 0,
  );
}

/** Ends as a process manager would have it. */
async function stop({ process: child }: RunningRecipe): Promise<number | null> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}

test('express4-commonjs.md: behind a global JSON parser', async (t) => {
  const project = await recipeProject(t, 'express4-commonjs', { express: 'express4' });
  await assertReceives(await project.start('app.js'), '/callbacks/imtoken', true);
});

test('express5-esm.md: callbacks first, and an orderly stop', async (t) => {
  const project = await recipeProject(t, 'express5-esm');
  const running = await project.start('server.mjs');
  await assertReceives(running, '/callbacks/imtoken', true);
  assert.equal(await stop(running), 0);
});

test('bare-http.md: without a framework', async (t) => {
  const project = await recipeProject(t, 'bare-http');
  const running = await project.start('server.mjs');
  await assertReceives(running, '/imtoken');
  assert.equal((await send(running.port, { path: '/other' })).text, 'Nobody is here\n');
});

test('nestjs.md: beside controllers, with rawBody', async (t) => {
  const project = await recipeProject(t, 'nestjs');
  await assertReceives(await project.start('main.ts'), '/callbacks/imtoken', true);
});

test('nestjs.md: without the line that puts the parser first, and without rawBody, it is the same', async (t) => {
  const project = await recipeProject(t, 'nestjs');
  const text = project
    .file('main.ts')
    .replace(/^ *app\.useBodyParser.*$/m, '')
    .replace('rawBody: true, ', '');
  await writeFile(join(project.folder, 'main.ts'), text);
  await assertReceives(await project.start('main.ts'), '/callbacks/imtoken', true);
});

for (const file of ['before.mjs', 'verify.mjs', 'rescue.mjs']) {
  test(`raw-body.md: ${file}, on Express 5 and 4`, async (t) => {
    for (const express of ['express', 'express4']) {
      const project = await recipeProject(t, 'raw-body', { express });
      await assertReceives(await project.start(file));
    }
  });
}

// As the frameworks of cloud functions hand a request over: read, parsed, the bytes beside.
const frame = `
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { depositCallback } from './function.mjs';

const server = createServer(async (req, res) => {
  req.rawBody = await buffer(req);
  req.body = JSON.parse(req.rawBody);
  depositCallback(req, res);
});
server.listen(0, () => console.log('listening on ' + server.address().port));
`;

test('raw-body.md: in a cloud function, which has parsed the body', async (t) => {
  const project = await recipeProject(t, 'raw-body');
  await writeFile(join(project.folder, 'frame.mjs'), frame);
  await assertReceives(await project.start('frame.mjs'), '/imtoken');
});

test('cluster.md: three workers, one of them killed: every deposit is credited once', async (t) => {
  const project = await recipeProject(t, 'cluster');
  const running = await project.start('cluster.mjs');
  const workers = () => running.lines.flatMap((line) => Number(/^worker (\d+)/.exec(line)?.[1]) || []);
  await running.until(/^worker/, 3);
  const amounts = Array.from({ length: 120 }, (_, index) => String(index + 1));
  const queue = [...amounts, ...amounts.slice(0, 20)];
  const sending = async (): Promise<void> => {
    for (let amount = queue.shift(); amount !== undefined; amount = queue.shift()) {
      const text = bodies.get(amount) ?? body(amount);
      bodies.set(amount, text);
      // As a sender does: until it is answered 200. A connection that was on its way to a dead worker is never answered.
      while ((await postInTime(running.port, signed(text))) !== 200);
      if (amount === '40') process.kill(workers()[0] ?? 0, 'SIGKILL');
    }
  };
  const bodies = new Map<string, string>();
  await Promise.all(Array.from({ length: 8 }, sending));

  const store = sqliteStore({ path: join(project.folder, 'deposits.db') });
  await store.ready();
  t.after(() => store.close());
  const credits = () =>
    (store.database.prepare('SELECT amount FROM credit').all() as { amount: string }[]).map(({ amount }) => amount);
  while (credits().length < amounts.length) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(credits().sort(), [...amounts].sort());
  await running.until(/^worker/, 4);
  assert.equal(await stop(running), 0);
});
