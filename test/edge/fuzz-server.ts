import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { alice, usdt } from '../helpers/deposits.ts';
import { bodyLimit, fuzzNow, makeSenders, receiveMs, secrets } from './fuzz-senders.ts';

// The server under fuzz, in a process of its own so that a crash is seen. It tells its ports, and what it took in.

/** What the server tells its parent. */
export interface FuzzReport {
  /** Callbacks that were taken since the last report: provider, delivery id and hash of the body. */
  taken: readonly string[];
  /** Transactions credited since the last report. */
  credited: readonly string[];
  /** Requests that reached the receiver since the last report; what Node refuses by itself is not counted. */
  requests: number;
  /** Lines of the log that held a secret. */
  leaks: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'deposit-callback-fuzz-'));
const callbacks = depositCallbacks({
  providers: makeSenders().map((sender) => sender.provider),
  store: sqliteStore({ path: join(folder, 'deposits.db'), now: () => fuzzNow }),
  policy: { assets: [{ asset: usdt, decimals: 6 }], isOurs: ({ address }) => address === alice },
  limits: { bodyBytes: bodyLimit, receiveMs, ackMs: 30_000, inFlight: 100_000 },
  now: () => fuzzNow,
  logger: { debug: look, info: look, warn: look, error: look },
});
const nothing = () => ({ taken: [] as string[], credited: [] as string[], leaks: [] as string[], requests: 0 });
let report = nothing();

function look(fields: object, message: string): void {
  const line = `${message} ${JSON.stringify(fields)} ${String((fields as { cause?: unknown }).cause ?? '')}`;
  if (secrets.some((secret) => line.includes(secret))) report.leaks.push(line);
}

callbacks.on('outcome', (record) => {
  if (record.outcome !== 'rejected')
    report.taken.push(`${record.provider} ${record.deliveryId ?? ''} ${record.bodyHash}`);
});
callbacks.on('deposit', (deposit) => void report.credited.push(deposit.transaction.id));
await callbacks.ready();

const app = express();
app.use('/callbacks', callbacks);
// The head of a request is Node's to wait for, a minute by default.
const deadlines = { headersTimeout: 3_000, requestTimeout: 8_000, connectionsCheckingInterval: 200 };
const listeners: RequestListener[] = [callbacks, app];
const ports = await Promise.all(
  listeners.map(async (listener) => {
    const server = createServer(deadlines, (req, res) => {
      report.requests += 1;
      listener(req, res);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }),
);

process.on('message', async (asked) => {
  await callbacks.idle();
  process.send?.(report satisfies FuzzReport);
  report = nothing();
  if (asked !== 'end') return;
  await callbacks.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
process.send?.({ ports });
