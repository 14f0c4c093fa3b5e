import { type Json, member, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { hintsAt, noDeposit } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// https://developers.opennode.com/docs/charges-webhooks: over the charge's id and nothing else.
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { bodyField: 'hashed_order' },
  signed: [{ bodyField: 'id' }],
};

/**
 * Receives OpenNode charges as hints (docs/rules.md#hints): status and amounts are not signed, so a callback only says
 * which charge to fetch. `secrets` are API keys. See `docs/providers/opennode.md`.
 */
export function opennode(options: ProviderOptions): Provider {
  assertOptions('opennode', options);
  return declareProvider(
    {
      name: 'opennode',
      scheme,
      form: 'form',
      events: ['charge', 'withdrawal'],
      read: readCharge,
      keyedBy: 'hint',
    },
    options,
  );
}

function readCharge(fields: Json): Reading {
  // Only a withdrawal has `processed_at`, and only a charge a price.
  if (member(fields, 'processed_at') !== undefined && member(fields, 'price') === undefined) return noDeposit;
  return hintsAt({ reference: text(fields, 'id') });
}
