import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger, Policy } from 'deposit-callback';
import type { ChainCheck } from 'deposit-callback/chains/evm';
import { createNotifier, type Notifier, type WatchedNetwork } from 'deposit-callback/notifier';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { signCallback } from 'deposit-callback/testing';
import express from 'express';
import type { Book } from '../accounts.ts';
import { type Exchange, openExchange } from '../exchange.ts';

export interface StageOptions {
  /** The node, as the notifier is told of it. */
  watched: WatchedNetwork;
  /** What the exchange asks its own node before it credits. */
  check: ChainCheck;
  book: Book;
  confirmations?: Policy['confirmations'];
  logger?: Logger;
}

/** A callback as the exchange received it. */
export interface Received {
  type: string;
  /** ISO 8601: the event's own time. */
  timestamp: string;
  data: {
    amount: string;
    confirmations: number;
    transaction: { hash: string; position?: string; block?: { number: string; hash: string } };
  };
}

/** Both sides of a deposit callback: a wallet, whose notifier reads the chain, and an exchange, which credits. */
export interface Stage {
  exchange: Exchange;
  /** Lets news of the newest blocks go all the way: to the notifier, over HTTP, through the chain check, into balances. */
  settle(): Promise<void>;
  /** Callbacks that have come since the last call, in the order of their own times: that of their arrival means nothing. */
  received(): Promise<Received[]>;
  /** Sends a callback that is signed with the wallet's secret; rejects if it is not accepted. */
  send(type: string, data: object): Promise<void>;
  stopNotifier(): Promise<void>;
  startNotifier(): void;
  close(): Promise<void>;
}

const adminSecret = 'the-admin-secret-of-the-demo';

/** Opens both sides, each with a server and a database of its own, and watches the accounts of the book. */
export async function openStage({ watched, check, book, confirmations, logger }: StageOptions): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-demo-'));
  // A service takes it from outside, and keeps it apart from the database.
  const secretsKey = randomBytes(32).toString('base64');
  const openNotifier = (): Notifier =>
    createNotifier({
      path: join(directory, 'notifier.db'),
      networks: [watched],
      adminSecret,
      secretsKey,
      // The exchange listens on this machine, without TLS.
      allowPrivate: true,
    });
  let notifier = openNotifier();
  const wallet = createServer(express().use('/notifier', (req, res, next) => notifier.router(req, res, next)));
  const walletUrl = `${await listen(wallet)}/notifier`;

  // Over HTTP, as a customer of the wallet would: a key, a callback URL, the addresses to watch.
  const key = await ask(walletUrl, 'POST', '/v1/keys', adminSecret, { name: 'example exchange' });
  const secret = String(key.signingSecret);
  const provider = imtoken({ secrets: [secret] });
  const exchange = await openExchange({
    path: join(directory, 'exchange.db'),
    providers: [provider],
    chains: [check],
    book,
    ...(confirmations ? { confirmations } : {}),
    ...(logger ? { logger } : {}),
  });
  const callbackIds: string[] = [];
  exchange.callbacks.on('outcome', (record) => callbackIds.push(record.id));
  const service = createServer(exchange.app);
  const url = `${await listen(service)}/callbacks/imtoken`;
  await ask(walletUrl, 'PUT', '/v1/callback-url', String(key.key), { url });
  for (const { network, address } of book.accounts) {
    await ask(walletUrl, 'POST', '/v1/watches', String(key.key), { network, address });
  }
  await notifier.catchUp();

  return {
    exchange,
    async settle() {
      await notifier.catchUp();
      await notifier.deliver();
      await exchange.callbacks.confirm();
      await exchange.callbacks.idle();
    },
    async received() {
      const bodies = await Promise.all(callbackIds.splice(0).map((id) => exchange.callbacks.raw(id)));
      const found = bodies.flatMap((body) => (body ? [JSON.parse(body.toString()) as Received] : []));
      return found.sort((a, b) => a.timestamp.localeCompare(b.timestamp));
    },
    async send(type, data) {
      const body = { type, timestamp: new Date().toISOString(), data };
      const signed = signCallback(provider, { secret, body });
      const { status } = await fetch(url, { method: 'POST', headers: signed.headers, body: signed.body });
      if (status !== 200) throw new Error(`A callback was answered with ${status}`);
    },
    stopNotifier: () => notifier.close(),
    startNotifier() {
      notifier = openNotifier();
    },
    async close() {
      for (const server of [wallet, service]) {
        server.close();
        server.closeAllConnections();
      }
      await notifier.close();
      await exchange.callbacks.close();
      await rm(directory, { recursive: true });
    },
  };
}

async function listen(server: Server): Promise<string> {
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
