import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DepositCallbacks, depositCallbacks } from '../../../lib/deposit-callbacks.ts';
import { silentLogger } from '../../../lib/observe/logger.ts';
import type { Policy } from '../../../lib/policy/policy.ts';
import { imtoken } from '../../../lib/providers/imtoken.ts';
import type { CallbackRecord, Store } from '../../../lib/stores/store.ts';
import type { FixedClock } from '../../../lib/testing/fixed-clock.ts';
import { alice, callbackBody, type Sent, secret, signed, usdt } from '../../helpers/deposits.ts';
import { send } from '../../helpers/serve.ts';

/** Names of the transactions of the past; the hash of each is made of its number. */
export const names = [
  'credited',
  'pending',
  'reverted',
  'failed',
  'heldByPolicy',
  'heldByOperator',
  'released',
  'mismatched',
  'dead',
  'owed',
  'removed',
] as const;

export type Name = (typeof names)[number];

export function hashOf(name: Name): string {
  return `0x${(names.indexOf(name) + 1).toString(16).padStart(2, '0').repeat(32)}`;
}

export function keyOf(name: Name): string {
  return `eip155:1|${hashOf(name)}`;
}

/** A body about the transaction, in block `b0..`; the amount is its number in whole coins. */
export function bodyOf(name: Name, sent: Sent = {}): object {
  const amount = `${names.indexOf(name) + 1}000000`;
  return callbackBody({ hash: hashOf(name), block: `0x${'b0'.repeat(32)}`, amount, ...sent });
}

export const pastPolicy: Policy = {
  assets: [{ asset: usdt, decimals: 6 }],
  isOurs: ({ address }) => address === alice,
  hold: ({ amount }) => (amount === 5_000_000n || amount === 7_000_000n ? 'more than usual' : undefined),
};

interface Receiver {
  callbacks: DepositCallbacks<unknown>;
  /** Sends a signed callback, and gives the status once all that it caused is over. */
  post(body: object, id: string): Promise<number>;
}

/** Runs a receiver of the past over the store, over HTTP, and closes it. */
async function withReceiver(
  store: Store<unknown>,
  clock: FixedClock,
  run: (one: Receiver) => Promise<void>,
): Promise<void> {
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] })],
    store,
    policy: pastPolicy,
    delivery: { attempts: 1 },
    logger: silentLogger,
    now: clock.now,
  });
  const server = createServer((req, res) => callbacks(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await run({
    callbacks,
    async post(body, id) {
      const { status } = await send(port, { path: '/imtoken', ...signed(body, { now: clock.now(), id }) });
      await callbacks.idle();
      return status;
    },
  });
  await callbacks.close();
  server.close();
  server.closeAllConnections();
}

/**
 * Fills a store with something of every kind that a schema keeps, over HTTP, as this version of the package does it:
 * what a later version must still understand.
 */
export function livePast(store: Store<unknown>, clock: FixedClock): Promise<void> {
  return withReceiver(store, clock, async ({ callbacks, post }) => {
    for (const kind of ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'] as const) {
      callbacks.on(kind, ({ transaction }) => {
        if (transaction.id === hashOf('dead')) throw new Error('the ledger is closed');
      });
    }
    let deliveries = 0;
    const tell = async (body: object): Promise<void> => {
      deliveries += 1;
      clock.advance(1000);
      const status = await post(body, `msg_${deliveries}`);
      if (status !== 200) throw new Error(`answered with ${status}`);
    };
    const depositOf = async (name: Name): Promise<string> => {
      const [found] = await store.deposits({ transactionId: hashOf(name), limit: 1 });
      if (!found) throw new Error(`There is no deposit of ${name}`);
      return found.id;
    };
    const removal = { type: 'deposit.reverted', timestamp: '2026-01-01T00:10:00Z' };
    const mined = { type: 'deposit.pending', confirmations: 1 };

    await tell(bodyOf('credited'));
    await tell(bodyOf('pending', mined));
    await tell(bodyOf('reverted'));
    await tell(bodyOf('reverted', removal));
    await tell(bodyOf('failed', mined));
    await tell(bodyOf('failed', removal));
    const pruneBefore = clock.now() + 1;
    await tell(bodyOf('heldByPolicy'));
    await tell(bodyOf('heldByOperator', mined));
    await callbacks.hold(await depositOf('heldByOperator'), { reason: 'a stranger', actor: 'olga' });
    await tell(bodyOf('heldByOperator'));
    await tell(bodyOf('released'));
    await callbacks.release(await depositOf('released'), { reason: 'seen on the chain', actor: 'olga' });
    const { data } = bodyOf('mismatched') as { data: object };
    await tell({ ...bodyOf('mismatched'), data: { ...data, decimals: 18 } });
    await tell(bodyOf('dead'));
    await tell(bodyOf('removed', removal));
    await tell({ type: 'deposit.confirmed' });
    await callbacks.idle();
    await store.prune(pruneBefore);
  });
}

/** What is left for no listener: an event that is owed, and a callback whose signature did not match. */
export async function leaveOwed(store: Store<unknown>, clock: FixedClock): Promise<void> {
  await withReceiver(store, clock, async ({ post }) => {
    await post(bodyOf('owed'), 'msg_owed');
    const unverified: CallbackRecord = {
      id: 'cb_unverified',
      provider: 'imtoken',
      receivedAt: clock.now(),
      remoteAddress: '192.0.2.1',
      method: 'POST',
      url: '/imtoken',
      headers: {},
      body: Buffer.from('{}'),
      bodyHash: '',
      bodyBytes: 2,
      outcome: 'rejected',
      transfers: [],
      tookMs: 1,
      finished: false,
    };
    await store.keepUnverified(unverified, { bytes: 1e6, bytesPerAddress: 1e6, perAddressPerHour: 10 });
  });
}

/** Sends again what was credited, and confirms what was pending; gives the names of what the listeners are to credit. */
export async function liveOn(store: Store<unknown>, clock: FixedClock): Promise<string[]> {
  const credited: string[] = [];
  const later = ['credited', 'released', 'pending', 'credited', 'pending', 'owed'] as const;
  await withReceiver(store, clock, async ({ callbacks, post }) => {
    callbacks.on('deposit', ({ transaction }) => {
      credited.push(names.find((name) => hashOf(name) === transaction.id) ?? transaction.id);
    });
    for (const [index, name] of later.entries()) {
      clock.advance(1000);
      await post(bodyOf(name), `msg_later_${index}`);
    }
  });
  return credited;
}

/** Everything that the store answers about the past, as JSON. */
export async function readPast(store: Store<unknown>): Promise<unknown> {
  const callbacks = await store.callbacks({ limit: 100 });
  const answers = {
    states: await store.load(names.map(keyOf)),
    events: await store.events({ limit: 100 }),
    deposits: await store.deposits({ limit: 100 }),
    callbacks: await Promise.all(callbacks.map(({ id }) => store.callback(id))),
    unverified: await store.unverified({ limit: 10 }),
    counts: await store.counts(),
  };
  return JSON.parse(JSON.stringify(answers, (_, value) => (typeof value === 'bigint' ? `${value}` : value)));
}
