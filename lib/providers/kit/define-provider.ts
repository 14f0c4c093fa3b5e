import { invalidOption } from '../../errors.ts';
import { type Key, keyRing } from '../../signatures/key-ring.ts';
import { refuseUnknownKeys } from '../../util/known-keys.ts';
import type { InboundCallback, Provider, ProviderOptions, Reading, Sign, Verified } from './provider.ts';

/** What one kind of provider fixes; the rest comes from the user's options. */
export interface ProviderDefinition<K> {
  name: string;
  /** Turns a secret into what `verify` needs; throws for one that it cannot use. */
  prepare(secret: string): K;
  /** Throws `SIGNATURE_MISSING` or `SIGNATURE_INVALID`. */
  verify(inbound: InboundCallback, keys: readonly Key<K>[]): Verified;
  read(inbound: InboundCallback, verified: Verified): Reading;
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
  /** Default false. */
  inflate?: boolean;
  heartbeatMs?: number;
  keptHeaders?: readonly string[];
  /** Names of the options that this kind takes beside the common ones. */
  ownOptions?: readonly string[];
}

const commonOptions = ['name', 'path', 'secrets', 'apiKeys', 'sources', 'trustMined'];

/** A provider from what its kind fixes and what the user sets. Throws `OPTION_INVALID`. */
export function defineProvider<K>(definition: ProviderDefinition<K>, options: ProviderOptions): Provider {
  const known = [...commonOptions, ...(definition.ownOptions ?? [])];
  refuseUnknownKeys(options, known, definition.name);

  const name = options.name ?? definition.name;
  if (!/^[\w.-]{1,64}$/.test(name))
    throw invalidOption(`${definition.name}.name`, 'must be 1 to 64 letters, digits, ".", "_" or "-"');
  if (name === 'chain')
    throw invalidOption(`${definition.name}.name`, 'must not be "chain": the chain check has that name');
  const path = options.path ?? `/${name}`;
  if (!/^\/[^?#\s]*$/.test(path))
    throw invalidOption(`${name}.path`, 'must begin with "/" and hold no "?", "#" or space');
  if (!Array.isArray(options.secrets) && typeof options.secrets !== 'function') {
    throw invalidOption(`${name}.secrets`, 'must be a list of secrets or a function that returns one');
  }
  const keys = keyRing(options.secrets, definition.prepare, { option: `${name}.secrets` });

  return {
    name,
    path,
    methods: definition.methods ?? ['POST'],
    events: definition.events ?? [],
    verify(inbound) {
      const active = keys.active(inbound.receivedAt);
      return active instanceof Promise
        ? active.then((list) => definition.verify(inbound, list))
        : definition.verify(inbound, active);
    },
    read: definition.read,
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
    keptHeaders: definition.keptHeaders ?? [],
    keys,
    ...(definition.deadlineMs === undefined ? {} : { deadlineMs: definition.deadlineMs }),
    ...(definition.heartbeatMs === undefined ? {} : { heartbeatMs: definition.heartbeatMs }),
    ...(options.apiKeys === undefined
      ? {}
      : { apiKeys: keyRing(options.apiKeys, asBytes, { option: `${name}.apiKeys` }) }),
  };
}

const accepted = Object.freeze({ status: 200 });

function asBytes(secret: string): Buffer {
  return Buffer.from(secret);
}
