import { optionalText, text } from '../json/json.ts';
import { requireNetwork } from '../networks/registry.ts';
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Hint, Provider, ProviderOptions } from './kit/provider.ts';
import { hintsAt } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

export interface BlockonomicsOptions extends ProviderOptions {
  /** CAIP-2 or a name of it: callbacks of Bitcoin do not say theirs. Default `bitcoin`. */
  network?: string;
}

// Nothing is signed: https://developers.blockonomics.co/reference/callback-notification asks for a secret in the URL.
const scheme: Scheme = { algorithm: 'shared', signature: { query: 'secret' } };

/**
 * Blockonomics, as hints (rule 27): a callback, a GET, only says which transaction to look at. The secret is the `?secret=...` of
 * the callback URL. See `docs/providers/blockonomics.md`. Throws `NETWORK_UNKNOWN`.
 */
export function blockonomics(options: BlockonomicsOptions): Provider {
  const network = requireNetwork(options.network ?? 'bitcoin').id;
  return declareProvider(
    {
      name: 'blockonomics',
      scheme,
      methods: ['GET'],
      form: 'query',
      read(fields) {
        const address = optionalText(fields, 'addr');
        return hintsAt(present<Hint>({ network, transactionId: text(fields, 'txid'), address }));
      },
      keyedBy: 'hint',
      ownOptions: ['network'],
    },
    options,
  );
}
