import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler } from 'express';
import { auditNotifier } from '../../lib/audit/notifier/audit-notifier.ts';
import type { AuditReport } from '../../lib/audit/run-probes.ts';
import { createNotifier } from '../../lib/notifier/index.ts';
import { listen } from '../helpers/serve.ts';
import { certificate } from './broken-app.ts';

const tlsKey = readFileSync(fileURLToPath(new URL('../fixtures/tls/key.pem', import.meta.url)), 'utf8');

interface Fault {
  /** The one probe that must be red. */
  probe: string;
  /** What the notifier does wrong. */
  wrong: string;
  front?: RequestHandler;
  allowPrivate?: boolean;
  unlimited?: boolean;
  /** Over TLS, and over plain HTTP too. */
  plainToo?: boolean;
}

/** As a proxy limits it: so many requests in all. */
function limiter(): RequestHandler {
  let left = 400;
  return (_req, res, next) => {
    left -= 1;
    if (left >= 0) return next();
    const body = { type: 'about:blank', title: 'TOO_MANY_REQUESTS', status: 429, code: 'TOO_MANY_REQUESTS' };
    res.status(429).type('application/problem+json').send(JSON.stringify(body));
  };
}

/** Serves a notifier that is sound but for the fault, behind a proxy's limit, and audits it. */
async function auditOf(t: TestContext, fault: Omit<Fault, 'probe' | 'wrong'>): Promise<AuditReport> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-notifier-'));
  const notifier = createNotifier({
    path: join(folder, 'notifier.db'),
    networks: [{ network: 'eip155:1', url: 'http://127.0.0.1:1' }],
    adminSecret: 'admin-secret-of-the-tests',
    secretsKey: '07'.repeat(32),
    allowPrivate: fault.allowPrivate ?? false,
  });
  t.after(async () => {
    await notifier.close();
    await rm(folder, { recursive: true, force: true });
  });
  const { key } = await notifier.createKey('audit');
  const app = express();
  app.disable('x-powered-by');
  if (!fault.unlimited) app.use(limiter());
  if (fault.front) app.use(fault.front);
  app.use('/notifier', notifier.router);
  const served = async (listener: RequestListener, isTls: boolean): Promise<URL> => {
    const server = isTls ? createSecureServer({ key: tlsKey, cert: certificate }, listener) : createServer(listener);
    return new URL(`${isTls ? 'https' : 'http'}://127.0.0.1:${await listen(t, server)}/notifier`);
  };
  const url = await served(app, fault.plainToo === true);
  return auditNotifier({
    route: { url, patienceMs: 5_000, ...(fault.plainToo ? { ca: certificate } : {}) },
    ...(fault.plainToo ? { plainUrl: await served(app, false) } : {}),
    key,
    now: Date.now,
  });
}

const idsOf = ({ probes }: AuditReport, verdict: string): string[] =>
  probes.filter((one) => one.verdict === verdict).map(({ id, saw }) => (verdict === 'red' ? `${id}: ${saw}` : id));

test('a sound notifier is green', async (t) => {
  const report = await auditOf(t, {});
  assert.deepEqual(idsOf(report, 'red'), []);
  assert.deepEqual(idsOf(report, 'skipped'), ['tls-version', 'certificate', 'plain-api']);
  assert.equal(report.verdict, 'green');
});

const answering =
  (fits: (method: string, path: string) => boolean, status: number, body: object | string): RequestHandler =>
  (req, res, next) => {
    if (fits(req.method, req.path.replace('/notifier', ''))) res.status(status).send(body);
    else next();
  };

const faults: readonly Fault[] = [
  { probe: 'plain-api', wrong: 'is served over plain HTTP too', plainToo: true },
  { probe: 'takes-key', wrong: 'takes no key', front: answering(() => true, 401, {}) },
  {
    probe: 'key-required',
    wrong: 'takes the text of a variable that is not set',
    front: (req, res, next) => {
      if (req.get('authorization') === 'Bearer undefined') res.json({ networks: [] });
      else next();
    },
  },
  {
    probe: 'admin-closed',
    wrong: 'lets a customer make keys',
    front: answering((method, path) => method === 'POST' && path === '/v1/keys', 201, {}),
  },
  { probe: 'rate-limit', wrong: 'answers without end', unlimited: true },
  { probe: 'private-url', wrong: 'sends into its own network', allowPrivate: true },
  {
    probe: 'secrets-hidden',
    wrong: 'shows the signing secret again',
    front: (req, res, next) => {
      if (req.get('authorization') && req.method === 'GET' && req.path.endsWith('/v1/callback-urls'))
        res.json({ signingSecret: `whsec_${'A'.repeat(32)}` });
      else next();
    },
  },
  {
    probe: 'problem-details',
    wrong: 'shows where it failed',
    front: answering((_, path) => path.startsWith('/v1/..'), 400, 'TypeError: x is not a function'),
  },
  {
    probe: 'large-request',
    wrong: 'takes a request of any size',
    front: (req, res, next) => {
      if (Number(req.get('content-length') ?? 0) < 2 ** 20) return next();
      req.resume().on('end', () => res.status(201).json({}));
    },
  },
  {
    probe: 'cross-origin-api',
    wrong: 'lets every web page in',
    front: (_req, res, next) => {
      res.set('access-control-allow-origin', '*');
      next();
    },
  },
];

for (const { probe, wrong, ...fault } of faults) {
  test(`a notifier that ${wrong}: ${probe} is red, and no other`, async (t) => {
    const red = idsOf(await auditOf(t, fault), 'red');
    assert.equal(red.length, 1, red.join('\n'));
    assert.ok(red[0]?.startsWith(`${probe}: `), red.join('\n'));
  });
}
