import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ChainCheck, evmChain } from '../../lib/chains/evm.ts';
import { type DepositCallbacks, depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { Policy } from '../../lib/deposits/policy.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import type { SqliteDatabase } from '../../lib/stores/sqlite-driver.ts';
import { signCallback } from '../../lib/testing/sign-callback.ts';
import type { Anvil } from './anvil.ts';

export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const ether = 'eip155:1/slip44:60';

/** A service that credits balances in its own table, with a chain check beside the signed callbacks. */
export interface Exchange {
  url: string;
  callbacks: DepositCallbacks<SqliteDatabase>;
  /** Credits minus reverts, by `asset to`. */
  balances(): Record<string, bigint>;
  /** What happened, in order: kind and amount. */
  events: [kind: string, amount: bigint][];
  /** Posts a signed callback of the imToken profile. */
  post(type: string, data: object, at?: number): Promise<number>;
  /** Asks the chain and delivers what is due, until nothing changes. */
  settle(): Promise<void>;
}

export interface ExchangeOptions {
  policy?: Partial<Policy>;
  ours: readonly string[];
  chains?: readonly ChainCheck[];
  confirmations?: number | 'finalized';
  path?: string;
  now?: () => number;
}

export async function openExchange(t: TestContext, anvil: Anvil, options: ExchangeOptions): Promise<Exchange> {
  const { ours, confirmations = 3, now = Date.now } = options;
  const folder = await mkdtemp(join(tmpdir(), 'exchange-'));
  const path = options.path ?? join(folder, 'deposits.db');
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] })],
    store: sqliteStore({ path }),
    chains: options.chains ?? [evmChain({ network: 'eip155:1', url: anvil.url })],
    policy: {
      assets: [{ asset: ether, decimals: 18 }],
      isOurs: ({ address }) => ours.includes(address),
      confirmations: { 'eip155:1': confirmations },
      ...options.policy,
    },
    requireHttps: false,
    now,
  });
  const server = createServer((req, res) => callbacks(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/imtoken`;
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await callbacks.close();
    await rm(folder, { recursive: true });
  });
  await callbacks.ready();
  const events: Exchange['events'] = [];
  const sums = new Map<string, bigint>();
  for (const kind of ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'] as const) {
    callbacks.on(kind, ({ asset, to, amount }) => {
      events.push([kind, amount]);
      const sign = kind === 'deposit' ? 1n : kind === 'deposit.reverted' ? -1n : 0n;
      const key = `${asset} ${to}`;
      sums.set(key, (sums.get(key) ?? 0n) + sign * amount);
    });
  }

  return {
    url,
    callbacks,
    events,
    balances: () => Object.fromEntries([...sums].filter(([, sum]) => sum !== 0n)),
    async post(type, data, at = now()) {
      const body = { type, timestamp: new Date(at).toISOString(), data };
      const signed = signCallback(imtoken({ secrets: [secret] }), { secret, body, now: now() });
      const { status } = await fetch(url, { method: 'POST', headers: signed.headers, body: signed.body });
      return status;
    },
    async settle() {
      await callbacks.confirm();
      await callbacks.idle();
    },
  };
}
