import type { Router } from 'express';
import { createClient, http } from 'viem';
import type { EvmClient } from '../chains/evm-node.ts';
import { DepositCallbackError } from '../errors.ts';
import { createApiKeys, type NewApiKey } from './api-keys.ts';
import { type NotifierDatabase, openNotifierDatabase } from './database.ts';
import { createEndpoints } from './endpoints.ts';
import { createLedger } from './ledger.ts';
import { type NetworkSettings, type NotifierOptions, resolveNotifierOptions } from './options.ts';
import { createOutbox } from './outbox.ts';
import { notifierRouter, type RouterParts } from './router.ts';
import { createSender, type Sender } from './sender.ts';
import { loadWatchList } from './watch-list.ts';
import { createWatcher, type Watcher } from './watcher.ts';

/** The sending side: watches addresses on the operator's own nodes and sends signed callbacks of what arrives. */
export interface Notifier {
  /** The API, to mount in an Express app: `app.use('/notifier', notifier.router)`. */
  readonly router: Router;
  /** Opens the database. Rejects with `STORE_BUSY` when another notifier holds it. */
  ready(): Promise<void>;
  /** Reads the chains and sends callbacks from now on, until `close`. */
  start(): Promise<void>;
  /** Ends reading and sending, waits for what is under way, and closes the database. */
  close(): Promise<void>;
  /** Makes an API key, as `POST /v1/keys` does. */
  createKey(name: string): Promise<NewApiKey>;
  /** Reads every new block; resolves when there is none left. For scripts and tests: `start` does so by itself. */
  catchUp(): Promise<void>;
  /** Sends all that is due. For scripts and tests. */
  deliver(): Promise<void>;
  /** Sends a heartbeat. For scripts and tests. */
  beat(): Promise<void>;
}

interface Parts extends RouterParts {
  watchers: readonly Watcher[];
  sender: Sender;
}

/** Throws `OPTION_INVALID` for an option that cannot be understood. */
export function createNotifier(options: NotifierOptions): Notifier {
  const settings = resolveNotifierOptions(options);
  const { logger, now, pollMs, heartbeatMs, retainMs } = settings;
  /** Since when a network could not be read. */
  const silent = new Set<string>();
  const timers: NodeJS.Timeout[] = [];
  const loops: Promise<void>[] = [];
  let opening: Promise<Parts> | undefined;
  let closed = false;
  let delivering: Promise<void> | undefined;
  let deliverAgain = false;

  const open = (): Promise<Parts> => {
    if (closed) return Promise.reject(new DepositCallbackError('UNAVAILABLE', 'The notifier is closed'));
    opening ??= openParts().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };

  const openParts = async (): Promise<Parts> => {
    const database: NotifierDatabase = await openNotifierDatabase(settings.path);
    const outbox = createOutbox(database, now, settings.retryMs);
    const endpoints = createEndpoints(database, now, settings.retryMs);
    const watches = await loadWatchList(database, now);
    const watchers = settings.networks.map((one) => {
      const ledger = createLedger(database, one, outbox, now);
      return createWatcher({ settings: one, client: clientOf(one), ledger, watches, logger });
    });
    const sender = createSender(settings, endpoints, outbox, logger);
    return {
      settings,
      database,
      keys: createApiKeys(database, now),
      watches,
      endpoints,
      outbox,
      watchers,
      sender,
      wake,
    };
  };

  const wake = (): void => {
    deliverAgain = true;
    delivering ??= deliverWhileAsked()
      .catch((error: unknown) => logger.error({ error }, 'Callbacks could not be sent; they stay owed'))
      .finally(() => {
        delivering = undefined;
      });
  };

  const deliverWhileAsked = async (): Promise<void> => {
    while (deliverAgain && !closed) {
      deliverAgain = false;
      await (await open()).sender.run();
    }
  };

  const readOn = async (watcher: Watcher): Promise<void> => {
    while (!closed) {
      let more = false;
      try {
        more = await watcher.step();
        silent.delete(watcher.network);
      } catch (error) {
        if (!silent.has(watcher.network)) logger.error({ network: watcher.network, error }, 'A network cannot be read');
        silent.add(watcher.network);
      }
      if (more) wake();
      else await pause(pollMs);
    }
  };

  const pauses = new Set<() => void>();
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      pauses.add(end);
    });

  const beat = async (): Promise<void> => {
    const { sender, watchers } = await open();
    // A notifier that cannot see a chain must not look well.
    if (silent.size > 0) return;
    const networks = watchers.map((one) => ({
      network: one.network,
      block: one.position()?.number.toString() ?? null,
    }));
    await sender.beat({ networks });
  };

  const every = (ms: number, work: () => Promise<unknown>, failure: string): void => {
    timers.push(setInterval(() => void work().catch((error: unknown) => logger.error({ error }, failure)), ms).unref());
  };

  return {
    router: notifierRouter(settings, open),
    ready: async () => void (await open()),
    async start() {
      const { watchers, outbox } = await open();
      if (timers.length > 0) return;
      every(pollMs, async () => wake(), 'Callbacks could not be sent');
      every(heartbeatMs, beat, 'A heartbeat could not be sent');
      every(60_000, () => outbox.prune(now() - retainMs), 'Old callbacks could not be forgotten');
      loops.push(...watchers.map(readOn));
    },
    async close() {
      if (closed) return;
      const parts = opening && (await opening.catch(() => undefined));
      closed = true;
      for (const timer of timers) clearInterval(timer);
      for (const end of [...pauses]) end();
      await parts?.sender.stop();
      await Promise.all([...loops, delivering]);
      parts?.database.close();
    },
    createKey: async (name) => (await open()).keys.create(name),
    async catchUp() {
      for (const watcher of (await open()).watchers) while (await watcher.step());
    },
    deliver: async () => (await open()).sender.run(),
    beat,
  };
}

function clientOf({ url, client, network }: NetworkSettings): EvmClient {
  if (client) return client;
  if (url === undefined) throw new DepositCallbackError('OPTION_INVALID', `${network.id} has no node to be read from`);
  return createClient({ transport: http(url, { timeout: 10_000, retryCount: 1 }) }) as EvmClient;
}
