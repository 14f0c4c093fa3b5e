import type { KeyObject } from 'node:crypto';
import { constants, sign as signBytes } from 'node:crypto';
import { DepositCallbackError } from '../errors.ts';
import { type Json, object, optionalArray, optionalText } from '../json/json.ts';
import { publicKey, rsaSteps } from '../signatures/asymmetric.ts';
import { decodeBase64 } from '../signatures/decode.ts';
import { detachedJwsSteps, readJwsHeader } from '../signatures/jws.ts';
import type { Key } from '../signatures/key-ring.ts';
import type { Steps } from '../signatures/steps.ts';
import { assertOptions } from '../util/given-options.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { ifReadable } from './kit/claims.ts';
import { defineProvider } from './kit/define-provider.ts';
import { fireblocksAssets } from './kit/fireblocks-assets.ts';
import { isBeforeBroadcast, readRecords, readTransaction } from './kit/fireblocks-transfers.ts';
import type { Provider, Reading, Sign, Verified } from './kit/provider.ts';
import { noDeposit, otherEvent, transfersOf } from './kit/readings.ts';
import { readingOf, readRows } from './kit/rows.ts';
import type { SignedRequest } from './kit/scheme.ts';

export { type FireblocksKeysOptions, fireblocksKeys } from './kit/fireblocks-keys.ts';

// https://developers.fireblocks.com/reference/validating-webhooks
const jwsHeader = 'fireblocks-webhook-signature';
const legacyHeader = 'fireblocks-signature';

/**
 * Receives Fireblocks webhooks, v2 and the legacy body. `secrets` are public keys: those of the JWKS
 * (`fireblocksKeys`), the PEM of the legacy signature, or both. See `docs/providers/fireblocks.md`.
 */
export function fireblocks(options: NamedAssetsOptions): Provider {
  assertOptions('fireblocks', options);
  const names = assetNames('fireblocks', options.assets, fireblocksAssets);
  return defineProvider(
    {
      name: 'fireblocks',
      prepare: publicKey,
      verify,
      sign,
      read: (content) => readFireblocks(content, names),
      events: [
        'transaction.created',
        'transaction.status.updated',
        'transaction.network_records.processing_completed',
        'TRANSACTION_CREATED',
        'TRANSACTION_STATUS_UPDATED',
      ],
      reportsConfirmations: 'count',
      reportsMemos: true,
      publishedSources: ['3.135.57.98', '63.179.12.78', '3.77.138.100', '18.117.207.128'],
      names: names.alone,
      ownOptions: ['assets'],
    },
    options,
  );
}

// Both cover the whole body, and both are sent while the legacy one is phased out: one match is enough.
function* verify({ headers, body }: SignedRequest, keys: readonly Key<KeyObject>[]): Steps<Verified> {
  const { [jwsHeader]: jws, [legacyHeader]: legacy } = headers;
  if (typeof jws !== 'string' && typeof legacy !== 'string') {
    throw new DepositCallbackError(
      'SIGNATURE_MISSING',
      `fireblocks: neither ${jwsHeader} nor ${legacyHeader} is there`,
    );
  }
  const key =
    (typeof jws === 'string' ? yield* signerOf(jws, body, keys) : undefined) ??
    (typeof legacy === 'string' ? yield* legacySignerOf(legacy, body, keys) : undefined);
  if (key === undefined)
    throw new DepositCallbackError('SIGNATURE_INVALID', 'fireblocks: no active key matches the signature');
  return { keyId: key.id };
}

function* signerOf(jws: string, body: Buffer, keys: readonly Key<KeyObject>[]): Steps<Key<KeyObject> | undefined> {
  const kid = readJwsHeader(jws)?.kid;
  const named = keys.filter(({ id }) => id === kid);
  for (const key of named.length > 0 ? named : keys) {
    if (yield* detachedJwsSteps(jws, body, key.value, 'RS512')) return key;
  }
  return undefined;
}

function* legacySignerOf(
  text: string,
  body: Buffer,
  keys: readonly Key<KeyObject>[],
): Steps<Key<KeyObject> | undefined> {
  const signature = decodeBase64(text);
  if (signature === undefined) return undefined;
  for (const key of keys) {
    if (yield* rsaSteps(key.value, [body], signature, { hash: 'sha512', padding: 'pkcs1' })) return key;
  }
  return undefined;
}

const sign: Sign = ({ secret, body }) => {
  const header = Buffer.from(JSON.stringify({ alg: 'RS512', kid: 'test' })).toString('base64url');
  const signed = Buffer.from(`${header}.${body.toString('base64url')}`);
  const signature = signBytes('sha512', signed, { key: secret, padding: constants.RSA_PKCS1_PADDING });
  return {
    headers: { 'content-type': 'application/json', [jwsHeader]: `${header}..${signature.toString('base64url')}` },
  };
};

function readFireblocks(callback: Json, names: AssetNames): Reading {
  // `type` in the legacy envelope: TRANSACTION_CREATED, TRANSACTION_STATUS_UPDATED.
  const event = optionalText(callback, 'eventType') ?? optionalText(callback, 'type') ?? '';
  if (!transactionEvent.test(event)) return otherEvent(event, others);
  const data = object(callback, 'data');
  if (isBeforeBroadcast(data)) return noDeposit;
  const records = ifReadable(() => optionalArray(data, 'networkRecords')) ?? [];
  if (records.length === 0) return transfersOf(readTransaction(data, names));
  return readingOf(
    readRows([data], 'data', (one) => readTransaction(one, names)),
    readRecords(records, data, names),
  );
}

// https://developers.fireblocks.com/reference/event-types and docs.rs/crate/fireblocks-sdk (WebhookEvent), 2026-11.
const others =
  /^(?:transaction[._](?:approval_status[._]updated|alert[._].+)|(?:vault_account|external_wallet|internal_wallet|contract_wallet|exchange_account|fiat_account|embedded_wallet|network_connection|connection|onchain_data|smart_transfer|travel_rule)[._].+)$/i;
const transactionEvent = /^transaction[._](?:created|status[._]updated|network_records\.processing_completed)$/i;
