import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { alice, usdt } from '../helpers/deposits.ts';
import { refusingProviders, unknowable } from './refused-kinds.ts';

// A receiver that refuses all that it gets, and tells its heap after a collection. Run with --expose-gc.

const folder = mkdtempSync(join(tmpdir(), 'deposit-callback-heap-'));
const refused: Record<string, number> = {};
const callbacks = depositCallbacks({
  providers: refusingProviders(),
  store: sqliteStore({ path: join(folder, 'deposits.db') }),
  policy: {
    assets: [{ asset: usdt, decimals: 6 }],
    isOurs({ address }) {
      if (address === unknowable) throw new Error('The wallet database is down');
      return address === alice;
    },
  },
  trustProxy: 1,
  limits: { bodyBytes: 10_000, receiveMs: 300, inFlight: 10_000, ackMs: 60_000 },
  logger: { debug() {}, info() {}, warn() {}, error() {} },
});
callbacks.on('rejected', ({ code = '' }) => {
  refused[code] = (refused[code] ?? 0) + 1;
});
await callbacks.ready();

const server = createServer((req, res) => {
  if (!req.url?.startsWith('/parsed')) {
    callbacks(req, res, () => {
      refused.NOT_FOUND = (refused.NOT_FOUND ?? 0) + 1;
      res.writeHead(404, { 'content-length': 0 }).end();
    });
    return;
  }
  // As a parser would that keeps nothing.
  req.url = req.url.slice('/parsed'.length);
  req.resume().once('end', () => callbacks(req, res));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

process.on('message', async (asked) => {
  await callbacks.idle();
  if (asked === 'end') {
    await callbacks.close();
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  }
  for (let round = 0; round < 4; round += 1) {
    global.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ heapUsed, external, refused });
});
process.send?.({ port: (server.address() as AddressInfo).port });
