import { createBlockPace } from '../chains/follow/block-pace.ts';
import { createRequestPace } from './api/request-pace.ts';
import { createSourceCheck } from './api/sources.ts';
import { type NotifierState, type Parts, wake } from './notifier-state.ts';
import { createBackfiller } from './reading/backfiller.ts';
import { createHealth } from './reading/health.ts';
import { createWatcher } from './reading/watcher.ts';
import { createSender, type Sender } from './sending/sender.ts';
import { createApiKeys } from './store/api-keys.ts';
import { createBackfills } from './store/backfills.ts';
import { createCallbackSearch } from './store/callback-search.ts';
import { type Claims, createClaims, soleClaims } from './store/claims.ts';
import type { NotifierDatabase } from './store/database.ts';
import { createEndpoints, type Endpoints } from './store/endpoints.ts';
import { createIdempotency } from './store/idempotency.ts';
import { type Leadership, soleLeadership } from './store/leadership.ts';
import { createLedger } from './store/ledger.ts';
import { openNotifierDatabase, openSharedDatabase } from './store/open-database.ts';
import { createOutbox, type Outbox } from './store/outbox.ts';
import { finishRevocations } from './store/revocation.ts';
import { createSeat, type Seat } from './store/seat.ts';
import { createSecretBox, sealStored } from './store/secret-box.ts';
import { createSharedLeadership } from './store/shared-leadership.ts';
import { createWatchFeed } from './store/watch-feed.ts';
import { createWatchList, loadWatchList, type WatchList } from './store/watch-list.ts';
import { createWithheld } from './store/withheld.ts';

/** The database, and the part of this process among those that share it. */
interface Opened {
  database: NotifierDatabase;
  leadership: Leadership;
  claims: Claims;
  watches(): Promise<WatchList>;
  seat: Seat | undefined;
}

async function openDatabase({ store, networks, logger, now }: NotifierState['settings']): Promise<Opened> {
  if (typeof store === 'string') {
    const database = await openNotifierDatabase(store);
    const watches = (): Promise<WatchList> => loadWatchList(database, now);
    return { database, leadership: soleLeadership, claims: soleClaims, watches, seat: undefined };
  }
  const database = await openSharedDatabase(store, now);
  const ids = networks.map((one) => one.network.id);
  const seat: Seat = createSeat(database, () => leadership.lost());
  const leadership = createSharedLeadership({ database, seat, networks: ids, logger });
  const watches = createWatchList(database, createWatchFeed(database, ids), now);
  const claims = createClaims(database, seat);
  return { database, leadership, claims, watches: () => Promise.resolve(watches), seat };
}

export async function openParts(state: NotifierState): Promise<Parts> {
  const { settings } = state;
  const { now, retryMs, logger } = settings;
  const opened = await openDatabase(settings);
  const { database, leadership, seat } = opened;
  const box = createSecretBox(settings.secretsKeys);
  try {
    await sealStored(database, box);
    await seat?.open();
  } catch (error) {
    leadership.close();
    await database.close();
    throw error;
  }
  const outbox = createOutbox(database, now, retryMs);
  const endpoints = createEndpoints(database, box, now, retryMs);
  await finishRevocations(database);
  await endpoints.removeRest();
  const watches = await opened.watches();
  const backfills = createBackfills(database, now);
  const withheld = createWithheld({ database, outbox, backfills, maxOwed: settings.maxOwed, logger });
  const reading = settings.networks.map((one) => {
    const ledger = createLedger({ database, settings: one, outbox, withheld, leadership, now });
    const { rest } = createBlockPace(settings.backfillBlocksPerMinute);
    const closing = { rest: () => rest(state.closing.signal), isClosed: () => state.closed };
    return {
      watcher: createWatcher({ settings: one, ledger, watches, logger, now }),
      backfiller: createBackfiller({
        ...{ settings: one, database, ledger, backfills, outbox, withheld, watches, logger },
        ...closing,
        maxOwed: settings.maxOwed,
      }),
    };
  });
  const watchers = reading.map((one) => one.watcher);
  const backfillers = reading.map((one) => one.backfiller);
  const sender = createSender({ settings, endpoints, outbox, claims: opened.claims, logger });
  const keys = createApiKeys(database, box, now);
  const health = createHealth({ watchers, database, leadership, logger, now });
  decorateFor(state, outbox, sender);
  const callbacks = createCallbackSearch(database);
  const stored = { database, keys, watches, backfills, withheld, endpoints, outbox, callbacks };
  return {
    ...stored,
    ...{ settings, health, watchers, backfillers, sender, leadership, pace: createRequestPace(now) },
    idempotency: createIdempotency(database, now, seat),
    checkSource: createSourceCheck(settings.trust, logger),
    reach: (network) => watchers.find((one) => one.settings.network.id === network)?.reach(),
    forget: (endpointId) => void sender.forget(endpointId),
    wake(endpointId) {
      sender.resume(endpointId);
      wake(state, sender);
      nudge(state, endpoints, endpointId);
    },
  };
}

/** What tokens say of themselves goes into the callbacks that wait for it. */
function decorateFor(state: NotifierState, outbox: Outbox, sender: Sender): void {
  const { networks, logger } = state.settings;
  for (const { chain } of networks) {
    chain.facts.onLearned((asset, facts) => {
      if (state.closed) return;
      const work = outbox
        .decorate(asset, facts)
        .then(() => wake(state, sender))
        .catch((error: unknown) =>
          logger.error({ asset, error }, 'Callbacks could not be decorated; they go out as they are'),
        )
        .finally(() => state.decorations.delete(work));
      state.decorations.add(work);
    });
  }
}

/** Another process may be the one that sends to it. */
function nudge({ deliveries, settings }: NotifierState, endpoints: Endpoints, id: string): void {
  const work = endpoints
    .nudge(id)
    .catch((error: unknown) => settings.logger.error({ callbackUrl: id, error }, 'A callback URL is tried later'))
    .finally(() => deliveries.delete(work));
  deliveries.add(work);
}
