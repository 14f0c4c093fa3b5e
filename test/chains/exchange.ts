import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ChainCheck, evmChain } from '../../lib/chains/evm.ts';
import { type DepositCallbacks, depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { Options } from '../../lib/options.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import type { SqliteDatabase } from '../../lib/stores/sqlite/driver.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { signCallback } from '../../lib/testing/sign-callback.ts';
import type { Anvil } from './anvil.ts';

export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const ether = 'eip155:1/slip44:60';

/** A service that credits balances in its own table, with a chain check beside the signed callbacks. */
export interface Exchange {
  url: string;
  folder: string;
  callbacks(): DepositCallbacks<SqliteDatabase>;
  /** Credits minus reverts, by `asset to`, as the ledger has them. */
  balances(): Record<string, bigint>;
  /** What this process was told, in order: kind and amount. */
  events: [kind: string, amount: bigint][];
  /** Posts a signed callback of the imToken profile. */
  post(type: string, data: object, at?: number): Promise<number>;
  /** Asks the chain and delivers what is due, until nothing changes. */
  settle(): Promise<void>;
  /** Answers 503 while true, as a proxy in front of a service that is down. */
  isDown: boolean;
  /** Closes the receiver and opens another one on the same database. */
  restart(): Promise<void>;
}

export interface ExchangeOptions {
  policy?: Partial<Policy>;
  ours: readonly string[];
  chains?: readonly ChainCheck[];
  confirmations?: number | 'finalized';
  /** Default: one that is made for the exchange. */
  secret?: string;
  /** Beside the imToken profile. */
  providers?: readonly Provider[];
  now?: () => number;
  reconcile?: Options['reconcile'];
  /** Of another exchange, to share its database. */
  folder?: string;
}

export const newLedger =
  'CREATE TABLE IF NOT EXISTS ledger (event_id TEXT PRIMARY KEY, account TEXT NOT NULL, amount TEXT NOT NULL)';

export async function openExchange(
  t: TestContext,
  node: Pick<Anvil, 'url'>,
  options: ExchangeOptions,
): Promise<Exchange> {
  const { ours, confirmations = 3, now = Date.now, secret: key = secret } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'exchange-')));
  const events: Exchange['events'] = [];
  let store = sqliteStore({ path: join(folder, 'deposits.db') });
  let callbacks = await open();

  async function open(): Promise<DepositCallbacks<SqliteDatabase>> {
    store = sqliteStore({ path: join(folder, 'deposits.db') });
    const opened = depositCallbacks({
      providers: [imtoken({ secrets: [key] }), ...(options.providers ?? [])],
      store,
      chains: options.chains ?? [evmChain({ network: 'eip155:1', url: node.url })],
      policy: {
        assets: [{ asset: ether, decimals: 18 }],
        isOurs: ({ address }) => ours.includes(address),
        confirmations: { 'eip155:1': confirmations },
        ...options.policy,
      },
      ...(options.reconcile !== undefined && { reconcile: options.reconcile }),
      requireHttps: false,
      now,
    });
    await opened.ready();
    store.database.exec(newLedger);
    for (const kind of ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'] as const) {
      opened.on(kind, ({ asset, to, amount }, { atomically, eventId }) => {
        events.push([kind, amount]);
        if (kind !== 'deposit' && kind !== 'deposit.reverted') return;
        const signed = kind === 'deposit' ? amount : -amount;
        atomically((database) => {
          database.prepare('INSERT INTO ledger VALUES (?, ?, ?)').run(eventId, `${asset} ${to}`, signed.toString());
        });
      });
    }
    return opened;
  }

  const server = createServer((req, res) => {
    if (exchange.isDown) res.writeHead(503).end();
    else callbacks(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await callbacks.close();
    await rm(folder, { recursive: true, force: true });
  });

  const exchange: Exchange = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/imtoken`,
    folder,
    callbacks: () => callbacks,
    events,
    isDown: false,
    balances() {
      const sums = new Map<string, bigint>();
      for (const row of store.database.prepare('SELECT account, amount FROM ledger').all()) {
        const { account, amount } = row as { account: string; amount: string };
        sums.set(account, (sums.get(account) ?? 0n) + BigInt(amount));
      }
      return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0n));
    },
    async post(type, data, at = now()) {
      const body = { type, timestamp: new Date(at).toISOString(), data };
      const signed = signCallback(imtoken({ secrets: [key] }), { secret: key, body, now: now() });
      const { status } = await fetch(exchange.url, { method: 'POST', headers: signed.headers, body: signed.body });
      return status;
    },
    async settle() {
      await callbacks.confirm();
      await callbacks.idle();
    },
    async restart() {
      await callbacks.close();
      callbacks = await open();
    },
  };
  return exchange;
}
