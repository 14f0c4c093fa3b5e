import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { depositCallbacks } from '../../deposit-callbacks.ts';
import type { EventKind } from '../../deposits/deposit.ts';
import { silentLogger } from '../../observe/logger.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Provider } from '../../providers/kit/provider.ts';
import type { CallbackRecord } from '../../stores/store.ts';
import type { ExpectedEvent, ProviderCase, ProviderFixtures, TestKey } from '../provider-fixtures.ts';
import { signCallback } from '../sign-callback.ts';

/** What goes over the wire. */
export interface SentCallback {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Buffer;
}

export interface ProviderAnswer {
  status: number;
  headers: Headers;
  body: string;
  outcome: CallbackRecord | undefined;
}

/** The whole chain over one provider, on a port of the loopback, with what its listeners got. */
export interface ReceiverUnderTest {
  send(callback: SentCallback): Promise<ProviderAnswer>;
  /** Events handed to listeners since the last call. */
  events(): Promise<readonly ExpectedEvent[]>;
  close(): Promise<void>;
}

/** 2026-01-01T00:00:00Z. */
const defaultNow = 1_767_225_600_000;

export function nowOf(fixtures: ProviderFixtures): number {
  return fixtures.now ?? defaultNow;
}

/** A case as the provider would send it, signed with a test key. */
export function sentCallback(
  provider: Provider,
  one: ProviderCase,
  fixtures: ProviderFixtures,
  { key = fixtures.keys.first, now = nowOf(fixtures) }: { key?: TestKey; now?: number } = {},
): SentCallback {
  const { body, headers = {}, method = 'POST', url = provider.path, unsigned = false } = one;
  if (unsigned) return { method, url, headers: { 'content-type': 'application/json', ...headers }, body };
  const secret = key.signing ?? key.key;
  const id = one.deliveryId ?? 'delivery-1';
  const signed = signCallback(provider, { secret, body, now, id, method, url });
  const target = signed.query === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}${signed.query}`;
  return { method, url: target, headers: { ...signed.headers, ...headers }, body: signed.body };
}

export async function startReceiver(provider: Provider, fixtures: ProviderFixtures): Promise<ReceiverUnderTest> {
  const seen: ExpectedEvent[] = [];
  const outcomes: CallbackRecord[] = [];
  const callbacks = depositCallbacks({
    providers: [provider],
    policy: policyOf(fixtures),
    requireHttps: false,
    logger: silentLogger,
    now: () => nowOf(fixtures),
  });
  for (const kind of ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'] as const) {
    callbacks.on(kind, (deposit) => {
      seen.push(eventOf(kind, deposit));
    });
  }
  callbacks.on('outcome', (outcome) => outcomes.push(outcome));
  const server = createServer((req, res) => callbacks(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    async send({ method, url, headers, body }) {
      const isGzip = headers['content-encoding'] === 'gzip';
      const bytes = isGzip ? gzipSync(body) : body;
      const response = await fetch(`http://127.0.0.1:${port}${url}`, {
        method,
        headers,
        ...(method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(bytes) }),
      });
      const text = await response.text();
      await callbacks.idle();
      return { status: response.status, headers: response.headers, body: text, outcome: outcomes.at(-1) };
    },
    async events() {
      await callbacks.idle();
      return seen.splice(0);
    },
    async close() {
      await callbacks.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function eventOf(
  event: EventKind,
  deposit: { asset: string; to: string; amount: bigint; memo?: string; transaction: { id: string } },
): ExpectedEvent {
  const { asset, to, amount, memo, transaction } = deposit;
  return {
    event,
    asset,
    to,
    amount: amount.toString(),
    ...(memo === undefined ? {} : { memo }),
    transaction: transaction.id,
  };
}

// One confirmation, so that whatever a provider calls confirmed is due.
function policyOf({ assets, strangers = [] }: ProviderFixtures): Policy {
  const networks = new Set(assets.map(({ asset }) => asset.slice(0, asset.indexOf('/'))));
  return {
    assets,
    isOurs: ({ address }) => !strangers.includes(address),
    confirmations: Object.fromEntries([...networks].map((network) => [network, 1])),
  };
}
