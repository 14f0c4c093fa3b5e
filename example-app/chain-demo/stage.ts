import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger, Policy } from 'deposit-callback';
import type { ChainCheck } from 'deposit-callback/chains/evm';
import type { WatchedNetwork } from 'deposit-callback/notifier';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { signCallback } from 'deposit-callback/testing';
import type { Book } from '../accounts.ts';
import { type Exchange, openExchange } from '../exchange.ts';
import { listen, openNotifierWallet } from '../wallets/notifier-wallet.ts';

export interface StageOptions {
  /** The node, as the notifier is told of it. */
  watched: WatchedNetwork;
  /** What the exchange asks its own node before it credits. */
  check: ChainCheck;
  book: Book;
  confirmations?: Policy['confirmations'];
  logger?: Logger;
}

/** A callback as the exchange received it. */
export interface Received {
  type: string;
  /** ISO 8601: the event's own time. */
  timestamp: string;
  data: {
    amount: string;
    confirmations: number;
    transaction: { hash: string; position?: string; block?: { number: string; hash: string } };
  };
}

/** Both sides of a deposit callback: a wallet, whose notifier reads the chain, and an exchange, which credits. */
export interface Stage {
  exchange: Exchange;
  /** Lets news of the newest blocks go all the way: to the notifier, over HTTP, through the chain check, into balances. */
  settle(): Promise<void>;
  /** Callbacks that have come since the last call, in the order of their own times: that of their arrival means nothing. */
  received(): Promise<Received[]>;
  /** Sends a callback that is signed with the wallet's secret; rejects if it is not accepted. */
  send(type: string, data: object): Promise<void>;
  stopNotifier(): Promise<void>;
  startNotifier(): void;
  close(): Promise<void>;
}

/** Opens both sides, each with a server and a database of its own, and watches the accounts of the book. */
export async function openStage({ watched, check, book, confirmations, logger }: StageOptions): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-demo-'));
  const wallet = await openNotifierWallet({ directory, watched });
  const { secret } = wallet;
  const provider = imtoken({ secrets: [secret] });
  const exchange = await openExchange({
    path: join(directory, 'exchange.db'),
    providers: [provider],
    chains: [check],
    book,
    ...(confirmations ? { confirmations } : {}),
    ...(logger ? { logger } : {}),
  });
  const callbackIds: string[] = [];
  exchange.callbacks.on('outcome', (record) => callbackIds.push(record.id));
  const service = createServer(exchange.app);
  const url = `${await listen(service)}/callbacks/imtoken`;
  await wallet.watch(url, book.accounts);

  return {
    exchange,
    async settle() {
      await wallet.notifier().catchUp();
      await wallet.notifier().deliver();
      await exchange.callbacks.confirm();
      await exchange.callbacks.idle();
    },
    async received() {
      const bodies = await Promise.all(callbackIds.splice(0).map((id) => exchange.callbacks.raw(id)));
      const found = bodies.flatMap((body) => (body ? [JSON.parse(body.toString()) as Received] : []));
      return found.sort((a, b) => a.timestamp.localeCompare(b.timestamp));
    },
    async send(type, data) {
      const body = { type, timestamp: new Date().toISOString(), data };
      const signed = signCallback(provider, { secret, body });
      const { status } = await fetch(url, { method: 'POST', headers: signed.headers, body: signed.body });
      if (status !== 200) throw new Error(`A callback was answered with ${status}`);
    },
    stopNotifier: () => wallet.notifier().close(),
    startNotifier: wallet.reopen,
    async close() {
      service.close();
      service.closeAllConnections();
      await wallet.close();
      await exchange.callbacks.close();
      await rm(directory, { recursive: true });
    },
  };
}
