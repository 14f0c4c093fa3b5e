import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { Options } from '../../lib/options.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { callbackBody, secret, signed } from '../helpers/deposits.ts';
import { policy } from '../helpers/receiver.ts';
import { keepLog, listen, send } from '../helpers/serve.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that the process holds: objects, and buffers outside the heap. */
function held(): number {
  collect();
  // What the first finds free is swept beside us: the second waits for it.
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const mebi = 2 ** 20;

async function open(t: TestContext, limits: Options['limits'] = {}, server: ServerOptions = {}) {
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] })],
    policy,
    limits,
    logger: { ...keepLog(), warn() {}, error() {} },
  });
  t.after(() => callbacks.close(0));
  const refused: Record<string, number> = {};
  let credited = 0;
  callbacks.on('rejected', ({ code = '' }) => {
    refused[code] = (refused[code] ?? 0) + 1;
  });
  callbacks.on('deposit', () => {
    credited += 1;
  });
  const port = await listen(t, createServer(server, callbacks));
  return {
    callbacks,
    port,
    refused,
    credited: () => credited,
    /** What an honest sender sees meanwhile. */
    async assertUnhurt(times = 5): Promise<void> {
      for (let index = 0; index < times; index += 1) {
        assert.equal((await send(port, { path: '/imtoken', ...signed(callbackBody()) })).status, 200);
      }
    },
  };
}

interface Guest {
  socket: Socket;
  text(): string;
  closed: Promise<string>;
}

async function enter(t: TestContext, port: number, first: string): Promise<Guest> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  let came = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    came += text;
  });
  // A reset is one way for the server to close; what counts is what came before it.
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(came)));
  await once(socket, 'connect');
  socket.write(first);
  return { socket, text: () => came, closed };
}

const many = (count: number, make: () => Promise<Guest>): Promise<Guest[]> =>
  Promise.all(Array.from({ length: count }, make));
const head = (rest: string): string => `POST /imtoken HTTP/1.1\r\nhost: a\r\n${rest}\r\n\r\n`;

test('two thousand idle connections, half of them within a head that never ends: little memory, and all are closed by the server', async (t) => {
  const { port, assertUnhurt } = await open(
    t,
    {},
    {
      headersTimeout: 1_500,
      keepAliveTimeout: 1_500,
      connectionsCheckingInterval: 100,
    },
  );
  await assertUnhurt();
  const before = held();
  const idle = await many(1_000, () => enter(t, port, ''));
  const halves = await many(1_000, () => enter(t, port, 'POST /imtoken HTTP/1.1\r\nhost: a\r\nwebhook-id: '));
  await assertUnhurt();
  // Both ends of each are in this process.
  const each = (held() - before) / 2_000;
  assert.ok(each < 40_000, `${each} bytes a connection`);
  for (const answer of await Promise.all(halves.map(({ closed }) => closed))) {
    assert.match(answer, /^HTTP\/1\.1 408 /);
  }
  await Promise.all(idle.map(({ closed }) => closed));
  await assertUnhurt();
});

test('bodies that come a byte at a time are refused with 408 when their time is over, and hurt nobody', async (t) => {
  const { port, refused, assertUnhurt } = await open(t, { receiveMs: 600 });
  const slow = await many(300, () => enter(t, port, head('content-length: 1000')));
  const drip = setInterval(() => {
    for (const { socket } of slow) if (socket.writable) socket.write('x');
  }, 50);
  t.after(() => clearInterval(drip));
  await assertUnhurt();
  for (const answer of await Promise.all(slow.map(({ closed }) => closed))) {
    assert.match(answer, /^HTTP\/1\.1 408 [\s\S]*BODY_TIMEOUT/);
  }
  assert.deepEqual(refused, { BODY_TIMEOUT: 300 });
  await assertUnhurt();
});

test('bodies without an end, many at a time: 413, and no more in memory than their limits', async (t) => {
  const { port, refused, assertUnhurt } = await open(t, { bodyBytes: 64 * 1024 });
  await assertUnhurt();
  const before = held();
  const chunk = Buffer.concat([Buffer.from('4000\r\n'), Buffer.alloc(0x4000, 'x'), Buffer.from('\r\n')]);
  let most = 0;
  const push = async ({ socket, closed }: Guest): Promise<string> => {
    while (!socket.destroyed && socket.writable) {
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => {}), closed]);
      else await new Promise(setImmediate);
    }
    return closed;
  };
  const guests = await many(40, () => enter(t, port, head('transfer-encoding: chunked')));
  const watch = setInterval(() => {
    most = Math.max(most, held() - before);
  }, 25);
  t.after(() => clearInterval(watch));
  const answers = Promise.all(guests.map(push));
  await assertUnhurt();
  for (const answer of await answers) assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.deepEqual(refused, { BODY_TOO_LARGE: 40 });
  // 40 bodies of 64 KiB, and for each what both sockets hold ahead.
  assert.ok(most < 40 * (64 + 192) * 1024 + 4 * mebi, `${(most / mebi).toFixed(1)} MiB`);
});

test('a length over the limit is refused before a byte is read, whatever the number', async (t) => {
  const { port, assertUnhurt } = await open(t);
  for (const length of ['1048577', '10000000000', '9007199254740991']) {
    const { closed, socket } = await enter(t, port, head(`content-length: ${length}`));
    const [first] = await once(socket, 'data');
    assert.match(String(first), /^HTTP\/1\.1 413 [\s\S]*connection: close/i);
    socket.destroy();
    await closed;
  }
  await assertUnhurt();
});

test('uploads that break off are counted, leave nothing behind, and hurt nobody', async (t) => {
  const { callbacks, port, refused, assertUnhurt } = await open(t);
  await assertUnhurt();
  const before = held();
  for (let round = 0; round < 10; round += 1) {
    const guests = await many(50, () => enter(t, port, `${head('content-length: 500000')}${'x'.repeat(100_000)}`));
    await assertUnhurt(1);
    for (const { socket } of guests) socket.destroy();
    await Promise.all(guests.map(({ closed }) => closed));
  }
  while ((refused.BODY_ABORTED ?? 0) < 500) await new Promise(setImmediate);
  await callbacks.idle();
  // Buffers outside the heap go with the collection after the one that finds them.
  held();
  await new Promise(setImmediate);
  assert.deepEqual(refused, { BODY_ABORTED: 500 });
  assert.ok(held() - before < 8 * mebi, `${((held() - before) / mebi).toFixed(1)} MiB are left`);
});

test('a sender that never reads its answers is not read from any longer', async (t) => {
  const { port, credited, assertUnhurt } = await open(t);
  await assertUnhurt(1);
  const before = held();
  const { headers, body } = signed(callbackBody());
  const lines = Object.entries({ ...headers, 'content-length': body.length }).map((pair) => pair.join(': '));
  const one = Buffer.from(`${head(lines.join('\r\n'))}${body}`);
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  t.after(() => socket.destroy());
  socket.pause();
  await once(socket, 'connect');
  const batch = Buffer.concat(Array.from({ length: 100 }, () => one));
  let written = 0;
  // Until the server takes no more: then the socket's buffer stays full.
  for (let stuck = 0; stuck < 40 && written < 100_000; ) {
    if (socket.writableLength === 0) {
      socket.write(batch);
      written += 100;
      stuck = 0;
    } else stuck += 1;
    await assertUnhurt(1);
  }
  assert.ok(written < 100_000, `${written} were taken`);
  assert.ok(held() - before < 24 * mebi, `${((held() - before) / mebi).toFixed(1)} MiB`);
  assert.ok(credited() > 0);
});
