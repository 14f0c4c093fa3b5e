import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createNotifier, type Notifier, type WatchedNetwork } from 'deposit-callback/notifier';
import express from 'express';
import type { Customer } from '../accounts.ts';

/** A wallet's side of deposit callbacks: the notifier of this package, with an HTTP server of its own. */
export interface NotifierWallet {
  /** Signs its callbacks, `whsec_...`. */
  readonly secret: string;
  /** The one that runs now. */
  notifier(): Notifier;
  /** Over HTTP, as a customer of the wallet would: a callback URL, the addresses to watch. */
  watch(callbackUrl: string, accounts: readonly Customer[]): Promise<void>;
  /** Opens it again after it was closed. */
  reopen(): void;
  close(): Promise<void>;
}

const adminSecret = 'the-admin-secret-of-the-demo';

export async function openNotifierWallet(options: {
  /** For its database. */
  directory: string;
  /** The node, as the notifier is told of it. */
  watched: WatchedNetwork;
  pollMs?: number;
}): Promise<NotifierWallet> {
  const { directory, watched, pollMs } = options;
  // A service takes it from outside, and keeps it apart from the database.
  const secretsKey = randomBytes(32).toString('base64');
  const open = (): Notifier =>
    createNotifier({
      path: join(directory, 'notifier.db'),
      networks: [watched],
      adminSecret,
      secretsKey,
      // The exchange listens on this machine, without TLS.
      allowPrivate: true,
      ...(pollMs === undefined ? {} : { pollMs }),
    });
  let notifier = open();
  const server = createServer(express().use('/notifier', (req, res, next) => notifier.router(req, res, next)));
  const url = `${await listen(server)}/notifier`;
  const key = await ask(url, 'POST', '/v1/keys', adminSecret, { name: 'example exchange' });
  return {
    secret: String(key.signingSecret),
    notifier: () => notifier,
    async watch(callbackUrl, accounts) {
      await ask(url, 'PUT', '/v1/callback-url', String(key.key), { url: callbackUrl });
      for (const { network, address } of accounts) {
        await ask(url, 'POST', '/v1/watches', String(key.key), { network, address });
      }
      await notifier.catchUp();
    },
    reopen() {
      notifier = open();
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await notifier.close();
    },
  };
}

export async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Asks the notifier's HTTP API. Rejects unless the answer is a success. */
async function ask(
  base: string,
  method: string,
  path: string,
  bearer: string,
  body: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(base + path, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}
