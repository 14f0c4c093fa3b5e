import { type DepositCallbacks, depositCallbacks, type Logger, type Policy, type Provider } from 'deposit-callback';
import type { ChainCheck } from 'deposit-callback/chains/evm';
import { type SqliteDatabase, type SqliteStore, sqliteStore } from 'deposit-callback/stores/sqlite';
import express, { type Express } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { accounts, assets, type Book, customerOf } from './accounts.ts';
import { createLedger, post } from './ledger.ts';

export interface Exchange {
  app: Express;
  callbacks: DepositCallbacks<SqliteDatabase>;
  store: SqliteStore;
  database: SqliteDatabase;
  book: Book;
}

/** This machine's browser comes over plain HTTP: nothing may send it to HTTPS. */
const overHttp: HelmetOptions = {
  contentSecurityPolicy: { directives: { 'style-src': ["'self'"], 'upgrade-insecure-requests': null } },
  strictTransportSecurity: false,
};

/** A small exchange: balances in SQLite, credited by callbacks that are mounted under `/callbacks`. */
export async function openExchange(options: {
  path: string;
  providers: Provider[];
  /** Checks each deposit against nodes of our own, `evmChain({ network, url })`. */
  chains?: ChainCheck[];
  logger?: Logger;
  /** Default: that of accounts.ts. */
  book?: Book;
  confirmations?: Policy['confirmations'];
}): Promise<Exchange> {
  const { book = { accounts, assets } } = options;
  const store = sqliteStore({ path: options.path });
  const callbacks = depositCallbacks({
    providers: options.providers,
    store,
    policy: {
      assets: book.assets.map(({ symbol: _, ...listed }) => listed),
      accounts: (account) => customerOf(account, book.accounts),
      ...(options.confirmations ? { confirmations: options.confirmations } : {}),
    },
    ...(options.chains ? { chains: options.chains } : {}),
    ...(options.logger ? { logger: options.logger } : {}),
  });
  await callbacks.ready();
  createLedger(store.database);

  callbacks.on('deposit', (deposit, { atomically, eventId }) => atomically((db) => post(db, eventId, deposit, 1n)));
  callbacks.on('deposit.reverted', (deposit, { atomically, eventId }) =>
    atomically((db) => post(db, eventId, deposit, -1n)),
  );

  const app = express();
  app.disable('x-powered-by');
  app.use(helmet(overHttp));
  app.use('/callbacks', callbacks);
  return { app, callbacks, store, database: store.database, book };
}
