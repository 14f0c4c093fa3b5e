import { type Json, optionalText } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Hint, Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { hintsAt, noDeposit, otherEvent } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// The payer's phone sends it, and its owner sees the URL: the secret keeps strangers out, and proves nothing of a payment.
const scheme: Scheme = { algorithm: 'shared', signature: { query: 'secret' } };

/**
 * Receives callbacks of TokenPocket's mobile protocol (`callbackUrl`) as hints (docs/rules.md#hints): the payer's own
 * phone says that it has sent a transaction. The secret is the `?secret=...` of the URL. See
 * `docs/providers/tokenpocket.md`.
 */
export function tokenpocket(options: ProviderOptions): Provider {
  assertOptions('tokenpocket', options);
  return declareProvider(
    {
      name: 'tokenpocket',
      scheme,
      methods: ['POST', 'GET'],
      form: ({ method }) => (method === 'GET' ? 'query' : 'json'),
      read: readTokenpocket,
      keyedBy: 'hint',
      events: ['transfer', 'pushTransaction', 'login', 'sign', 'transfer by GET'],
    },
    options,
  );
}

function readTokenpocket(fields: Json): Reading {
  const action = optionalText(fields, 'action');
  const transactionId = optionalText(fields, 'txID') ?? optionalText(fields, 'txId');
  if (action !== 'transfer' && action !== 'pushTransaction') return otherEvent(action, /^(?:login|sign)$/);
  // It was cancelled.
  if (transactionId === undefined) return noDeposit;
  const reference = optionalText(fields, 'actionId') ?? optionalText(fields, 'qrcID');
  return hintsAt(present<Hint>({ transactionId, reference }));
}
