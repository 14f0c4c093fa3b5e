import { hash } from 'node:crypto';
import { invalidOption } from '../../errors.ts';
import type { Json, JsonObject } from '../../json/json.ts';
import { isJsonNumber } from '../../json/lossless-json.ts';
import { type Key, keyRing } from '../../signatures/key-ring.ts';
import { runSteps, type Steps } from '../../signatures/steps.ts';
import { refuseUnknownKeys } from '../../util/known-keys.ts';
import { checkPath } from '../../util/paths.ts';
import { present } from '../../util/present.ts';
import { assertBodyForm, type BodyFormOption, bodyFormOf } from './body-form.ts';
import type {
  InboundCallback,
  NamedBy,
  Provider,
  ProviderOptions,
  Reading,
  SentSecretDigest,
  Sign,
  SignedForm,
  Verified,
} from './provider.ts';
import { ping } from './readings.ts';
import type { SignedRequest } from './scheme.ts';
import type { SentSecret } from './sent-secret.ts';
import { signedRequest, type UnprovenLimits, type UnprovenRequest } from './signed-request.ts';

/** What one kind of provider fixes; the rest comes from the user's options. */
export interface ProviderDefinition<K> {
  name: string;
  /** Turns a secret into what `verify` needs; throws for one that it cannot use. */
  prepare(secret: string): K;
  /** In steps, since a body may be large. Throws `SIGNATURE_MISSING` or `SIGNATURE_INVALID`. */
  verify(request: UnprovenRequest, keys: readonly Key<K>[]): Steps<Verified>;
  read: Read;
  sign: Sign;
  reportsConfirmations: Provider['reportsConfirmations'];
  /** Default: 200 with an empty body. */
  answer?: Provider['answer'];
  /** Default: POST. */
  methods?: readonly string[];
  /** The kinds of event that `read` knows, as the provider names them. */
  events?: readonly string[];
  publishedSources?: readonly string[];
  /** Default: by transaction. */
  keyedBy?: Provider['keyedBy'];
  /** Default false. */
  reportsMemos?: boolean;
  /** Default false. */
  sendsRemovals?: boolean;
  deadlineMs?: number;
  /** Whether it sends as many transfers in one callback as a block, or a batch of blocks, has: bodies up to 8 MiB are taken. Default false. */
  sendsBatches?: boolean;
  /** What of a body is taken apart before its signature is known. Default 32 KiB, and 500 items and members. */
  unproven?: UnprovenLimits;
  /** Default false. */
  inflate?: boolean;
  heartbeatMs?: number;
  keptHeaders?: readonly string[];
  /** The assets it can name, if it names assets and not their contracts. */
  names?: NamedBy;
  /** Names of the options that this kind takes beside the common ones. */
  ownOptions?: readonly string[];
  /** Default `json`. */
  form?: BodyFormOption;
  /** Default `bytes`. */
  signs?: SignedForm;
  caution?: string;
  /** Default false. */
  bindsIds?: boolean;
  /** Default false. */
  needsChainCheck?: boolean;
  /** The place in which callbacks carry the secret itself, if they do. */
  sentSecret?: SentSecret<K>;
  /**
   * The content that the reader is given; throws for a callback that can be read in two ways. Default: all that was
   * parsed.
   */
  content?(request: SignedRequest): Json;
  /** Whether a callback is a test that came unsigned: it is answered and never read. Default: none is. */
  isUnsignedPing?(request: SignedRequest): boolean;
}

/**
 * Reads a callback. `content` is the same parse that was verified: the JSON body, with numbers as written (use the
 * readers of `deposit-callback/providers/custom`), or the fields of a form or of the URL as an object of strings.
 * `headers` are those in `keptHeaders`, signed only if the scheme signs them. If it throws, the whole callback is
 * quarantined; so read lists with `readRows`.
 */
export type Read = (content: Json, verified: Verified, headers: Readonly<Record<string, string>>) => Reading;

const commonOptions = ['name', 'path', 'secrets', 'apiKeys', 'sources', 'trustMined'];

/** A provider from what its kind fixes and what the user sets. Throws `OPTION_INVALID`. */
export function defineProvider<K>(definition: ProviderDefinition<K>, options: ProviderOptions): Provider {
  const { name, path } = checkedOptions(definition, options);
  const { form = 'json', keptHeaders = [], content = contentOf } = definition;
  const requestOf = requestsIn(form, definition.unproven);
  const provenOf = (inbound: InboundCallback): SignedRequest => requestOf(inbound).trust();
  const isUnsignedPing = (request: SignedRequest): boolean => definition.isUnsignedPing?.(request) ?? false;
  const assertForm = (request: SignedRequest): void => assertBodyForm(request, bodyFormOf(form, request), name);
  const messageOf = (inbound: InboundCallback): string => messageHash(content(provenOf(inbound)));
  const sentSecret = ({ digestOf, hasDigest, ...place }: SentSecret<K>): SentSecretDigest => ({
    ...place,
    digestOf: (inbound) => digestOf(requestOf(inbound)),
    async keyOf(digest, at) {
      return (await keys.active(at)).find(({ value }) => hasDigest(value, digest))?.id;
    },
  });
  const keys = keyRing(options.secrets, definition.prepare, { option: `${name}.secrets` });

  return {
    name,
    kind: definition.name,
    path,
    methods: definition.methods ?? ['POST'],
    events: definition.events ?? [],
    signs: definition.signs ?? 'bytes',
    ...(definition.signs === 'content' ? { messageOf } : {}),
    ...(definition.sentSecret === undefined ? {} : { sentSecret: sentSecret(definition.sentSecret) }),
    verify(inbound) {
      const request = requestOf(inbound);
      if (!isUnsignedPing(request)) assertForm(request);
      const active = keys.active(inbound.receivedAt);
      return active instanceof Promise
        ? active.then((list) => runSteps(definition.verify(request, list)))
        : runSteps(definition.verify(request, active));
    },
    isUnsignedPing: (inbound) => isUnsignedPing(requestOf(inbound)),
    read(inbound, verified) {
      const request = provenOf(inbound);
      // What came unsigned is never read, not even when a stored callback is read again.
      if (isUnsignedPing(request)) return ping;
      // Stored before other forms were refused, it may say something else than what was verified.
      assertForm(request);
      return definition.read(content(request), verified, headersIn(request, keptHeaders));
    },
    sign: definition.sign,
    answer: definition.answer ?? (() => accepted),
    publishedSources: definition.publishedSources ?? [],
    sources: options.sources ?? [],
    keyedBy: definition.keyedBy ?? 'transaction',
    reportsConfirmations: definition.reportsConfirmations,
    reportsMemos: definition.reportsMemos ?? false,
    sendsRemovals: definition.sendsRemovals ?? false,
    trustMined: options.trustMined ?? false,
    inflate: definition.inflate ?? false,
    keptHeaders,
    keys,
    ...ownTraits(definition),
    ...(options.apiKeys === undefined
      ? {}
      : { apiKeys: keyRing(options.apiKeys, asBytes, { option: `${name}.apiKeys` }) }),
  };
}

/** The request of each callback. One parse for all: what is read is what was verified. */
function requestsIn(form: BodyFormOption, limits?: UnprovenLimits): (inbound: InboundCallback) => UnprovenRequest {
  const requests = new WeakMap<InboundCallback, UnprovenRequest>();
  return (inbound) => {
    let request = requests.get(inbound);
    if (request === undefined) {
      request = signedRequest(inbound, form, limits);
      requests.set(inbound, request);
    }
    return request;
  };
}

/** What only some kinds have; absent if a kind does not say it. */
function ownTraits<K>(definition: ProviderDefinition<K>): Partial<Provider> {
  const { names, caution, bindsIds, needsChainCheck, deadlineMs, heartbeatMs, sendsBatches = false } = definition;
  const bodyBytes = sendsBatches ? batchBytes : undefined;
  return present<Partial<Provider>>({
    names,
    caution,
    bindsIds,
    needsChainCheck,
    deadlineMs,
    heartbeatMs,
    bodyBytes,
  });
}

/** The name and the path of an instance, from options that were understood. */
function checkedOptions<K>(
  definition: ProviderDefinition<K>,
  options: ProviderOptions,
): { name: string; path: string } {
  const known = [...commonOptions, ...(definition.ownOptions ?? [])];
  refuseUnknownKeys(options, known, definition.name);

  const name = options.name ?? definition.name;
  if (!/^[\w.-]{1,64}$/.test(name))
    throw invalidOption(`${definition.name}.name`, 'must be 1 to 64 letters, digits, ".", "_" or "-"');
  if (name === 'chain')
    throw invalidOption(`${definition.name}.name`, 'must not be "chain": the chain check has that name');
  const path = options.path ?? `/${name}`;
  checkPath(path, `${name}.path`);
  if (!Array.isArray(options.secrets) && typeof options.secrets !== 'function') {
    throw invalidOption(`${name}.secrets`, 'must be a list of secrets or a function that returns one');
  }
  return { name, path };
}

// None of them publishes how large a batch can be.
const batchBytes = 8 * 2 ** 20;

const accepted = Object.freeze({ status: 200 });

/** SHA-256, hex, of what was signed: of two spellings that one signature matches, the same. */
function messageHash(content: Json): string {
  return hash('sha256', JSON.stringify(content, inOrder));
}

function inOrder(_key: string, value: Json): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (isJsonNumber(value)) return { number: value.text };
  const members = value as JsonObject;
  return Object.fromEntries(
    Object.keys(members)
      .sort()
      .map((key) => [key, members[key]]),
  );
}

function contentOf(request: SignedRequest): Json {
  return request.content();
}

function headersIn({ headers }: SignedRequest, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string') found[name] = value;
  }
  return found;
}

function asBytes(secret: string): Buffer {
  return Buffer.from(secret);
}
