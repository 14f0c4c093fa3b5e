import { DepositCallbackError } from '../errors.ts';
import type { Key } from '../signatures/key-ring.ts';
import {
  fittingKey,
  type StandardWebhooksKey,
  standardWebhooksKey,
  standardWebhooksSignature,
} from '../signatures/standard-webhooks.ts';
import type { Steps } from '../signatures/steps.ts';
import { assertOptions } from '../util/given-options.ts';
import type { BodyFormOption } from './kit/body-form.ts';
import { defineProvider, type Read } from './kit/define-provider.ts';
import type { Provider, ProviderOptions, Sign, Verified } from './kit/provider.ts';
import type { SignedRequest } from './kit/scheme.ts';

/** Options of `standardWebhooks`. */
export interface StandardWebhooksOptions extends ProviderOptions {
  read: Read;
  /** Default `json`. */
  form?: BodyFormOption;
  /** Default `'count'`. */
  reportsConfirmations?: Provider['reportsConfirmations'];
  /** Default false. */
  reportsMemos?: boolean;
  /** Default false. */
  sendsRemovals?: boolean;
}

/**
 * Receives callbacks of any sender that signs by the Standard Webhooks specification (v1 HMAC-SHA256, v1a ed25519),
 * read by your `read`. `secrets` are `whsec_...` or, for v1a, the sender's public key `whpk_...`.
 */
export function standardWebhooks(options: StandardWebhooksOptions): Provider {
  assertOptions('standardWebhooks', options);
  const { read, form = 'json', reportsConfirmations = 'count', reportsMemos = false, sendsRemovals = false } = options;
  return defineProvider(
    {
      name: 'standard-webhooks',
      prepare: standardWebhooksKey,
      verify: verifyStandardWebhooks,
      read,
      form,
      sign: signStandardWebhooks,
      reportsConfirmations,
      reportsMemos,
      sendsRemovals,
      keptHeaders: standardWebhooksHeaders,
      ownOptions: ['read', 'form', 'reportsConfirmations', 'reportsMemos', 'sendsRemovals'],
    },
    options,
  );
}

/** The headers of Standard Webhooks, and of Svix, that are stored with a callback so that it can be verified again. */
export const standardWebhooksHeaders = ['webhook-id', 'webhook-timestamp', 'svix-id', 'svix-timestamp'] as const;

/**
 * Verifies a callback by its headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, or by Svix's
 * `svix-...`; all three must have one prefix. Throws `SIGNATURE_MISSING` or `SIGNATURE_INVALID`.
 */
export function* verifyStandardWebhooks(
  { headers, body }: SignedRequest,
  keys: readonly Key<StandardWebhooksKey>[],
): Steps<Verified> {
  const names =
    headers['webhook-signature'] === undefined && headers['svix-signature'] !== undefined ? 'svix' : 'webhook';
  const id = headers[`${names}-id`];
  const timestamp = headers[`${names}-timestamp`];
  const signature = headers[`${names}-signature`];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') {
    throw new DepositCallbackError(
      'SIGNATURE_MISSING',
      'The headers webhook-id, webhook-timestamp and webhook-signature are all required',
    );
  }
  const key = yield* fittingKey({ id, timestamp, signature }, body, keys);
  // The time is checked after the signature: an unsigned time proves nothing.
  if (key === undefined || !/^\d{1,12}$/.test(timestamp)) {
    throw new DepositCallbackError(
      'SIGNATURE_INVALID',
      'No active secret matches webhook-signature over id, timestamp and body',
    );
  }
  return { deliveryId: id, signedAt: Number(timestamp) * 1_000, keyId: key.id };
}

/**
 * Signs a body by the specification, with `whsec_...` or the ed25519 key `whsk_...`; with several, separated by
 * spaces, during a rotation.
 */
export const signStandardWebhooks: Sign = ({ secret, body, now, id }) => {
  const timestamp = String(Math.floor(now / 1_000));
  const signatures = secret.split(' ').map((one) => standardWebhooksSignature(one, id, timestamp, body));
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
  };
};
