import { constants, type KeyObject, privateEncrypt, publicDecrypt } from 'node:crypto';
import type { Transfer } from '../deposits/transfer.ts';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import {
  type Json,
  numberText,
  optionalInteger,
  optionalNumberText,
  optionalText,
  parseJson,
  text,
} from '../json/json.ts';
import { publicKey } from '../signatures/asymmetric.ts';
import { decodeBase64Url } from '../signatures/decode.ts';
import { KeyRefusal } from '../signatures/key-refusal.ts';
import type { Key } from '../signatures/key-ring.ts';
import { runAtOnce, type Steps } from '../signatures/steps.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { rfc3339Time } from '../util/rfc3339.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { ifReadable } from './kit/claims.ts';
import { defineProvider } from './kit/define-provider.ts';
import type { Provider, Reading, Sign, Verified } from './kit/provider.ts';
import { otherEvent, transfersOf, wordIn } from './kit/readings.ts';
import type { SignedRequest } from './kit/scheme.ts';

/** Options of `chainupCustody`. */
export interface ChainupCustodyOptions extends NamedAssetsOptions {
  /** Your application's id: a callback that names another is refused. */
  appId: string;
  /**
   * Credits deposits on networks without a chain check too, though blocks of several callbacks could have been put together
   * anew. Default false: they are held (`CHAIN_CHECK_MISSING`).
   */
  trustBlocks?: boolean;
}

/**
 * Receives ChainUp Custody (HiCoin) WaaS notifications, API V2. `secrets` are the platform's public keys: a message
 * that one of them decrypts comes from the platform. See `docs/providers/chainup-custody.md`.
 */
export function chainupCustody(options: ChainupCustodyOptions): Provider {
  assertOptions('chainupCustody', options);
  const { appId, trustBlocks = false } = options;
  if (typeof appId !== 'string' || appId === '')
    throw invalidOption('chainup-custody.appId', 'must be the id of your application');
  if (typeof trustBlocks !== 'boolean') throw invalidOption('chainup-custody.trustBlocks', 'must be true or false');
  const names = assetNames('chainup-custody', options.assets);
  // A stored callback is read again without its keys at hand.
  const met = new Set<KeyObject>();
  return defineProvider<KeyObject>(
    {
      name: 'chainup-custody',
      prepare(secret) {
        const key = publicKey(secret);
        if (key.asymmetricKeyType !== 'rsa') throw new KeyRefusal('the key must be RSA');
        met.add(key);
        return key;
      },
      form: 'form',
      verify: (request, keys) => verify(request, keys, appId),
      sign: (signing) => sign(signing, appId),
      // Each key decrypts by itself; what it gives is what the platform sealed.
      content: (request) => noticeIn(request.content(), [...met]),
      signs: 'content',
      ...(trustBlocks ? { caution: trusted } : {}),
      bindsIds: true,
      needsChainCheck: !trustBlocks,
      read: (notice) => readNotice(notice, names),
      events: ['deposit', 'withdraw'],
      answer: () => accepted,
      reportsConfirmations: 'count',
      names: names.alone,
      ownOptions: ['assets', 'appId', 'trustBlocks'],
    },
    options,
  );
}

const trusted =
  'each block of a callback is encrypted separately, and trustBlocks is set: on a network without a chain check, a callback assembled from blocks of captured ones is credited if it arrives before the true one (docs/signed-forms.md)';

const accepted = { status: 200, body: 'SUCCESS' } as const;

function* verify(request: SignedRequest, keys: readonly Key<KeyObject>[], appId: string): Steps<Verified> {
  const data = sealedData(request.fields(), appId);
  if (data === undefined)
    throw new DepositCallbackError('SIGNATURE_MISSING', 'chainup-custody: the form has no app_id of yours with data');
  for (const { id, value } of keys) {
    if (appIdIn(yield* unsealed(data, value)) === appId) return { keyId: id };
  }
  throw new DepositCallbackError('SIGNATURE_INVALID', 'chainup-custody: no active key decrypts data for this app_id');
}

function sealedData(fields: Json | undefined, appId: string): Buffer | undefined {
  try {
    return text(fields, 'app_id') === appId ? decodeBase64Url(text(fields, 'data')) : undefined;
  } catch {
    return undefined;
  }
}

/** A notice has three to five. Whoever has captured one can send it as often as it fits. */
const mostBlocks = 64;

// PKCS #1 blocks of type 1, each as long as the key, one after the other.
function* unsealed(data: Buffer, key: KeyObject): Steps<Json | undefined> {
  const size = blockSize(key);
  if (data.length === 0 || data.length % size !== 0 || data.length > mostBlocks * size) return undefined;
  try {
    const blocks: Buffer[] = [];
    for (let at = 0; at < data.length; at += size) {
      blocks.push(publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, data.subarray(at, at + size)));
      yield costOfBlock;
    }
    return parseJson(Buffer.concat(blocks));
  } catch {
    return undefined;
  }
}

/** As much as this many bytes of SHA-256. */
const costOfBlock = 65_536;

function blockSize(key: KeyObject): number {
  return (key.asymmetricKeyDetails?.modulusLength ?? 2_048) / 8;
}

function appIdIn(notice: Json | undefined): string | undefined {
  // What is neither a string nor a number is not ours: a key that opens the rest does not make it so.
  return notice === undefined ? undefined : ifReadable(() => optionalNumberText(notice, 'app_id'));
}

/** Bytes of text in one block of a 2048-bit key, as the platform cuts it. */
const chunk = 234;

function sign({ secret, body }: Parameters<Sign>[0], appId: string): ReturnType<Sign> {
  const chunks = Array.from({ length: Math.ceil(body.length / chunk) }, (_, index) =>
    body.subarray(index * chunk, (index + 1) * chunk),
  );
  const blocks = chunks.map((part) => privateEncrypt({ key: secret, padding: constants.RSA_PKCS1_PADDING }, part));
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(`app_id=${encodeURIComponent(appId)}&data=${Buffer.concat(blocks).toString('base64url')}`),
  };
}

function noticeIn(fields: Json, keys: readonly KeyObject[]): Json {
  const data = decodeBase64Url(text(fields, 'data'));
  const notice = keys.map((key) => data && runAtOnce(unsealed(data, key))).find((one) => one !== undefined);
  if (notice === undefined) throw new DepositCallbackError('BODY_UNREADABLE', 'No key of this process decrypts data');
  return notice;
}

function readNotice(notice: Json, names: AssetNames): Reading {
  const side = text(notice, 'side');
  return side === 'deposit' ? transfersOf(readDeposit(notice, names)) : otherEvent(side, /^withdraw$/);
}

function readDeposit(notice: Json, names: AssetNames): Transfer {
  const kind = wordIn(kinds, numberText(notice, 'status')) ?? 'seen';
  return present<Transfer>({
    kind,
    ...names.named(text(notice, 'symbol')),
    amount: { decimal: optionalNumberText(notice, 'amount') ?? '' },
    to: optionalText(notice, 'address_to') ?? '',
    transaction: { id: optionalText(notice, 'txid') ?? '', position: `transfer:${numberText(notice, 'id')}` },
    confirmations: kind === 'confirmed' ? (ifReadable(() => optionalInteger(notice, 'confirmations')) ?? 0) : undefined,
    at: updatedAt(notice),
    evidence: { category: 'transfer', direction: 'in' },
  });
}

const kinds: Readonly<Record<string, Transfer['kind']>> = { '1': 'confirmed', '2': 'failed' };

// `2020-02-28 12:21:11`, in an undocumented zone: it is compared with other times of ChainUp only.
function updatedAt(notice: Json): number | undefined {
  return rfc3339Time(ifReadable(() => optionalText(notice, 'updated_at')) ?? '', 'utc');
}
