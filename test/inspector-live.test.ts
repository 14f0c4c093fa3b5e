import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { imtoken } from '../lib/providers/imtoken.ts';
import { secret } from './helpers/deposits.ts';
import { inspected } from './helpers/inspected.ts';
import { send } from './helpers/serve.ts';

interface Stream {
  res: IncomingMessage;
  /** How things stand, when it was last told, once that fits. */
  standing(fits: (told: Standing) => boolean): Promise<Standing>;
  /** Ids of the callbacks that came, once there are so many. */
  ids(count: number): Promise<string[]>;
  ended(): Promise<void>;
}

interface Standing {
  badges: Record<string, number>;
  tiles: { name: string; count: number }[];
  title: string;
  needs: { text: string; path: string }[];
}

interface Told {
  rows: { id: string; outcome: string; provider: string }[];
}

async function openStream(t: TestContext, port: number, path: string, headers = {}): Promise<Stream> {
  const req = request({ host: '127.0.0.1', port, path: `/inspector${path}`, headers }).end();
  t.after(() => req.destroy());
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  const over = new Promise<void>((resolve) => res.once('close', () => resolve()));
  let came = '';
  res.setEncoding('utf8').on('data', (text: string) => {
    came += text;
  });
  res.on('error', () => {});
  const told = (): string[] =>
    [...came.matchAll(/^data: (.*)$/gm)].flatMap(([, data = '']) =>
      ((JSON.parse(data) as Partial<Told>).rows ?? []).map(({ id }) => id),
    );
  return {
    res,
    async ids(count) {
      while (told().length < count) await once(res, 'data');
      return told();
    },
    async standing(fits) {
      for (;;) {
        const all = [...came.matchAll(/^event: status\ndata: (.*)\n/gm)].map(
          ([, data = '']) => JSON.parse(data) as Standing,
        );
        const last = all.at(-1);
        if (last !== undefined && fits(last)) return last;
        await once(res, 'data');
      }
    },
    ended: () => over,
  };
}

test('callbacks are told as they arrive, those alone that the filter asks for', { timeout: 30_000 }, async (t) => {
  const {
    port,
    send: sendCallback,
    outcomes,
  } = await inspected(t, {
    receiver: { providers: [imtoken({ secrets: [secret] }), imtoken({ name: 'second', secrets: [secret] })] },
  });
  const all = await openStream(t, port, '/stream');
  const second = await openStream(t, port, '/stream?provider=second');
  assert.equal(all.res.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(all.res.headers['cache-control'], 'no-store, no-transform');
  await sendCallback();
  await sendCallback({}, { path: '/second' });
  const ids = outcomes.map(({ id }) => id);
  assert.deepEqual(await all.ids(2), ids);
  assert.deepEqual(await second.ids(1), [ids[1]]);
});

test('how things stand is told when it changes, in the language of the reader, with rows or without', {
  timeout: 30_000,
}, async (t) => {
  const { port, send: sendCallback, callbacks } = await inspected(t, { receiver: { delivery: { attempts: 1 } } });
  callbacks.on('deposit', () => {
    throw new Error('the ledger is down');
  });
  const streams = [
    await openStream(t, port, '/stream?rows=none'),
    await openStream(t, port, '/stream', { 'accept-language': 'zh' }),
  ] as const;
  for (const stream of streams) assert.equal((await stream.standing(() => true)).badges.deadLetters, 0);
  await sendCallback();
  const [english, chinese] = await Promise.all(
    streams.map((stream) => stream.standing(({ badges }) => badges.deadLetters === 1)),
  );
  assert.equal(english?.title, '1 item needs your attention');
  assert.deepEqual(
    english?.needs.map(({ text, path }) => [text, path]),
    [['1 dead letter', 'dead-letters']],
  );
  assert.deepEqual(
    english?.tiles.filter(({ count }) => count > 0).map(({ name, count }) => [name, count]),
    [
      ['confirmed', 1],
      ['dead', 1],
    ],
  );
  assert.match(chinese?.title ?? '', /[\u4e00-\u9fff]/);
  assert.deepEqual((await Promise.all(streams.map((stream) => stream.ids(0))))[0], [], 'no rows were asked for');
});

test('a reader that comes back is told what it has missed, and nothing that it has', { timeout: 30_000 }, async (t) => {
  const { port, send: sendCallback, outcomes, clock } = await inspected(t);
  for (let count = 0; count < 3; count += 1) {
    await sendCallback();
    clock.advance(1_000);
  }
  const ids = outcomes.map(({ id }) => id);
  const first = await openStream(t, port, `/stream?after=${ids[0]}`);
  assert.deepEqual(await first.ids(2), ids.slice(1));
  const again = await openStream(t, port, `/stream?after=${ids[0]}`, { 'last-event-id': ids[1] ?? '' });
  assert.deepEqual(await again.ids(1), ids.slice(2), 'what the browser says last counts');
});

test('closing the inspector ends the live lists, so that a server can close', { timeout: 30_000 }, async (t) => {
  const { port, page } = await inspected(t);
  const stream = await openStream(t, port, '/stream');
  page.close();
  await stream.ended();
  assert.equal(stream.res.complete, true, 'ended, not cut off');
});

test('so many live lists are open at once, and no more', { timeout: 30_000 }, async (t) => {
  const { port } = await inspected(t);
  const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(t, port, '/stream')));
  assert.ok(streams.every(({ res }) => res.statusCode === 200));
  assert.equal((await send(port, { method: 'GET', path: '/inspector/stream' })).status, 503);
  streams[0]?.res.destroy();
  await streams[0]?.ended();
  // The server hears of it a moment later than we do.
  let status = 503;
  while (status === 503) {
    const next = await openStream(t, port, '/stream');
    status = next.res.statusCode ?? 0;
    next.res.destroy();
  }
  assert.equal(status, 200);
});
