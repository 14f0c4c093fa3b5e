import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createNotifier, type WatchedNetwork } from '../../lib/notifier/index.ts';
import { type FastClock, fastNow } from './clock.ts';

/** What the process is told. */
export interface NotifierSetup {
  /** The URL of PostgreSQL. */
  database: string;
  networks: WatchedNetwork[];
  adminSecret: string;
  clock: FastClock;
}

// A notifier in a process of its own, to be killed.
const { database, networks, adminSecret, clock } = JSON.parse(String(process.argv[2])) as NotifierSetup;
const notifier = createNotifier({
  database: { url: database },
  networks,
  adminSecret,
  secretsKey: '07'.repeat(32),
  allowPrivate: true,
  now: fastNow(clock),
  pollMs: 20,
  heartbeatMs: 1_000,
  timeoutMs: 600,
});
const app = express();
app.use(notifier.router);
const server = createServer(app);
await notifier.start();
server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`));
