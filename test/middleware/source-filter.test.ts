import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import express from 'express';
import express4 from 'express4';
import fc from 'fast-check';
import { isDepositCallbackError } from '../../lib/errors.ts';
import { compileSources } from '../../lib/middleware/address-rules.ts';
import type { CallbackRequest, Link } from '../../lib/middleware/request-state.ts';
import type { Resolver } from '../../lib/middleware/resolve-domain.ts';
import { type SourceFilterOptions, sourceFilter } from '../../lib/middleware/source-filter.ts';
import { type Alarm, createNews } from '../../lib/observe/news.ts';
import { parseAddress } from '../../lib/util/address.ts';
import { promised } from '../helpers/promised.ts';
import { chain, codeOf, keepLog, listen, openLine, type Sent, send, serve } from '../helpers/serve.ts';

const plain = { requireHttps: false } as const;
const viaProxy = (headers: Record<string, string>): Sent => ({ headers: { 'x-forwarded-proto': 'https', ...headers } });

/** Serves the filter alone; gives what a request came to: the sender's address, or the code of the refusal. */
async function filtered(t: TestContext, options: SourceFilterOptions) {
  const log = keepLog();
  const alarms: Alarm[] = [];
  const news = createNews(log);
  news.on('alarm', (alarm) => void alarms.push(alarm));
  const withState: Link = (req, _res, next) => {
    req.depositCallback = { receivedAt: 0, answered: false, now: options.now ?? Date.now, logger: log, news };
    next();
  };
  const links = [withState, sourceFilter({ logger: log, ...options })];
  const port = await serve(
    t,
    chain(links, (req) => req.depositCallback?.remoteAddress ?? ''),
  );
  return {
    port,
    log,
    alarms,
    async come(sent: Sent = {}): Promise<string> {
      const answered = await send(port, sent);
      return answered.status === 200 ? answered.text : `${answered.status} ${codeOf(answered)}`;
    },
  };
}

function refusesOption(build: () => unknown, message: RegExp): void {
  assert.throws(build, (error) => {
    assert.ok(isDepositCallbackError(error));
    assert.equal(error.code, 'OPTION_INVALID');
    assert.match(error.message, message);
    return true;
  });
}

test('allows everybody without rules, and says who it was', async (t) => {
  const { come } = await filtered(t, { ...plain });
  assert.equal(await come(), '127.0.0.1');
  assert.equal(await come({ from: '127.0.0.9' }), '127.0.0.9');
});

test('allows addresses, ranges and IPv4-mapped spellings, and nobody else', async (t) => {
  for (const rule of ['127.0.0.9', '127.0.0.8/31', '::ffff:127.0.0.9', '::ffff:127.0.0.8/127']) {
    const { come } = await filtered(t, { ...plain, allow: ['203.0.113.7', '2001:db8::/32', rule] });
    assert.equal(await come({ from: '127.0.0.9' }), '127.0.0.9', rule);
    assert.equal(await come({ from: '127.0.0.10' }), '403 SOURCE_NOT_ALLOWED', rule);
  }
});

test('meets an IPv4 sender on a dual-stack listener as IPv4', async (t) => {
  const probe = createServer();
  const hasIPv6 = await new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false)).listen(0, '::', () => probe.close(() => resolve(true)));
  });
  const links = (allow: string[]): Link[] => [sourceFilter({ ...plain, allow, logger: keepLog() })];
  const host = hasIPv6 ? '::' : '127.0.0.1';
  const whole = await serve(
    t,
    chain(links(['127.0.0.1']), (req) => req.depositCallback?.remoteAddress ?? ''),
    host,
  );
  assert.equal((await send(whole)).text, '127.0.0.1');
  const none = await serve(t, chain(links(['::/0'])), host);
  assert.equal((await send(none)).status, 403);
});

test('wants each of several lists to allow, and an empty list to allow everybody', async (t) => {
  const both = await filtered(t, { ...plain, allow: { all: [['127.0.0.0/8'], ['127.0.0.9'], []] } });
  assert.equal(await both.come({ from: '127.0.0.9' }), '127.0.0.9');
  assert.equal(await both.come({ from: '127.0.0.1' }), '403 SOURCE_NOT_ALLOWED');
  const none = await filtered(t, { ...plain, allow: { all: [[], []] } });
  assert.equal(await none.come(), '127.0.0.1');
});

test("opens 'published' to the provider's own list", async (t) => {
  const { come } = await filtered(t, { ...plain, allow: ['published'], published: ['127.0.0.9'] });
  assert.equal(await come({ from: '127.0.0.9' }), '127.0.0.9');
  assert.equal(await come(), '403 SOURCE_NOT_ALLOWED');
  refusesOption(() => sourceFilter({ allow: ['published'] }), /publishes no addresses/);
});

for (const rule of [
  '127.0.0.256',
  '10.0.0.0/33',
  '2001:db8::/129',
  '10.0.0.0/-1',
  '10.0.0.0/8/8',
  '10.0.0.0/255.0.0.0',
  '10.0.0',
  '010.1.1.1/8',
  '0x7f000001',
  'fe80::1%eth0',
  '',
  ' ',
  '*',
  'localhost',
  'exa mple.com',
  '-bad.example',
  'https://example.com',
  'example.com:443',
  'example.1',
]) {
  test(`refuses the rule ${JSON.stringify(rule)} at construction, and names it`, () => {
    refusesOption(() => sourceFilter({ allow: [rule] }), new RegExp(rule.trim().replace(/[*.]/g, '\\$&')));
  });
}

test('refuses what is no list, and what is no count of proxies', () => {
  refusesOption(() => sourceFilter({ allow: '10.0.0.0/8' as never }), /a list/);
  refusesOption(() => sourceFilter({ allow: [7 as never] }), /not an IP address/);
  for (const trustProxy of [-1, 1.5, Number.NaN, 1000]) refusesOption(() => sourceFilter({ trustProxy }), /trustProxy/);
  refusesOption(() => sourceFilter({ trustProxy: 'proxy.internal' }), /proxy\.internal/);
});

for (const trustProxy of [
  '0.0.0.0/0',
  ['0.0.0.0/1', '128.0.0.0/1'],
  '::ffff:0:0/96',
  '::/0',
  ['2000::/4', '3000::/4'],
  '64.0.0.0/2',
]) {
  test(`refuses to believe ${trustProxy} beside IP rules: no list of proxies is so large`, () => {
    const create = (): unknown => sourceFilter({ allow: ['203.0.113.7'], trustProxy });
    assert.throws(create, { code: 'OPTION_INVALID', message: /trustProxy/ });
  });
}

test('believes private and published ranges of proxies beside IP rules', () => {
  const trustProxy = ['loopback', 'linklocal', 'uniquelocal', '104.16.0.0/13', '2606:4700::/32', '12.0.0.0/8'];
  sourceFilter({ allow: ['203.0.113.7'], trustProxy });
});

test('refuses to believe everybody beside IP rules', () => {
  for (const trustProxy of [true, '0.0.0.0/0, ::/0', ['0.0.0.0/0', '::/0']] as const) {
    refusesOption(() => sourceFilter({ allow: ['10.0.0.0/8'], trustProxy }), /trusts every sender/);
  }
  sourceFilter({ trustProxy: true });
});

test('takes plain HTTP from loopback, but not where a proxy stands between', async (t) => {
  const { come, alarms } = await filtered(t, {});
  assert.equal(await come(), '127.0.0.1');
  assert.equal(await come({ headers: { 'x-forwarded-for': '203.0.113.7' } }), '503 SOURCE_UNKNOWN');
  for (const name of ['x-forwarded-proto', 'x-forwarded-host', 'forwarded', 'x-real-ip']) {
    assert.equal(await come({ headers: { [name]: 'https' } }), '503 SOURCE_UNKNOWN', name);
  }
  assert.equal(alarms.length, 1);
  assert.match(alarms[0]?.message ?? '', /127\.0\.0\.1.*trustProxy/);
});

test('raises the alarm of a proxy that is not configured once a minute', async (t) => {
  let at = 0;
  const { come, alarms } = await filtered(t, { now: () => at });
  const forwarded = { headers: { 'x-forwarded-for': '203.0.113.7' } };
  await come(forwarded);
  await come(forwarded);
  at = 59_999;
  await come(forwarded);
  assert.equal(alarms.length, 1);
  at = 60_000;
  await come(forwarded);
  assert.equal(alarms.length, 2);
});

test('believes a trusted proxy about HTTPS', async (t) => {
  const { come } = await filtered(t, { trustProxy: 'loopback' });
  const from = { 'x-forwarded-for': '203.0.113.7' };
  assert.equal(await come(viaProxy(from)), '203.0.113.7');
  assert.equal(await come({ headers: { ...from, 'x-forwarded-proto': 'HTTPS, http' } }), '203.0.113.7');
  assert.equal(await come({ headers: { ...from, 'x-forwarded-proto': 'http' } }), '403 HTTPS_REQUIRED');
  assert.equal(await come({ headers: { ...from, 'x-forwarded-proto': '' } }), '403 HTTPS_REQUIRED');
  assert.equal(await come({ headers: from }), '503 SOURCE_UNKNOWN');
});

test('takes HTTPS on the socket, whose proxy need not be known without IP rules', async (t) => {
  const log = keepLog();
  const key = Buffer.alloc(32, 7);
  const secure = { ciphers: 'PSK-AES256-GCM-SHA384', maxVersion: 'TLSv1.2' } as const;
  const serveTls = (options: SourceFilterOptions): Promise<number> =>
    listen(
      t,
      createTlsServer({ ...secure, pskCallback: () => key }, chain([sourceFilter({ logger: log, ...options })])),
    );
  const come = async (port: number, headers: Record<string, string>): Promise<number | undefined> => {
    const createConnection = () =>
      connectTls({
        ...secure,
        ...{ host: '127.0.0.1', port },
        pskCallback: () => ({ psk: key, identity: 'test' }),
        checkServerIdentity: () => undefined,
      });
    const outgoing = request({ method: 'POST', headers, createConnection });
    outgoing.end();
    const [res] = await once(outgoing, 'response');
    res.resume();
    return res.statusCode;
  };
  const open = await serveTls({});
  assert.equal(await come(open, {}), 200);
  assert.equal(await come(open, { 'x-forwarded-for': '203.0.113.7' }), 200);
  const ruled = await serveTls({ allow: ['127.0.0.1'] });
  assert.equal(await come(ruled, {}), 200);
  assert.equal(await come(ruled, { 'x-forwarded-for': '203.0.113.7' }), 503);
  const trusting = await serveTls({ trustProxy: 1 });
  assert.equal(await come(trusting, { 'x-forwarded-for': '203.0.113.7' }), 200);
  assert.equal(await come(trusting, { 'x-forwarded-proto': 'http' }), 403);
});

test('walks the forwarded addresses from the right, as far as it believes them', async (t) => {
  const cases: [SourceFilterOptions['trustProxy'], string, string][] = [
    [1, '203.0.113.7', '203.0.113.7'],
    [1, '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    [2, '198.51.100.1, 203.0.113.7', '198.51.100.1'],
    [3, '198.51.100.1, 203.0.113.7', '198.51.100.1'],
    ['loopback, uniquelocal', '198.51.100.1,203.0.113.7, 10.0.0.3', '203.0.113.7'],
    [['127.0.0.0/8', '203.0.113.0/24'], '198.51.100.1, 203.0.113.7', '198.51.100.1'],
    [1, '203.0.113.7:4711', '203.0.113.7'],
    [1, '[2001:DB8:0:0::1]:443', '2001:db8::1'],
    [1, '2001:db8:0:0:0:0:0:1', '2001:db8::1'],
    [1, '::ffff:203.0.113.7', '203.0.113.7'],
    [1, '::ffff:cb00:7107', '203.0.113.7'],
  ];
  for (const [trustProxy = false, forwardedFor, sender] of cases) {
    const { come } = await filtered(t, { trustProxy, allow: [sender] });
    assert.equal(await come(viaProxy({ 'x-forwarded-for': forwardedFor })), sender, `${trustProxy} ${forwardedFor}`);
  }
});

test('does not know who sent it where a proxy of the second rank is not configured', async (t) => {
  const { come } = await filtered(t, { trustProxy: 1, allow: ['203.0.113.7', '10.0.0.0/8'] });
  assert.equal(await come(viaProxy({ 'x-forwarded-for': '203.0.113.7, 10.0.0.3' })), '503 SOURCE_UNKNOWN');
  assert.equal(await come(viaProxy({ 'x-forwarded-for': '10.0.0.3' })), '10.0.0.3');
});

test('does not know who sent it where the proxy names no address', async (t) => {
  const { come } = await filtered(t, { trustProxy: 1, allow: ['203.0.113.7'] });
  for (const text of ['unknown', '_hidden', '203.0.113.7, nobody', '203.0.113', '0x1.2.3.4']) {
    assert.equal(await come(viaProxy({ 'x-forwarded-for': text })), '503 SOURCE_UNKNOWN', text);
  }
});

test('lets nobody write an allowed address into X-Forwarded-For', async (t) => {
  const { come } = await filtered(t, { trustProxy: 1, allow: ['203.0.113.7'] });
  assert.equal(await come(viaProxy({ 'x-forwarded-for': '203.0.113.7, 198.51.100.66' })), '403 SOURCE_NOT_ALLOWED');
});

test('heeds a trust proxy setting of Express 4 and 5, below a router too', async (t) => {
  for (const make of [express, express4]) {
    const log = keepLog();
    const come = async (
      setting: unknown,
      headers: Record<string, string>,
      own?: SourceFilterOptions['trustProxy'],
    ): Promise<number> => {
      const app = make();
      app.set('trust proxy', setting);
      const router = make.Router();
      router.use(sourceFilter({ allow: ['203.0.113.7'], logger: log, trustProxy: own }) as express.RequestHandler);
      router.use((_req, res) => void res.end());
      app.use('/callbacks', router);
      const port = await serve(t, app as unknown as Parameters<typeof serve>[1]);
      return (await send(port, { path: '/callbacks/x', headers })).status;
    };
    const forwarded = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
    assert.equal(await come('loopback', forwarded), 200);
    assert.equal(await come(1, forwarded), 200);
    assert.equal(await come((address: string) => address === '127.0.0.1', forwarded), 200);
    assert.equal(await come(false, forwarded), 503);
    assert.equal(await come(1, forwarded, false), 503, 'the own option counts');
    assert.equal(await come(true, forwarded), 503);
    assert.match(log.lines.at(-1)?.message ?? '', /`trust proxy` trusts every sender/);
    assert.equal(log.lines.at(-1)?.level, 'error');
    assert.equal(await come(true, forwarded, 1), 200, 'the own option counts');
  }
});

test('warns once of forwarding headers from a public sender, and ignores them', async (t) => {
  const log = keepLog();
  // 127.0.0.0/8 is all that a test can send from, so the socket's own word is replaced by a public address.
  const fromPublic: Link = (req, _res, next) => {
    Object.defineProperty(req.socket, 'remoteAddress', { value: '::ffff:198.51.100.66' });
    next();
  };
  const filter = sourceFilter({ ...plain, allow: ['198.51.100.66'], logger: log });
  const port = await serve(
    t,
    chain([fromPublic, filter], (req) => req.depositCallback?.remoteAddress ?? ''),
  );
  for (const _ of [1, 2]) {
    assert.equal((await send(port, { headers: { 'x-forwarded-for': '203.0.113.7' } })).text, '198.51.100.66');
  }
  assert.equal(log.lines.length, 1);
  assert.equal(log.lines[0]?.level, 'warn');
});

test('counts a Unix socket as loopback', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'filter-'));
  const socketPath = join(folder, 'socket');
  const filter = sourceFilter({ trustProxy: 'loopback', allow: ['203.0.113.7'], logger: keepLog() });
  const server = createServer(chain([filter], (req) => req.depositCallback?.remoteAddress ?? ''));
  t.after(() => rm(folder, { recursive: true }));
  t.after(() => void server.close());
  await once(server.listen(socketPath), 'listening');
  const outgoing = request({
    socketPath,
    agent: false,
    headers: { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' },
  });
  outgoing.end();
  const [res] = await once(outgoing, 'response');
  assert.equal(res.statusCode, 200);
  res.resume();
});

test('raises no alarm over a sender that is gone already', async (t) => {
  const alarms: Alarm[] = [];
  const news = createNews(keepLog());
  news.on('alarm', (alarm) => void alarms.push(alarm));
  const filter = sourceFilter({ ...plain, allow: ['127.0.0.1'] });
  const refused = promised<string>();
  const port = await serve(t, (req: CallbackRequest, res) => {
    req.depositCallback = {
      receivedAt: 0,
      answered: false,
      now: Date.now,
      logger: keepLog(),
      news,
      onRefused: refused.resolve,
    };
    req.once('close', () => filter(req, res, () => refused.resolve('let in')));
    line.socket.destroy();
  });
  const line = await openLine(t, port);
  line.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n');
  assert.equal(await refused.promise, 'BODY_ABORTED');
  assert.deepEqual(alarms, []);
});

test('refuses before one byte of the body is read', async (t) => {
  let touched: boolean | undefined;
  const spy: Link = (req, res, next) => {
    res.once('close', () => {});
    next();
    touched = req.readableDidRead;
  };
  const filter = sourceFilter({ ...plain, allow: ['203.0.113.7'], logger: keepLog() });
  const line = await openLine(t, await serve(t, chain([spy, filter])));
  line.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n');
  await line.until(/"code":"SOURCE_NOT_ALLOWED"/);
  assert.equal(touched, false);
});

test('calls next at once where no name must be resolved', async (t) => {
  const filter = sourceFilter({ ...plain, allow: ['127.0.0.1', 'example.com'], logger: keepLog() });
  const port = await serve(t, (req, res) => {
    let called = false;
    filter(req, res, () => {
      called = true;
    });
    res.end(String(called));
  });
  assert.equal((await send(port)).text, 'true');
});

interface Zone {
  [question: string]: string[] | Error;
}

/** A resolver over a table; questions are `4 name`, `6 name`, `reverse address`. */
function resolverOf(zone: Zone): Resolver & { asked: string[] } {
  const asked: string[] = [];
  const ask = async (question: string): Promise<string[]> => {
    asked.push(question);
    const found = zone[question];
    if (found instanceof Error) throw found;
    if (found === undefined) throw Object.assign(new Error(`queryA ENOTFOUND ${question}`), { code: 'ENOTFOUND' });
    return found;
  };
  return {
    asked,
    resolve4: (name) => ask(`4 ${name}`),
    resolve6: (name) => ask(`6 ${name}`),
    reverse: (address) => ask(`reverse ${address}`),
  };
}

const servfail = Object.assign(new Error('queryA ESERVFAIL'), { code: 'ESERVFAIL' });

test('allows the addresses of a domain', async (t) => {
  const resolver = resolverOf({ '4 callbacks.example.com': ['127.0.0.8', '127.0.0.9'] });
  const { come } = await filtered(t, { ...plain, allow: ['Callbacks.Example.COM.'], resolver });
  assert.equal(await come({ from: '127.0.0.9' }), '127.0.0.9');
  assert.equal(await come({ from: '127.0.0.10' }), '403 SOURCE_NOT_ALLOWED');
});

test('allows an address whose reverse name is in the domain and resolves back to it', async (t) => {
  const resolver = resolverOf({
    'reverse 127.0.0.9': ['Out-9.Mail.Example.com'],
    '4 out-9.mail.example.com': ['127.0.0.9'],
    'reverse 127.0.0.10': ['out-9.mail.example.com'],
    'reverse 127.0.0.11': ['out.example.com.attacker.test', 'notexample.com'],
    '4 out.example.com.attacker.test': ['127.0.0.11'],
    '4 notexample.com': ['127.0.0.11'],
  });
  const { come } = await filtered(t, { ...plain, allow: ['example.com'], resolver });
  assert.equal(await come({ from: '127.0.0.9' }), '127.0.0.9');
  assert.equal(await come({ from: '127.0.0.10' }), '403 SOURCE_NOT_ALLOWED', "a reverse name alone is anybody's claim");
  assert.equal(await come({ from: '127.0.0.11' }), '403 SOURCE_NOT_ALLOWED', 'a longer name is another domain');
});

test('compares IPv6 addresses of a domain by value', async (t) => {
  const resolver = resolverOf({ '6 example.com': ['2001:DB8:0::1'] });
  const { come } = await filtered(t, { trustProxy: 1, allow: ['example.com'], resolver });
  assert.equal(await come(viaProxy({ 'x-forwarded-for': '2001:db8::1' })), '2001:db8::1');
});

test('does not know who sent it while the resolver fails, and remembers that for five seconds', async (t) => {
  let at = 0;
  const zone: Zone = { '4 example.com': servfail };
  const resolver = resolverOf(zone);
  const { come, alarms } = await filtered(t, { ...plain, allow: ['example.com'], resolver, now: () => at });
  assert.equal(await come(), '503 SOURCE_UNKNOWN');
  assert.equal(alarms.length, 1);
  assert.equal(alarms[0]?.code, 'SOURCE_UNKNOWN');
  const asked = resolver.asked.length;
  zone['4 example.com'] = ['127.0.0.1'];
  at = 4_999;
  assert.equal(await come(), '503 SOURCE_UNKNOWN');
  assert.equal(resolver.asked.length, asked);
  at = 5_000;
  assert.equal(await come(), '127.0.0.1');
});

test('allows by one domain although another cannot be resolved', async (t) => {
  const resolver = resolverOf({ '4 broken.example': servfail, '4 example.com': ['127.0.0.1'] });
  const { come } = await filtered(t, { ...plain, allow: ['broken.example', 'example.com'], resolver });
  assert.equal(await come(), '127.0.0.1');
  assert.equal(await come({ from: '127.0.0.2' }), '503 SOURCE_UNKNOWN');
});

test('asks the resolver once for many requests, and again after a minute', async (t) => {
  let at = 0;
  const resolver = resolverOf({ '4 example.com': ['127.0.0.1'] });
  const { come } = await filtered(t, { ...plain, allow: ['example.com'], resolver, now: () => at });
  await Promise.all(Array.from({ length: 20 }, () => come()));
  assert.deepEqual(resolver.asked, ['4 example.com']);
  at = 59_999;
  await come();
  assert.equal(resolver.asked.length, 1);
  at = 60_000;
  await come();
  assert.equal(resolver.asked.length, 2);
});

test('asks for a bounded number of names at a time, and turns away what is beyond the queue', async (t) => {
  let running = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  const never = async (): Promise<string[]> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => waiting.push(resolve));
    running -= 1;
    return [];
  };
  const filter = sourceFilter({
    ...plain,
    allow: ['example.com'],
    trustProxy: 1,
    resolver: { resolve4: async () => [], resolve6: never, reverse: never },
    logger: keepLog(),
  });
  const port = await serve(t, chain([filter]));
  const agentless = (index: number) =>
    send(port, viaProxy({ 'x-forwarded-for': `203.0.${index >> 8}.${index & 255}` }));
  const answers = Array.from({ length: 300 }, (_, index) => agentless(index));
  const turnedAway = await Promise.race(answers);
  assert.equal(codeOf(turnedAway), 'SOURCE_UNKNOWN');
  const release = setInterval(() => {
    for (const one of waiting.splice(0)) one();
  }, 1);
  t.after(() => clearInterval(release));
  const statuses = (await Promise.all(answers)).map((one) => one.status);
  assert.equal(most, 16);
  assert.deepEqual([...new Set(statuses)].sort(), [403, 503]);
});

test('strangers whose reverse names are never answered keep no honest sender out', async (t) => {
  let at = 0;
  const zone: Zone = {
    '4 example.com': ['198.51.100.1'],
    'reverse 198.51.100.2': ['out.example.com'],
    '4 out.example.com': ['198.51.100.2'],
  };
  const silent: (() => void)[] = [];
  const table = resolverOf(zone);
  const resolver: Resolver = {
    ...table,
    reverse: (address) =>
      `reverse ${address}` in zone
        ? table.reverse(address)
        : new Promise<string[]>((resolve) => silent.push(() => resolve([]))),
  };
  const { port, come } = await filtered(t, { trustProxy: 1, allow: ['example.com'], resolver, now: () => at });
  const from = (address: string): Sent => viaProxy({ 'x-forwarded-for': address });
  const byReverse = '198.51.100.2';
  assert.equal(await come(from(byReverse)), byReverse);
  const strangers = Array.from({ length: 300 }, (_, index) => send(port, from(`203.0.${index >> 8}.${index & 255}`)));
  assert.equal(codeOf(await Promise.race(strangers)), 'SOURCE_UNKNOWN', 'the queue of strangers is full');
  for (at of [0, 60_001, 120_002]) {
    assert.equal(await come(from('198.51.100.1')), '198.51.100.1');
    assert.equal(await come(from(byReverse)), byReverse);
  }
  const release = setInterval(() => {
    for (const one of silent.splice(0)) one();
  }, 1);
  t.after(() => clearInterval(release));
  await Promise.all(strangers);
});

test('an address of a listed domain is let in while a newer answer is on its way or fails, for ten minutes at most', async (t) => {
  let at = 0;
  const zone: Zone = { '4 example.com': ['127.0.0.1'] };
  const { come } = await filtered(t, { ...plain, allow: ['example.com'], resolver: resolverOf(zone), now: () => at });
  assert.equal(await come(), '127.0.0.1');
  zone['4 example.com'] = servfail;
  at = 599_999;
  assert.equal(await come(), '127.0.0.1');
  assert.equal(await come({ from: '127.0.0.2' }), '503 SOURCE_UNKNOWN', 'an address that was not in it may be by now');
  at = 600_000;
  assert.equal(await come(), '503 SOURCE_UNKNOWN');
  zone['4 example.com'] = ['127.0.0.2'];
  at = 700_000;
  assert.equal(await come(), '403 SOURCE_NOT_ALLOWED', 'it has moved');
});

test('finds an address in ranges exactly as counting would', () => {
  // Near neighbours, so that ranges touch, overlap and miss each other by one.
  const neighbours = Array.from({ length: 32 }, (_, last) => `10.0.0.${last}`);
  const near = fc.constantFrom(...neighbours);
  const address = fc.oneof(near, fc.ipV4());
  // Seldom a wide range, which would cover all the others.
  const bits = fc.oneof({ weight: 20, arbitrary: fc.constantFrom(32, 31, 30) }, { weight: 1, arbitrary: fc.nat(32) });
  const rule = fc.tuple(address, bits);
  fc.assert(
    fc.property(
      fc.array(rule, { maxLength: 12, minLength: 1 }),
      fc.array(address, { minLength: 1 }),
      (rules, addresses) => {
        const compiled = compileSources(rules.map(([base, bits]) => `${base}/${bits}`));
        const toNumber = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
        for (const text of [...addresses, ...neighbours, ...rules.map(([base]) => base)]) {
          const expected = rules.some(([base, bits]) => {
            const size = 2 ** (32 - bits);
            return Math.floor(toNumber(text) / size) === Math.floor(toNumber(base) / size);
          });
          const parsed = parseAddress(text);
          assert.ok(parsed);
          assert.equal(compiled.includes(parsed), expected, text);
          const mapped = parseAddress(`::ffff:${text}`);
          assert.ok(mapped);
          assert.equal(compiled.includes(mapped), expected, `mapped ${text}`);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('never lets in by whatever a header may hold', async (t) => {
  const { come } = await filtered(t, { allow: ['203.0.113.7'], trustProxy: 3 });
  const text = fc.string({ unit: fc.constantFrom(...'0123456789abcdef.:,[] %/'), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, text, async (forwardedFor, protocol) => {
      fc.pre(!forwardedFor.includes('203.0.113.7'));
      assert.match(
        await come(viaProxy({ 'x-forwarded-for': forwardedFor, 'x-forwarded-proto': protocol })),
        /^(403|503) /,
      );
    }),
    { numRuns: 100 },
  );
});
