import { type Json, optionalText, text } from '../json/json.ts';
import { findNetwork, requireNetwork } from '../networks/registry.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Hint, Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { hintsAt, ping, wordIn } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

/** Options of `blockonomics`. */
export interface BlockonomicsOptions extends ProviderOptions {
  /** CAIP-2 or a name of it, for callbacks that do not name a currency. Default `bitcoin`. */
  network?: string;
}

// Nothing is signed: https://developers.blockonomics.co/reference/callback-notification asks for a secret in the URL.
const scheme: Scheme = { algorithm: 'shared', signature: { query: 'secret' } };

/**
 * Receives Blockonomics callbacks as hints (docs/rules.md#hints): a callback, a GET, only says which transaction to
 * look up. The secret is the `?secret=...` of the callback URL. Throws `NETWORK_UNKNOWN`. See
 * `docs/providers/blockonomics.md`.
 */
export function blockonomics(options: BlockonomicsOptions): Provider {
  assertOptions('blockonomics', options);
  const network = requireNetwork(options.network ?? 'bitcoin').id;
  return declareProvider(
    {
      name: 'blockonomics',
      scheme,
      methods: ['GET'],
      form: 'query',
      events: ['payment', 'test'],
      read: (fields) => readPayment(fields, network),
      keyedBy: 'hint',
      ownOptions: ['network'],
    },
    options,
  );
}

// What the test of a store sends in place of a transaction.
const testTransaction = 'WarningThisIsAGeneratedTestPaymentAndNotARealBitcoinTransaction';

/** Networks by `crypto`, which callbacks of Bitcoin need not have. */
const networks: Readonly<Record<string, string>> = { btc: 'bitcoin', bch: 'bitcoin-cash', usdt: 'ethereum' };

function readPayment(fields: Json, network: string): Reading {
  const transactionId = text(fields, 'txid');
  if (transactionId === testTransaction) return ping;
  const crypto = optionalText(fields, 'crypto')?.toLowerCase();
  const isTest = optionalText(fields, 'testnet') === '1';
  const named = crypto === undefined ? network : isTest && crypto === 'usdt' ? 'sepolia' : wordIn(networks, crypto);
  const known = named === undefined ? undefined : (findNetwork(named)?.id ?? named);
  return hintsAt(present<Hint>({ network: known ?? crypto, transactionId, address: optionalText(fields, 'addr') }));
}
