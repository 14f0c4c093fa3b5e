import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import express from 'express';
import type { NewApiKey } from '../../lib/notifier/index.ts';
import { createNotifier, type Notifier, type NotifierOptions } from '../../lib/notifier/index.ts';
import { type FixedClock, fixedClock } from '../../lib/testing/fixed-clock.ts';
import type { Anvil } from '../chains/anvil.ts';
import { assertDescribed } from './contract.ts';
import { type Receiver, startReceiver } from './receiver.ts';

export const adminSecret = 'admin-secret+of/the=tests';
export const secretsKey = '07'.repeat(32);

/** A notifier over a chain, its API over HTTP, and a receiver, all gone after the test. */
export interface Stage {
  clock: FixedClock;
  receiver: Receiver;
  /** Of the API. */
  baseUrl: string;
  /** Of the database. */
  path: string;
  key: NewApiKey;
  notifier(): Notifier;
  /** Reads the chain to its end and sends what is due. */
  run(): Promise<void>;
  /** Closes the notifier and opens another one on the same database; `between`: what is done with the database meanwhile. */
  restart(between?: (path: string) => Promise<void>): Promise<void>;
  /** As `api`, with headers of one's own; the answer as it came. */
  ask(method: string, path: string, given?: Asked): Promise<Answer>;
  /** Asks the API; each exchange is held against its OpenAPI document. */
  api(
    method: string,
    path: string,
    body?: object,
    key?: string,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
}

export interface Asked {
  body?: object | undefined;
  /** Default: the stage's own. */
  key?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** `node` is that of Ethereum, if `networks` are not given. */
export async function stage(
  t: TestContext,
  node: Pick<Anvil, 'url'>,
  options: Partial<NotifierOptions> & { confirmations?: number; catchUp?: boolean } = {},
): Promise<Stage> {
  const { confirmations = 3, catchUp = true, ...others } = options;
  const folder = await mkdtemp(join(tmpdir(), 'notifier-'));
  const clock = fixedClock();
  const receiver = await startReceiver();
  const open = (): Notifier =>
    createNotifier({
      ...(others.database ? {} : { path: join(folder, 'notifier.db') }),
      networks: [{ network: 'eip155:1', url: node.url, confirmations }],
      adminSecret,
      secretsKey,
      allowPrivate: true,
      now: clock.now,
      random: () => 1,
      ...others,
    });
  let notifier = open();
  const app = express();
  app.use('/notifier', (req, res, next) => notifier.router(req, res, next));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notifier`;
  t.after(async () => {
    server.close();
    server.closeAllConnections();
    await notifier.close();
    await receiver.close();
    await rm(folder, { recursive: true });
  });
  const key = await notifier.createKey('test');
  const ask: Stage['ask'] = async (method, path, { body, key: apiKey = key.key, headers = {} } = {}) => {
    const response = await fetch(base + path, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    const answered: unknown = text === '' ? undefined : JSON.parse(text);
    const contentType = response.headers.get('content-type') ?? '';
    assertDescribed({ method, path, sent: body, headers, status: response.status, contentType, answered });
    return { status: response.status, headers: response.headers, body: (answered ?? {}) as Record<string, unknown> };
  };
  if (catchUp) await notifier.catchUp();

  return {
    clock,
    receiver,
    baseUrl: base,
    path: join(folder, 'notifier.db'),
    key,
    notifier: () => notifier,
    async run() {
      await notifier.catchUp();
      await notifier.deliver();
    },
    async restart(between) {
      await notifier.close();
      await between?.(join(folder, 'notifier.db'));
      notifier = open();
    },
    ask,
    async api(method, path, body, apiKey = key.key) {
      const { status, body: answered } = await ask(method, path, { body, key: apiKey });
      return { status, body: answered };
    },
  };
}
