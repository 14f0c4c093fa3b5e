import type { Json, JsonObject } from '../../json/json.ts';
import type { KeyForm, SigningAlgorithm } from '../../signatures/algorithms.ts';
import type { InboundCallback } from './provider.ts';

/** How a provider signs, as a value: everything that `verify` and `sign` need to know. */
export interface Scheme {
  /**
   * `shared`: nothing is signed, the secret itself is sent and compared in constant time. `basic`: the same as HTTP
   * basic authentication, the secret being `user:password`.
   */
  algorithm: SigningAlgorithm | 'shared' | 'basic';
  /** Where the signature stands. For `basic` the header `authorization`, always. */
  signature: SignaturePlace;
  /** Default `hex`, of either case. `0xhex` asks for the prefix. */
  encoding?: 'hex' | '0xhex' | 'base64' | 'base64url';
  /** What is signed, in this order. Not for `shared` and `basic`. */
  signed?: readonly Part[];
  /** Between two parts. Default nothing. */
  separator?: string;
  /** Other readings of what is signed, tried in turn where the first does not fit: for a provider that contradicts itself. */
  alsoSigned?: readonly (readonly Part[])[];
  /** Hashes applied to the parts before the algorithm, one after another. */
  prehash?: readonly 'sha256'[];
  /** Default `utf8` for shared secrets, `spki` for public keys. */
  keyForm?: KeyForm;
  /** Stands before each secret and is no part of it, for example `whsec_`. A secret without it is taken as it is. */
  keyPrefix?: string;
  /** When it was signed. It must be signed itself. */
  timestamp?: Place & { unit: TimeUnit };
  /** The delivery's id. It must be signed itself. */
  id?: Place;
  /** Names the key, so that only that one is tried where it is known: said by the sender, it never adds a key. */
  keyId?: Place;
  /** How deliveries look that the provider sends unsigned, to see whether the URL answers. They are never read. */
  unsignedPing?: UnsignedPing;
  /**
   * What of the callback is signed, as the reader is to be given it; undefined for one that says two things, which is kept in
   * quarantine. Two callbacks with one signature must come to one content. Default: the callback, if its bytes are signed;
   * of `sortedBody`, what JavaScript reads in it; of `bodyField` parts, these fields as texts. Needed for a `from` part
   * without `body`, and for fields side by side without a separator.
   */
  content?: (request: SignedRequest) => Json | undefined;
  /**
   * Longest body that is written again or taken apart before its signature is known: anybody may send one. Default 65536
   * bytes. Of no effect if the bytes are signed.
   */
  rewrittenBytes?: number;
  /** Headers that the sender adds beside those above, for `sign`. Default `content-type: application/json`. */
  sentHeaders?: (now: number, id: string) => Record<string, string>;
}

/**
 * Where a value stands. `header`: lower-case name; with `field`, it is one of `name=value` pairs parted by commas.
 * `query`: a parameter of the URL. `bodyField`: a member of a JSON body, by dots, or a field of a form. A function for
 * anything else; whether what it returns is signed is then for you to see to.
 */
export type Place =
  | { header: string; field?: string }
  | { query: string }
  | { bodyField: string }
  | { from: (request: SignedRequest) => string | undefined };

export type SignaturePlace = Exclude<Place, { from: unknown }> & {
  /** Stands before the signature, for example `sha256=`. */
  prefix?: string;
  /** Whether it may also be left out. Default false. */
  prefixOptional?: boolean;
  /** Where several signatures may stand in one header: what parts them. One that fits is enough. */
  list?: string;
};

/** `auto`: seconds or milliseconds, told by size. `iso`: RFC 3339, UTC where no zone is written. `http`: RFC 9110. */
export type TimeUnit = 's' | 'ms' | 'auto' | 'iso' | 'http';

/**
 * One part of what is signed. `timestamp`, `id`: as they stand in their place. `url`: path and query as sent. `secret`:
 * the secret's bytes, for plain digests. `sortedBody`: the body as compact JSON, keys sorted at every depth.
 */
export type Part =
  | 'body'
  | 'sortedBody'
  | 'method'
  | 'url'
  | 'timestamp'
  | 'id'
  | 'secret'
  | { literal: string }
  | { header: string }
  | { query: string }
  | { bodyField: string }
  | { from: (request: SignedRequest) => Uint8Array | string | undefined };

/** What parts and places are taken from. */
export interface SignedRequest extends Pick<InboundCallback, 'method' | 'url' | 'headers' | 'body'> {
  /** The callback as it was parsed, once, in the provider's form. Throws for one that is not of this form. */
  content(): Json;
  /** The same where it is an object; undefined where it is none, or cannot be parsed. Proves nothing yet. */
  fields(): JsonObject | undefined;
}

export interface UnsignedPing {
  /** Methods that never carry a deposit: HEAD, GET. */
  methods?: readonly string[];
  /** Lower-case names of headers that every signed callback has and a ping has not, all of them. */
  withoutHeaders?: readonly string[];
  /** Longest body of a ping. Default 4096 bytes: anybody may send one. */
  bodyBytes?: number;
}
