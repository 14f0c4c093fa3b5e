import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { DepositCallbackError, type ErrorCode, type RefusalCode, refusalStatus } from '../../lib/errors.ts';
import { drainBytes } from '../../lib/middleware/hang-up.ts';
import { type CallbackRequest, stateOf } from '../../lib/middleware/request-state.ts';
import { answer, refuse } from '../../lib/middleware/respond.ts';
import { promised } from '../helpers/promised.ts';
import { keepLog, openLine, send, serve } from '../helpers/serve.ts';

const codes = Object.keys(refusalStatus) as RefusalCode[];

function refuser(code: ErrorCode, log = keepLog()) {
  return (req: CallbackRequest, res: ServerResponse): void => {
    stateOf(req, { logger: log });
    refuse(req, res, new DepositCallbackError(code, 'The reason, for the operator'));
  };
}

for (const code of codes) {
  test(`tells ${code} as problem details with its status and nothing of the reason`, async (t) => {
    const answered = await send(await serve(t, refuser(code)), { method: 'GET' });
    assert.equal(answered.status, refusalStatus[code]);
    assert.equal(answered.headers['content-type'], 'application/problem+json');
    assert.equal(answered.headers['cache-control'], 'no-store');
    const problem = JSON.parse(answered.text) as Record<string, unknown>;
    assert.deepEqual(Object.keys(problem), ['type', 'title', 'status', 'code']);
    assert.equal(problem.code, code);
    assert.equal(problem.status, refusalStatus[code]);
    assert.equal(problem.type, `urn:deposit-callback:${code}`);
    assert.equal(answered.headers['retry-after'], refusalStatus[code] === 503 ? '5' : undefined);
    assert.equal('www-authenticate' in answered.headers, refusalStatus[code] === 401);
  });
}

test("tells an error that is the operator's as UNAVAILABLE, and logs which it was without the query", async (t) => {
  const log = keepLog();
  const port = await serve(t, refuser('STORE_FULL', log));
  const answered = await send(port, { method: 'GET', path: '/callbacks/a?token=hush' });
  assert.equal(answered.status, 503);
  assert.match(answered.text, /"code":"UNAVAILABLE"/);
  assert.equal(log.lines.length, 1);
  assert.equal(log.lines[0]?.level, 'error');
  assert.equal(log.lines[0]?.message, 'Refused a callback: The reason, for the operator');
  assert.deepEqual(log.lines[0]?.fields, { code: 'STORE_FULL', status: 503, method: 'GET', path: '/callbacks/a' });
});

test('names the methods in a 405', async (t) => {
  const port = await serve(t, (req, res) => {
    stateOf(req, { logger: keepLog() });
    refuse(req, res, new DepositCallbackError('METHOD_NOT_ALLOWED', 'No'), { allow: ['GET', 'POST'] });
  });
  assert.equal((await send(port, { method: 'PUT' })).headers.allow, 'GET, POST');
  assert.equal((await send(port, { method: 'PUT' })).headers.allow, 'GET, POST');
});

test('answers once, however often it is called, and tells onRefused once', async (t) => {
  const told: string[] = [];
  const log = keepLog();
  const port = await serve(t, (incoming, res) => {
    const req: CallbackRequest = incoming;
    const state = stateOf(req, { logger: log });
    state.onRefused = (code) => void told.push(code);
    refuse(req, res, new DepositCallbackError('SIGNATURE_INVALID', 'First'));
    refuse(req, res, new DepositCallbackError('UNAVAILABLE', 'Second'));
    answer(req, res, { status: 200 });
  });
  assert.equal((await send(port, { method: 'GET' })).status, 401);
  assert.deepEqual(told, ['SIGNATURE_INVALID']);
  assert.equal(log.lines.length, 1);
});

test('writes nothing over a response that somebody else has begun', async (t) => {
  const log = keepLog();
  const port = await serve(t, (req, res) => {
    stateOf(req, { logger: log });
    res.write('begun ');
    refuse(req, res, new DepositCallbackError('UNAVAILABLE', 'Late'));
    res.end('ended');
    answer(req, res, { status: 500 });
  });
  const answered = await send(port, { method: 'GET' });
  assert.equal(answered.status, 200);
  assert.equal(answered.text, 'begun ended');
  assert.equal(log.lines.length, 1);
});

test('is safe when the sender is gone', async (t) => {
  const log = keepLog();
  const done = promised();
  const port = await serve(t, (req, res) => {
    stateOf(req, { logger: log });
    req.socket.once('close', () => {
      refuse(req, res, new DepositCallbackError('BODY_ABORTED', 'Gone'));
      done.resolve();
    });
    req.socket.resume();
    line.socket.destroy();
  });
  const line = await openLine(t, port);
  line.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await done.promise;
  assert.equal(log.lines[0]?.fields.code, 'BODY_ABORTED');
});

test('keeps the connection after a refusal of a request without a body', async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const ports = new Set<number | undefined>();
  const port = await serve(t, (req, res) => {
    ports.add(req.socket.remotePort);
    refuser('SOURCE_NOT_ALLOWED')(req, res);
  });
  for (const _ of [1, 2, 3])
    assert.equal((await send(port, { method: 'GET', agent })).headers.connection, 'keep-alive');
  assert.equal(ports.size, 1);
});

test('answers before an unread body has come, and closes', async (t) => {
  const line = await openLine(t, await serve(t, refuser('SOURCE_NOT_ALLOWED')));
  line.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n');
  const head = await line.until(/"code":"SOURCE_NOT_ALLOWED"\}$/);
  assert.match(head, /\r\nconnection: close\r\n/i);
  line.write('0123456789');
  assert.equal(await line.closed(), head);
});

test('reads no more than a bounded part of an unread body', async (t) => {
  let socketRead = (): number => 0;
  const port = await serve(t, (req, res) => {
    socketRead = () => req.socket.bytesRead;
    refuser('SOURCE_NOT_ALLOWED')(req, res);
  });
  const line = await openLine(t, port);
  line.write('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
  await line.until(/SOURCE_NOT_ALLOWED/);
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000), Buffer.from('\r\n')]);
  let sentBytes = 0;
  while (!line.socket.destroyed && sentBytes < 64 * 1024 * 1024) {
    sentBytes += chunk.length;
    if (!line.socket.write(chunk)) await Promise.race([once(line.socket, 'drain').catch(() => {}), line.closed()]);
  }
  await line.closed();
  assert.ok(socketRead() < drainBytes + 256 * 1024, `read ${socketRead()}`);
});

test('waits for an unread body no longer than its time, and closes', async (t) => {
  const line = await openLine(t, await serve(t, refuser('SOURCE_NOT_ALLOWED')));
  line.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n0123');
  assert.match(await line.closed(), /SOURCE_NOT_ALLOWED/);
});

test('answers as the provider wants it', async (t) => {
  const values = [
    { status: 200, body: '*ok*' },
    { status: 202, headers: { 'Content-Type': 'application/json' }, body: '{"ok":true}' },
    { status: 204, body: 'never sent' },
    { status: 200 },
  ];
  let turn = 0;
  const port = await serve(t, (req, res) => {
    stateOf(req, { logger: keepLog() });
    const value = values[turn++ % values.length];
    if (value !== undefined) answer(req, res, value);
  });
  for (const _ of [1, 2]) {
    const [star, json, none, empty] = [await send(port), await send(port), await send(port), await send(port)];
    assert.deepEqual(
      [star.status, star.text, star.headers['content-type']],
      [200, '*ok*', 'text/plain; charset=utf-8'],
    );
    assert.deepEqual([json.status, json.text, json.headers['content-type']], [202, '{"ok":true}', 'application/json']);
    assert.deepEqual([none.status, none.text, none.headers['content-length']], [204, '', undefined]);
    assert.deepEqual([empty.status, empty.text, empty.headers['content-length']], [200, '', '0']);
    assert.equal(star.headers['cache-control'], 'no-store');
  }
});

test('answers a HEAD request without a body', async (t) => {
  const answered = await send(await serve(t, refuser('METHOD_NOT_ALLOWED')), { method: 'HEAD' });
  assert.equal(answered.status, 405);
  assert.equal(answered.text, '');
});

test('an answer that is queued behind another comes whole after its 100 Continue', async (t) => {
  const held: (() => void)[] = [];
  const port = await serve(t, (incoming, res) => {
    const req: CallbackRequest = incoming;
    if (req.url === '/first') held.push(() => res.end('first'));
    else {
      refuse(req, res, new DepositCallbackError('SIGNATURE_INVALID', 'No key fits'));
      for (const end of held) end();
    }
  });
  const line = await openLine(t, port);
  const head = 'HTTP/1.1\r\nhost: a\r\n';
  line.write(`GET /first ${head}\r\nPOST /second ${head}expect: 100-continue\r\ncontent-length: 2\r\n\r\n{}`);
  const came = await line.closed();
  assert.match(came, /first(HTTP\/1\.1 100 Continue\r\n\r\n)HTTP\/1\.1 401 [\s\S]*\r\n\r\n\{"type":[^}]*\}$/);
});
