import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createDeliverer,
  type DepositCallbacks,
  depositCallbacks,
  dispatch,
  joinLinks,
  memoryStore,
  rawBody,
  type Store,
  signature,
  sourceFilter,
} from 'deposit-callback';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { sqliteStore } from 'deposit-callback/stores/sqlite';
import { address, asset, secretText } from './requests.ts';

export type StoreName = 'memory' | 'sqlite' | 'postgres' | 'redis';
type Middleware = (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void) => void;

const policy = {
  assets: [{ asset, decimals: 6 }],
  isOurs: (account: { address: string }): boolean => account.address === address,
};

/** Everything on: HTTPS rule, source list, API of one provider, time window, checks, store. */
export async function ours(
  name: StoreName,
  place: string,
  { store, concurrency }: { store?: Store; concurrency?: number } = {},
): Promise<DepositCallbacks> {
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [`whsec_${secretText}`] })],
    store: store ?? (await openStore(name, place)),
    policy,
    delivery: concurrency === undefined ? {} : { concurrency },
    sources: ['127.0.0.0/8', '203.0.113.0/24', '2001:db8::/32'],
    // The pool is signed once for the whole run.
    toleranceMs: 86_400_000,
  });
  // Where nothing is durable the answer waits for the listener; elsewhere events stay owed, and delivery is measured apart.
  if (name === 'memory') callbacks.on('deposit', () => {});
  await callbacks.ready();
  return callbacks;
}

/** The same chain over SQLite, link by link, for what `depositCallbacks` has no option for. */
export async function oursByLinks(
  place: string,
  {
    batch,
    rememberedIds,
  }: {
    /** Most callbacks in one commit; 1 is what batching is measured against. */
    batch?: number;
    rememberedIds?: number;
  },
): Promise<Middleware> {
  // Not public: the one knob that nobody should turn.
  const inside = <T>(path: string): Promise<T> => import(new URL(`../dist/cjs/${path}.js`, import.meta.url).href);
  const { createIntake } = await inside<typeof import('../lib/ingest/intake.ts')>('ingest/intake');
  const { createCallbackLog } = await inside<typeof import('../lib/ingest/callback-log.ts')>('ingest/callback-log');
  const { guardOver } = await inside<typeof import('../lib/middleware/replay-guard.ts')>('middleware/replay-guard');
  const store = await openStore('sqlite', place);
  await store.ready();
  const provider = imtoken({ secrets: [`whsec_${secretText}`] });
  const intake = createIntake({ store, policy, providers: [provider], ...(batch === undefined ? {} : { batch }) });
  const deliverer = createDeliverer({ store });
  const log = createCallbackLog({ store, logger: { debug() {}, info() {}, warn() {}, error() {} } });
  return joinLinks(
    sourceFilter({ allow: ['127.0.0.0/8', '203.0.113.0/24', '2001:db8::/32'] }),
    rawBody({}),
    signature({ provider, toleranceMs: 86_400_000 }),
    guardOver(
      { intake, log },
      { store, policy, providers: [provider], ...(rememberedIds === undefined ? {} : { rememberedIds }) },
    ),
    dispatch({ deliverer }),
  ) as Middleware;
}

export async function openStore(name: StoreName, place: string): Promise<Store> {
  switch (name) {
    case 'memory':
      return memoryStore({ maxDeposits: 5_000_000 });
    case 'sqlite':
      return sqliteStore({ path: place });
    case 'postgres': {
      const { postgresStore } = await import('deposit-callback/stores/postgres');
      return postgresStore({ url: place });
    }
    case 'redis': {
      const { redisStore } = await import('deposit-callback/stores/redis');
      return redisStore({ url: place });
    }
  }
}
