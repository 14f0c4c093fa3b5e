import { invalidOption } from '../errors.ts';
import { array, type Json, member } from '../json/json.ts';
import { findNetwork } from '../networks/registry.ts';
import { assertOptions } from '../util/given-options.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { readEnhancedTransaction } from './kit/helius-enhanced.ts';
import { readRawTransaction } from './kit/helius-raw.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { readingOf, readRows } from './kit/rows.ts';
import type { Scheme } from './kit/scheme.ts';

export { type HeliusWatchOptions, watchHelius } from './kit/helius-watch.ts';

/** Options of `helius`. */
export interface HeliusOptions extends ProviderOptions {
  /** CAIP-2 or a name of it: bodies do not say it. Default `solana`; `solana-devnet` for the devnet kinds of webhook. */
  network?: string;
}

// Nothing is signed: Helius echoes the `authHeader` that the webhook was created with.
const scheme: Scheme = { algorithm: 'shared', signature: { header: 'authorization' } };

/**
 * Receives Helius webhooks, enhanced and raw. `secrets` are the `authHeader` texts. See `docs/providers/helius.md`.
 */
export function helius(options: HeliusOptions): Provider {
  assertOptions('helius', options);
  const network = findNetwork(options.network ?? 'solana');
  if (network?.family !== 'solana')
    throw invalidOption('helius.network', 'must be solana, solana-devnet or solana-testnet');
  return declareProvider(
    {
      name: 'helius',
      scheme,
      read: (content) => readHelius(content, network.id),
      sendsBatches: true,
      events: ['enhanced', 'raw'],
      // Sent at the commitment "confirmed", which is not "finalized", and never again.
      reportsConfirmations: false,
      sendsRemovals: false,
      ownOptions: ['network'],
    },
    options,
  );
}

function readHelius(content: Json, network: string): Reading {
  return readingOf(
    readRows(array(content, ''), '', (transaction) =>
      member(transaction, 'meta') === undefined
        ? readEnhancedTransaction(transaction, network)
        : readRawTransaction(transaction, network),
    ),
  );
}
