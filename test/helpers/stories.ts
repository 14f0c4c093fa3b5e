import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type DepositCallbacks, depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { Deposit, DepositRecord, EventKind } from '../../lib/deposits/deposit.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { type SqliteDatabase, sqliteStore } from '../../lib/stores/sqlite.ts';
import { type FixedClock, fixedClock } from '../../lib/testing/fixed-clock.ts';
import { signCallback } from '../../lib/testing/sign-callback.ts';
import { alice, secret, usdt } from './deposits.ts';
import { type Answered, type Sent, send, serve } from './serve.ts';

/** A receiver that any provider tells transfers to. */
export interface Story {
  callbacks: DepositCallbacks<SqliteDatabase>;
  clock: FixedClock;
  /** `kind amount` of each event handed to a listener, in order. */
  events: string[];
  /** The deposits of these events. */
  heard: Deposit[];
  /** Registers a listener for each kind of event; done from the start unless `listens` is false. */
  listen(): void;
  /** Sends a body signed now by the provider's own scheme, demands the answer that it takes as accepted, and waits for what it makes. Gives what was sent. */
  tell(provider: Provider, body: object | Buffer, id?: string): Promise<Sent>;
  /** Sends the same bytes and headers again, and waits. */
  replay(sent: Sent): Promise<Answered>;
  /** All deposits, each as `status amount code`, in order of amount. */
  standing(): Promise<string[]>;
  deposits(): Promise<DepositRecord[]>;
}

export interface StoryOptions {
  providers: readonly Provider[];
  /** Default: 6 decimals of USDT, and everything is ours. */
  policy?: Policy;
  listens?: boolean;
  /** What the providers sign with. Default that of `deposits.ts`. */
  signing?: string;
  /** Of the database. Default in memory, where an answer waits for the listeners. */
  path?: string;
}

const everything: Policy = { assets: [{ asset: usdt, decimals: 6 }], isOurs: () => true };

/** The whole receiver over HTTP and SQLite, with a clock that stands. */
export async function story(t: TestContext, options: StoryOptions): Promise<Story> {
  const { providers, policy = everything, listens = true, path = ':memory:', signing = secret } = options;
  const clock = fixedClock();
  const callbacks = depositCallbacks<SqliteDatabase>({
    providers,
    store: sqliteStore({ path, now: clock.now }),
    policy,
    requireHttps: false,
    logger: silentLogger,
    now: clock.now,
  });
  const events: string[] = [];
  const heard: Deposit[] = [];
  const port = await serve(t, callbacks);
  t.after(() => callbacks.close(0));

  const replay: Story['replay'] = async (sent) => {
    const answered = await send(port, sent);
    await callbacks.idle();
    return answered;
  };
  const made: Story = {
    callbacks,
    clock,
    events,
    heard,
    listen() {
      for (const kind of ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'] satisfies EventKind[]) {
        callbacks.on(kind, (deposit) => {
          events.push(`${kind} ${deposit.amount}`);
          heard.push(deposit);
        });
      }
    },
    async tell(provider, body, id) {
      const { query, ...signed } = signCallback(provider, {
        secret: signing,
        body,
        now: clock.now(),
        url: provider.path,
        ...(id === undefined ? {} : { id }),
      });
      const sent = { path: query === undefined ? provider.path : `${provider.path}?${query}`, ...signed };
      const answered = await replay(sent);
      assert.equal(answered.status, provider.answer('recorded').status, `${provider.name}: ${answered.text}`);
      return sent;
    },
    replay,
    deposits: () => callbacks.store.deposits({ limit: 100 }),
    async standing() {
      const found = await made.deposits();
      return found
        .sort((a, b) => Number(a.amount - b.amount))
        .map(({ status, amount, code }) => [status, amount, code].filter((one) => one !== undefined).join(' '));
    },
  };
  if (listens) made.listen();
  return made;
}

/** A transfer of USDT to alice as a story tells it, whoever the provider is. */
export interface Told {
  hash: string;
  /** Smallest units; 6 decimals. */
  amount: bigint;
  block: string;
  log: number;
  /** ISO time of the provider's event, where its bodies have one. */
  at?: string;
}

const contract = usdt.slice(usdt.lastIndexOf(':') + 1).toLowerCase();
const from = '0x93f9ecdaf22f8b60bc24641dd5ed43ca92405cb7';
const word = (digits: string): string => `0x${digits.padStart(64, '0')}`;

/** Alchemy's Address Activity: position and block, mined. */
export function alchemyBody({ hash, amount, block, log, at = '2026-01-01T00:00:00Z' }: Told): object {
  const data = word(amount.toString(16));
  const topics = [
    '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
    word(from.slice(2)),
    word(alice.slice(2).toLowerCase()),
  ];
  const logIndex = `0x${log.toString(16)}`;
  const activity = {
    fromAddress: from,
    toAddress: alice.toLowerCase(),
    blockNum: '0x1406f40',
    hash,
    asset: 'USDT',
    category: 'token',
    rawContract: { rawValue: data, address: contract, decimals: 6 },
    log: { address: contract, topics, data, blockHash: block, logIndex, removed: false },
  };
  return {
    webhookId: 'wh_1',
    id: `whevt_${block.slice(2, 12)}_${log}`,
    createdAt: at,
    type: 'ADDRESS_ACTIVITY',
    event: { network: 'ETH_MAINNET', activity: [activity] },
  };
}

/** QuickNode's filter: position and block, as deep as the stream keeps from the tip; no time. */
export function quicknodeBody({ hash, amount, block, log }: Told): object {
  const transfer = {
    block: { number: '21000000', hash: block },
    transaction: hash,
    success: true,
    position: `log:${log}`,
    contract,
    from,
    to: alice.toLowerCase(),
    amount: amount.toString(),
  };
  return { format: 'deposit-callback/1', network: 'ethereum-mainnet', transfers: [transfer] };
}

/** Tatum: neither position nor block hash nor time. `log` makes the bytes differ, and nothing else. */
export function tatumBody({ hash, amount, log }: Told): object {
  const digits = amount.toString().padStart(7, '0');
  return {
    address: alice.toLowerCase(),
    amount: `${digits.slice(0, -6)}.${digits.slice(-6)}`,
    asset: contract,
    blockNumber: 21000000,
    counterAddress: from,
    txId: hash,
    type: 'fungible',
    chain: 'ethereum-mainnet',
    subscriptionType: 'ADDRESS_EVENT',
    sequence: log,
  };
}
