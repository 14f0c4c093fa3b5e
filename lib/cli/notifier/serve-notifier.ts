import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Request, Response } from 'express';
import { notifierInspector } from '../../inspector/index.ts';
import type { Notifier } from '../../notifier/index.ts';
import type { Logger } from '../../observe/logger.ts';
import { equalBytes } from '../../signatures/constant-time.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';
import type { Listening, NotifierConfig } from './config.ts';

/** What is served of a notifier. */
export interface Served {
  port: number;
  /** Accepts no further request, and ends what is left of those under way. */
  close(): Promise<void>;
}

const graceMs = 5_000;

/** Serves the API of a notifier at `/v1`, with `/health` and, behind their own secret, `/metrics`. */
export async function serveNotifier(notifier: Notifier, config: NotifierConfig, logger: Logger): Promise<Served> {
  const { default: express } = await import('express');
  const app = express();
  app.disable('x-powered-by');
  app.get('/health', (_req: Request, res: Response) => void health(notifier, res, logger));
  if (config.metricsSecret !== undefined) app.get('/metrics', await metricsRoute(notifier, config.metricsSecret));
  const { adminSecret } = config.options;
  if (adminSecret !== undefined) app.use('/operator', operatorPage(notifier, adminSecret, logger));
  app.use(notifier.router);
  return listen(app, config.listen);
}

/** The page of the operator, to whoever gives the admin secret as password. */
function operatorPage(notifier: Notifier, adminSecret: string, logger: Logger): RequestListener {
  const expected = Buffer.from(`Basic ${Buffer.from(`operator:${adminSecret}`).toString('base64')}`);
  return notifierInspector({
    notifier,
    authorize: (req) => equalBytes(Buffer.from(req.headers.authorization ?? ''), expected),
    challenge: 'Basic realm="notifier"',
    logger,
  });
}

/** 200 while the database answers: a chain that stands still is no reason to restart. */
async function health(notifier: Notifier, res: Response, logger: Logger): Promise<void> {
  res.set('cache-control', 'no-store').type('application/json');
  try {
    const { networks } = await notifier.status();
    const isWell = networks.every(({ state }) => state === 'reading');
    const states = networks.map(({ network, state }) => ({ network, state }));
    res.send(JSON.stringify({ status: isWell ? 'pass' : 'warn', networks: states }));
  } catch (error) {
    logger.error({ error }, 'The notifier is not well');
    res.status(503).send(JSON.stringify({ status: 'fail' }));
  }
}

async function metricsRoute(notifier: Notifier, secret: string): Promise<(req: Request, res: Response) => void> {
  const [{ Registry }, { notifierMetrics }] = await Promise.all([
    import('prom-client'),
    import('../../observe/notifier-metrics.ts'),
  ]).catch((cause: unknown) => {
    throw refuse('metricsSecret', phrase('needs prom-client: npm install prom-client'), cause);
  });
  const registry = new Registry();
  notifierMetrics(notifier, { registry });
  return (req, res) => {
    const given = /^Bearer (\S{1,256})$/i.exec(req.get('authorization') ?? '')?.[1];
    if (given === undefined || !equalBytes(Buffer.from(given), Buffer.from(secret))) {
      res.status(401).set('www-authenticate', 'Bearer').end();
      return;
    }
    registry.metrics().then(
      (text) => void res.type(registry.contentType).send(text),
      () => void res.status(503).end(),
    );
  };
}

async function listen(app: RequestListener, { host, port }: Listening): Promise<Served> {
  const server = createServer(app);
  server.listen(port, host);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(late);
}
