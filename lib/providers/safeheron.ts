import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import { type Json, type JsonObject, object, optionalText, parseJson, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declaredScheme } from './kit/declared-scheme.ts';
import { defineProvider } from './kit/define-provider.ts';
import { textAt } from './kit/places.ts';
import type { Provider, Reading, Signing } from './kit/provider.ts';
import { noDeposit, otherEvent } from './kit/readings.ts';
import { openEnvelope, sealEnvelope } from './kit/safeheron-envelope.ts';
import { kindOf, readDetail } from './kit/safeheron-transfers.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';

/** Options of `safeheron`. */
export interface SafeheronOptions extends NamedAssetsOptions {
  /** Your webhook private key, PEM: bodies are encrypted for it. */
  privateKey: string;
}

// https://github.com/Safeheron/safeheron-api-sdk-js, webHookConverter: sorted, without rsaType and aesType. The time opens no window:
// events of the last days can be sent again.
const scheme: Scheme = {
  algorithm: 'rsa-sha256',
  signature: { bodyField: 'sig' },
  encoding: 'base64',
  signed: [{ from: sortedPairs }],
  content: (request) => request.content(),
  // An envelope has six members, and the event is one text.
  rewrittenBytes: 65_536,
  rewrittenMembers: 50,
};

// Names of https://github.com/Safeheron/safeheron-skill, references/js/COIN_API.md (2026-11-29), and the short ones of older accounts.
const knownAssets = {
  BITCOIN_BTC: 'bitcoin',
  ETHEREUM_ETH: 'ethereum',
  TRON_TRX: 'tron',
  'USDT(ERC20)_ETHEREUM_USDT': 'ethereum/USDT',
  'ETH(SEPOLIA)_ETHEREUM_SEPOLIA': 'sepolia',
  BTC: 'bitcoin',
  ETH: 'ethereum',
  TRX: 'tron',
  USDT_ERC20: 'ethereum/USDT',
} as const;

/** Receives Safeheron webhooks. `secrets` are Safeheron's webhook public keys. See `docs/providers/safeheron.md`. */
export function safeheron(options: SafeheronOptions): Provider {
  assertOptions('safeheron', options);
  const privateKey = privateKeyOf(options.privateKey);
  const names = assetNames('safeheron', options.assets, knownAssets);
  const { prepare, verify, sign, unproven } = declaredScheme(scheme, 'safeheron');
  return defineProvider(
    {
      name: 'safeheron',
      prepare,
      unproven,
      *verify(request, keys) {
        const verified = yield* verify(request, keys);
        // How it is encrypted is not signed; what does not open was changed on the way.
        if (eventIn(request.content(), privateKey) === undefined)
          throw new DepositCallbackError('SIGNATURE_INVALID', 'safeheron: privateKey cannot decrypt the body');
        return verified;
      },
      sign: (signing) => sign({ ...signing, body: envelopeFor(signing, privateKey) }),
      // What was signed is sealed, so what the seal holds is what was signed.
      content: (request) => eventIn(request.content(), privateKey) ?? notOpened(),
      signs: 'content',
      read: (content) => readSafeheron(content, names),
      reportsConfirmations: false,
      events: eventNames,
      answer: () => accepted,
      reportsMemos: true,
      publishedSources: ['18.162.105.64', '18.167.22.59', '18.167.21.182'],
      names: names.alone,
      ownOptions: ['assets', 'privateKey'],
    },
    options,
  );
}

const accepted = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"code":"200","message":"SUCCESS"}',
} as const;

function privateKeyOf(pem: unknown): KeyObject {
  try {
    const key = createPrivateKey(String(pem));
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // The cause is dropped: an error of OpenSSL may quote the key.
  }
  throw invalidOption('safeheron.privateKey', 'must be your webhook private key, RSA, as PEM');
}

function sortedPairs(request: SignedRequest): string | undefined {
  const names = ['bizContent', 'key', 'timestamp'] as const;
  const pairs = names.map((name) => [name, textAt(request, { bodyField: name })] as const);
  // None of them holds a `&` of its own: with one, the text could be cut otherwise.
  return pairs.some(([, value]) => value === undefined || value.includes('&'))
    ? undefined
    : pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function envelopeFor({ body, now }: Signing, privateKey: KeyObject): Buffer {
  const sealed: JsonObject = sealEnvelope(body, createPublicKey(privateKey), randomBytes(48));
  return Buffer.from(JSON.stringify({ timestamp: String(now), ...sealed }));
}

function eventIn(envelope: Json, privateKey: KeyObject): Json | undefined {
  const opened = openEnvelope(object(envelope, ''), privateKey);
  try {
    // CBC decrypts to nonsense if something else was changed than what is signed.
    return opened && object(parseJson(opened), '');
  } catch {
    return undefined;
  }
}

function notOpened(): never {
  throw new DepositCallbackError('BODY_UNREADABLE', 'safeheron: privateKey cannot decrypt the body');
}

function readSafeheron(event: Json, names: AssetNames): Reading {
  const type = text(event, 'eventType');
  if (!events.has(type)) return otherEvent(type, /^(?:AML_|MPC_SIGN_|WEB3_|ILLEGAL_|GAS_|NO_MATCHING_)/);
  const detail = object(event, 'eventDetail');
  // Before it is on chain there is nothing to identify a deposit by.
  if (kindOf(detail) === 'seen' && optionalText(detail, 'txHash') === undefined) return noDeposit;
  return readDetail(detail, names);
}

const eventNames = ['TRANSACTION_CREATED', 'TRANSACTION_STATUS_CHANGED', 'TRANSACTION_CUSTOMIZED_CONFIRMING'] as const;
const events: ReadonlySet<string> = new Set(eventNames);
