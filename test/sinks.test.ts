import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import express from 'express';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { htmlReport } from '../lib/audit/html-report.ts';
import { createOutput } from '../lib/cli/output.ts';
import { run } from '../lib/cli/program.ts';
import { inspector } from '../lib/inspector/index.ts';
import { metrics } from '../lib/observe/metrics.ts';
import { runOn, type Service, service, temporaryFolder } from './cli/cli.ts';
import { reportSaying } from './helpers/audit-report.ts';
import { callbackBody, secret, signed } from './helpers/deposits.ts';
import { openLine, send, serve } from './helpers/serve.ts';

// What strangers write (a token's symbol, a field of a signed callback, the URL and headers of an unsigned one) ends at
// terminals, in logs and on pages. No character may arrive there that moves a cursor, turns a line or cannot be seen.

const controls = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join('');
const hostile = `\x1b]0;title\x07\x1b[2J\x9b2J%c%s%n\u202ereversed\u2066\u2069\u200f\u2028\u2029\ufeff<img src=x>${controls}`;
/** Line breaks and tabs are our own layout; texts within are checked not to bring any. */
const unseen = /[^\P{Cc}\n\r\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const fields = [
  ['type'],
  ['timestamp'],
  ['data', 'network'],
  ['data', 'asset'],
  ['data', 'amount'],
  ['data', 'decimals'],
  ['data', 'symbol'],
  ['data', 'from'],
  ['data', 'to'],
  ['data', 'memo'],
  ['data', 'status'],
  ['data', 'script'],
  ['data', 'lockedUntil'],
  ['data', 'confirmations'],
  ['data', 'transaction', 'hash'],
  ['data', 'transaction', 'position'],
  ['data', 'transaction', 'block', 'hash'],
  ['data', 'transaction', 'block', 'number'],
] as const;

function assertSeen(sink: string, text: string): void {
  assert.ok(text !== '', `${sink} shows nothing`);
  const found = unseen.exec(text);
  const around = found && JSON.stringify(text.slice(Math.max(0, found.index - 80), found.index + 20));
  assert.equal(found, null, `${sink} shows U+${text.codePointAt(found?.index ?? 0)?.toString(16)} in ${around}`);
}

function withField(path: readonly string[]): object {
  const body = callbackBody() as Record<string, unknown>;
  let at = body;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
  at[path.at(-1) ?? ''] = hostile;
  return body;
}

/** Sends one callback a field, signed; and unsigned ones with all that stands outside a body. */
async function sendAll(t: TestContext, port: number, path: string): Promise<void> {
  for (const field of fields) {
    const { status } = await send(port, { path, ...signed(withField(field), { id: `msg_${field.join('_')}` }) });
    assert.ok(status < 500 || status === 503, `${field}: ${status}`);
  }
  const latin = '\x9b2J%c\x85';
  const headers = { 'content-encoding': latin, 'user-agent': latin, 'x-forwarded-for': latin, 'webhook-id': latin };
  await send(port, { path, headers, body: '{}' });
  await send(port, { path, ...signed(callbackBody(), { id: latin }) });
  const line = await openLine(t, port);
  line.socket.write(
    Buffer.from(`POST ${path}?\x9b2J=%1b%9b HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}`, 'latin1'),
  );
  await line.until(/HTTP\/1\.1 \d\d\d/);
}

test('what callbacks carry is visible in logs, on the command line, on pages and in metrics', async (t) => {
  const log = kept();
  const one = await service(t, {
    logger: pino({ level: 'debug' }, log.stream),
    policy: { assets: 'any', isOurs: () => true },
  });
  const registry = new Registry();
  metrics(one.callbacks, { registry });
  await sendAll(t, one.port, '/imtoken');
  await one.callbacks.idle();

  assertSeen('pino', log.text());
  assertSeen('metrics', await registry.metrics());
  await commandLine(one);
  await pages(t, one);
});

async function commandLine({ path, store }: Service): Promise<void> {
  const callbacks = await store.callbacks({ limit: 100 });
  const deposits = await store.deposits({ limit: 100 });
  assert.ok(callbacks.length >= fields.length, 'every callback left a line');
  assert.ok(deposits.some(({ symbol }) => symbol?.includes('img') !== true));
  const commands = [
    ['log', '--limit', '100'],
    ['log', '--limit', '100', '--json'],
    ['deposits'],
    ['deposits', '--json'],
    ['status'],
    ['export', 'callbacks'],
    ['export', 'callbacks', '--format', 'ndjson'],
    ['export', 'deposits'],
    ['export', 'deposits', '--format', 'ndjson'],
    ...[...callbacks, ...deposits].flatMap(({ id }) => [
      ['show', id],
      ['show', id, '--json'],
    ]),
  ];
  for (const command of commands) {
    const shown = kept();
    await run([...command, '--store', path], {
      output: createOutput(shown.stream, shown.stream, {}),
      env: {},
      stdin: async () => Buffer.alloc(0),
      stopped: () => new Promise(() => {}),
      now: Date.now,
    });
    assertSeen(command.join(' '), shown.text());
  }
}

function kept(): { stream: Writable; text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream, text: () => chunks.join('') };
}

async function pages(t: TestContext, { callbacks, store }: Service): Promise<void> {
  const port = await serve(t, express().use('/inspector', inspector({ callbacks, authorize: () => true })));
  const ids = (await store.callbacks({ limit: 100 })).map(({ id }) => `/callbacks/${id}`);
  const deposits = (await store.deposits({ limit: 100 })).map(({ id }) => `/deposits/${id}`);
  for (const path of ['/', '/callbacks', '/deposits', ...ids, ...deposits]) {
    const page = await send(port, { method: 'GET', path: `/inspector${path}` });
    assert.equal(page.status, 200, path);
    assertSeen(`inspector ${path}`, page.text);
    assert.doesNotMatch(page.text, /<img src=x>/);
  }
}

test('listen shows what callbacks carry visibly, also what its own log says of them', async (t) => {
  const folder = await temporaryFolder(t);
  const listener = runOn(t, ['listen', '--port', '0'], { cwd: folder, env: { CALLBACK_SECRET: secret } });
  const [, url = ''] = await listener.until(/POST (http:\S+)/);
  await sendAll(t, Number(new URL(url).port), new URL(url).pathname);
  const { stdout, stderr } = await listener.stop();
  assertSeen('listen', stdout);
  assertSeen('the console logger', stderr);
});

test('the audit report shows what a service answers visibly', () => {
  assertSeen('the report', htmlReport(reportSaying(hostile)));
});
