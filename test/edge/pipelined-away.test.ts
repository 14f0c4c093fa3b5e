import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import express from 'express';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { rescueRawBody } from '../../lib/middleware/rescue-raw-body.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { alice, callbackBody, secret, signed, usdt } from '../helpers/deposits.ts';
import { listen, send, serve } from '../helpers/serve.ts';

// Where a connection ends while answers are queued behind one that is slow, Node tells nobody that those are over: they
// never had the socket. Whoever counts on the response's 'close' counts them for ever.

const policy = {
  assets: [{ asset: usdt, decimals: 6 }],
  isOurs: ({ address }: { address: string }) => address === alice,
};

function pipelined(count: number, path: string): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, () => {
      const { headers, body } = signed(callbackBody());
      const lines = Object.entries({ ...headers, 'content-type': 'application/json', 'content-length': body.length });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\nhost: a\r\n${head}\r\n`), body]);
    }),
  );
}

/** Sends requests behind one that is never answered, and goes away once the server has seen all of them. */
async function sendAndGo(t: TestContext, listener: RequestListener, bytes: Buffer, count: number): Promise<number> {
  let seen = 0;
  const server = createServer((req, res) => {
    seen += 1;
    if (req.url !== '/slow') listener(req, res);
  });
  const port = await listen(t, server);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /slow HTTP/1.1\r\nhost: a\r\n\r\n');
  socket.write(bytes);
  const [accepted] = await once(server, 'connection');
  while (seen < count + 1) await new Promise(setImmediate);
  socket.destroy();
  await once(accepted, 'close');
  return port;
}

test('callbacks whose answers were queued when the sender went away are in flight no more', async (t) => {
  const callbacks = depositCallbacks({ providers: [imtoken({ secrets: [secret] })], policy });
  callbacks.on('deposit', () => {});
  await callbacks.ready();
  await sendAndGo(t, callbacks, pipelined(20, '/imtoken'), 20);
  await callbacks.idle();
  const startedAt = performance.now();
  await callbacks.close(60_000);
  assert.ok(performance.now() - startedAt < 30_000, 'close() waited for nobody');
});

test('what rescueRawBody kept of them is free again', async (t) => {
  const size = signed(callbackBody()).body.length;
  const rescued = rescueRawBody({ paths: ['/callbacks'], budgetBytes: 3 * size });
  t.after(() => rescued.close());
  const callbacks = depositCallbacks({ providers: [imtoken({ secrets: [secret] })], policy });
  t.after(() => callbacks.close(0));
  callbacks.on('deposit', () => {});
  const app = express();
  app.use(express.json());
  // Never taken: as when the app answers elsewhere.
  app.use((req: IncomingMessage, _res, next) => (req.url === '/callbacks/imtoken?leave' ? undefined : next()));
  app.use('/callbacks', callbacks);
  await sendAndGo(t, app, pipelined(3, '/callbacks/imtoken?leave'), 3);
  const answered = await send(await serve(t, app), {
    path: '/callbacks/imtoken',
    ...withType(signed(callbackBody())),
  });
  assert.equal(answered.status, 200, answered.text);
});

function withType<T extends { headers: Record<string, string> }>(sent: T): T {
  return { ...sent, headers: { ...sent.headers, 'content-type': 'application/json' } };
}
