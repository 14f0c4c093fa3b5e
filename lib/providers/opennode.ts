import { text } from '../json/json.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, ProviderOptions } from './kit/provider.ts';
import { hintsAt } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// https://developers.opennode.com/docs/charges-webhooks: over the charge's id and nothing else.
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { bodyField: 'hashed_order' },
  signed: [{ bodyField: 'id' }],
};

/**
 * OpenNode charges, as hints (rule 27): status and amounts are not signed, so a callback only says which charge to fetch. Secrets
 * are API keys. See `docs/providers/opennode.md`.
 */
export function opennode(options: ProviderOptions): Provider {
  return declareProvider(
    {
      name: 'opennode',
      scheme,
      form: 'form',
      read: (fields) => hintsAt({ reference: text(fields, 'id') }),
      keyedBy: 'hint',
    },
    options,
  );
}
