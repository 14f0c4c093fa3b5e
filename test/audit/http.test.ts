import { X509Certificate } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { anew, certificate, testFaults } from './broken-app.ts';

/** Reads the whole body first, of the requests that `fits` picks. */
function parsing(
  fits: (req: Request) => boolean,
  then: (body: Buffer, res: Response, next: () => void) => void,
): RequestHandler {
  return (req, res, next) => {
    if (!fits(req)) {
      next();
      return;
    }
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks);
      (req as { rawBody?: Buffer }).rawBody = body;
      then(body, res, next);
    });
  };
}

const day = 86_400_000;
/** By delivery id, how many requests are under way. */
const underWay = new Map<string, number>();
const certificateEnds = Date.parse(new X509Certificate(certificate).validTo);

testFaults([
  {
    probe: 'parallel',
    wrong: 'looks first and writes later',
    front: () => (req, res, next) => {
      const id = String(req.headers['webhook-id']);
      underWay.set(id, (underWay.get(id) ?? 0) + 1);
      res.once('finish', () => underWay.set(id, (underWay.get(id) ?? 1) - 1));
      // The look at the ledger, during which others come in.
      if (Number(req.headers['content-length']) > 300) setTimeout(next, 20);
      else next();
    },
    provider: (provider) => ({
      ...provider,
      async verify(delivery) {
        const verified = await provider.verify(delivery);
        const { deliveryId: _, ...rest } = verified;
        return (underWay.get(String(delivery.headers['webhook-id'])) ?? 0) > 1 ? rest : verified;
      },
      read(delivery, verified) {
        const read = provider.read(delivery, verified);
        if (verified.deliveryId !== undefined) return read;
        return { ...read, transfers: read.transfers.map(anew) };
      },
    }),
  },
  {
    probe: 'oversize',
    wrong: 'has a parser before the callbacks that takes in everything',
    front: () =>
      parsing(
        (req) => req.headers['transfer-encoding'] !== undefined,
        (_, __, next) => next(),
      ),
  },
  { probe: 'slow', wrong: 'waits for slow senders', options: { limits: { receiveMs: 20_000 } } },
  {
    probe: 'aborted',
    wrong: 'stumbles after a connection that was dropped',
    front: () => {
      let stumbles = false;
      return (req, res, next) => {
        req.once('close', () => {
          if (!req.complete && !res.headersSent) stumbles = true;
        });
        parsing(
          () => stumbles,
          () => {
            stumbles = false;
            res.status(500).end();
          },
        )(req, res, next);
      };
    },
  },
  {
    probe: 'gzip-bomb',
    wrong: 'takes compressed bodies as they are',
    front: () => (req, _, next) => {
      if (req.headers['content-encoding'] === 'gzip') delete req.headers['content-encoding'];
      next();
    },
  },
  {
    probe: 'deep-nesting',
    wrong: 'falls over deep JSON',
    front: () =>
      parsing(
        (req) =>
          Number(req.headers['content-length'] ?? 0) > 100_000 && Number(req.headers['content-length']) < 1_000_000,
        (body, res, next) => (body.includes('[[[[') ? void res.status(500).end() : next()),
      ),
  },
  {
    probe: 'not-json',
    wrong: 'falls over a text',
    front: () => (req, res, next) => {
      if (req.method === 'POST' && req.headers['content-length'] === '5') res.status(500).end();
      else next();
    },
  },
  {
    probe: 'wrong-method',
    wrong: 'answers GET',
    front: () => (req, res, next) => {
      if (req.method === 'GET') res.json({ ok: true });
      else next();
    },
  },
  {
    probe: 'forged-forwarded-for',
    wrong: 'believes in a proxy that is not there',
    options: { trustProxy: 1 },
  },
  {
    probe: 'header-injection',
    wrong: 'writes the URL into a header',
    front: () => (req, res, next) => {
      const [, line] = /%0d%0a(.*)/.exec(req.url) ?? [];
      const [name, value] = decodeURIComponent(line ?? '').split(': ');
      if (name && value) res.setHeader(name, value);
      next();
    },
  },
  {
    probe: 'error-leaks',
    wrong: 'answers with the stack',
    front: () => (req, res, next) => {
      if (req.url.includes('%E0')) res.status(400).send(new Error('Failed to decode').stack);
      else next();
    },
  },
  { probe: 'security-headers', wrong: 'has no helmet', bare: true },
  {
    probe: 'cross-origin',
    wrong: 'lets every page call it',
    front: () => (_, res, next) => {
      res.setHeader('access-control-allow-origin', '*');
      next();
    },
  },
  {
    probe: 'smuggling',
    wrong: 'has a lenient parser, and goes by the first length',
    server: { insecureHTTPParser: true },
    front: () => (req, res, next) => {
      const { 'content-length': length, 'transfer-encoding': coding } = req.headers;
      if (length !== undefined && coding !== undefined) res.status(202).end();
      else next();
    },
  },
  { probe: 'plain-http', wrong: 'answers plain HTTP too', tls: {}, plainToo: true },
  {
    probe: 'tls-version',
    wrong: 'still speaks TLS 1.0',
    tls: { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
  },
  {
    probe: 'certificate',
    wrong: 'has a certificate that ends in five days',
    tls: {},
    now: () => certificateEnds - 5 * day,
  },
]);
