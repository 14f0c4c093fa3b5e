import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import type { EventKind } from '../lib/deposits/deposit.ts';
import { type Logger, silentLogger } from '../lib/observe/logger.ts';
import type { Options } from '../lib/options.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { quicknode } from '../lib/providers/quicknode.ts';
import type { Store } from '../lib/stores/store.ts';
import { signCallback } from '../lib/testing/sign-callback.ts';
import { alice, callbackBody, ether, randomHash, secret, signed, usdt } from './helpers/deposits.ts';
import { everyStore } from './helpers/every-store.ts';
import { send, serve } from './helpers/serve.ts';
import { quicknodeBody } from './helpers/stories.ts';

// Whatever a user's function does with its promise, the process lives, and what could not be done comes again.

/** Rejects after the event loop has turned a few times: while a commit over a socket is under way. */
async function rejectLate(turns = 3): Promise<never> {
  for (let turn = 0; turn < turns; turn += 1) await nextTurn();
  throw new Error('rejected late');
}

/** The functions of a user, of which one does what it should not; `isBad` says whether it still does. */
type Mischief = (isBad: () => boolean) => {
  options?: Partial<Options>;
  store?: (store: Store<unknown>) => Store<unknown>;
  listener?: () => unknown;
  news?: () => unknown;
};

const everything: Options['policy'] = {
  assets: [
    { asset: usdt, decimals: 6 },
    { asset: ether, decimals: 18 },
  ],
  isOurs: ({ address }) => address === alice,
};
let turns = 0;
/** Each call another number of turns, so that rejections come before, in and after the commits of their neighbours. */
const later = (): Promise<never> => {
  turns += 1;
  return rejectLate(turns % 7);
};

const mischiefs: Readonly<Record<string, Mischief>> = {
  'policy.hold rejects': (isBad) => ({
    options: {
      policy: { ...everything, hold: async ({ amount }) => (isBad() && amount % 2n === 0n ? later() : undefined) },
    },
  }),
  'policy.isOurs rejects': (isBad) => ({
    options: { policy: { ...everything, isOurs: async () => (isBad() ? later() : true) } },
  }),
  'policy.isOurs rejects for one transfer and throws for the next': (isBad) => {
    let asked = 0;
    const isOurs = (): Promise<boolean> | boolean => {
      asked += 1;
      if (!isBad()) return true;
      if (asked % 3 === 0) throw new Error('thrown at once');
      return later();
    };
    return { options: { policy: { ...everything, isOurs } } };
  },
  'policy.isOwnSender rejects': (isBad) => ({
    options: { policy: { ...everything, isOwnSender: async () => (isBad() ? later() : false) } },
  }),
  'policy.frozen throws': (isBad) => ({
    options: {
      policy: {
        ...everything,
        frozen: () => {
          if (isBad()) throw new Error('no list');
          return [];
        },
      },
    },
  }),
  'policy.frozen gives a promise that rejects': (isBad) => ({
    options: { policy: { ...everything, frozen: () => (isBad() ? (later() as unknown as string[]) : []) } },
  }),
  'the secrets function rejects': (isBad) => ({
    options: { providers: [imtoken({ secrets: async () => (isBad() ? later() : [secret]) }), quicknodeOf()] },
  }),
  'the logger rejects': () => {
    const reject = (): undefined => later() as unknown as undefined;
    const logger: Logger = { debug: reject, info: reject, warn: reject, error: reject };
    return { options: { logger }, listener: later };
  },
  'listeners of news reject': () => ({ news: later }),
  'a listener of news gives a promise of another library': () => ({
    news: () => {
      const old: Record<string, unknown> = {};
      old[['th', 'en'].join('')] = (_: unknown, reject?: (error: Error) => void) =>
        reject ? reject(new Error('no')) : later();
      return old;
    },
  }),
  'a listener rejects': (isBad) => ({ listener: () => (isBad() ? later() : undefined) }),
  'the store rejects loads': (isBad) => ({
    store: (store) => ({ ...store, load: (keys) => (isBad() ? later() : store.load(keys)) }),
  }),
  'the store rejects commits': (isBad) => ({
    store: (store) => ({ ...store, commit: (batch) => (isBad() ? later() : store.commit(batch)) }),
  }),
  'the store throws at once': (isBad) => {
    const throws = (): never => {
      throw new Error('thrown at once');
    };
    return {
      store: (store) => ({
        ...store,
        settle: (claim, functions) => (isBad() ? throws() : store.settle(claim, functions)),
        fail: (claim, failure) => (isBad() ? throws() : store.fail(claim, failure)),
        extend: (claim, leaseMs) => (isBad() ? throws() : store.extend(claim, leaseMs)),
        release: (claim) => (isBad() ? throws() : store.release(claim)),
        claim: (request) => (isBad() ? throws() : store.claim(request)),
      }),
    };
  },
  'nothing else is wrong': () => ({}),
};

function quicknodeOf() {
  return quicknode({ secrets: [secret], trustMined: true });
}

for (const [engine, open] of await everyStore()) {
  if (engine === 'memory') continue;
  for (const [name, mischief] of Object.entries(mischiefs)) {
    test(`${engine}: ${name}: the process lives, and all is credited once it no longer does`, async (t) => {
      const strays: unknown[] = [];
      const stray = (error: unknown): void => void strays.push(error);
      process.on('unhandledRejection', stray);
      t.after(() => process.off('unhandledRejection', stray));
      let isBad = true;
      const made = mischief(() => isBad);
      const store = open();
      const callbacks = depositCallbacks({
        providers: [imtoken({ secrets: [secret] }), quicknodeOf()],
        policy: everything,
        logger: silentLogger,
        delivery: { backoff: { firstMs: 1, maxMs: 1 }, leaseMs: 200, attempts: 1_000 },
        ...made.options,
        store: made.store?.(spreadable(store)) ?? store,
      });
      t.after(() => callbacks.close(0));
      const credited = new Set<string>();
      for (const kind of ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'] satisfies EventKind[]) {
        callbacks.on(kind, async (_, { eventId }) => {
          await made.listener?.();
          if (kind === 'deposit') credited.add(eventId);
        });
      }
      if (made.news)
        for (const kind of ['outcome', 'event', 'alarm', 'rejected', 'error'] as const) callbacks.on(kind, made.news);
      const port = await serve(t, callbacks);
      const bodies = Array.from({ length: 12 }, (_, index) => callbackBody({ amount: String(index + 1) }));
      // Several transfers in one callback are assessed together.
      const several = Array.from({ length: 4 }, (_, index) => {
        const body = quicknodeBody({ hash: randomHash(), amount: 100n + BigInt(index), block: randomHash(), log: 1 });
        const { transfers } = body as { transfers: object[] };
        return {
          ...body,
          transfers: transfers.flatMap((one) => [1, 2, 3].map((log) => ({ ...one, position: `log:${log}` }))),
        };
      });
      const sendAll = async (): Promise<number[]> => {
        const sent = [
          ...bodies.map((body) => send(port, { path: '/imtoken', ...signed(body) })),
          ...several.map((body) =>
            send(port, { path: '/quicknode', ...signCallback(quicknodeOf(), { secret, body }) }),
          ),
        ];
        return (await Promise.all(sent)).map(({ status }) => status);
      };
      for (const status of await sendAll()) assert.ok(status === 200 || status === 503, `answered ${status}`);
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
      isBad = false;
      delete made.listener;
      assert.deepEqual(new Set(await sendAll()), new Set([200]));
      while (credited.size < 12 + 4 * 3) {
        await callbacks.idle();
        await nextTurn();
      }
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
      assert.deepEqual(strays, []);
    });
  }
}

/** A store's methods by themselves, without its getters. */
function spreadable(store: Store<unknown>): Store<unknown> {
  const { name, durable, ready, close, load, commit, log, claim, extend, settle, fail, release, redeliver } = store;
  const { keepUnverified, unverified, dropUnverified, callback, callbacks, deposit, deposits, statements } = store;
  const { events, waiting, counts, prune, freeOrphaned, onEvents, cursors, moveCursor, dropCursor } = store;
  return {
    ...{ name, durable, ready, close, load, commit, log, claim, extend, settle, fail, release, redeliver },
    ...{ keepUnverified, unverified, dropUnverified, callback, callbacks, deposit, deposits, statements },
    ...{ events, waiting, counts, prune, freeOrphaned, ...(onEvents && { onEvents }) },
    ...{ cursors, moveCursor, dropCursor },
  };
}
