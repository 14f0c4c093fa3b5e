import type { Json, JsonObject } from '../../json/json.ts';
import type { KeyForm, SigningAlgorithm } from '../../signatures/algorithms.ts';
import type { InboundCallback } from './provider.ts';

/** The signature scheme of a provider, as a value: everything that `verify` and `sign` depend on. */
export interface Scheme {
  /**
   * `shared`: nothing is signed, the secret itself is sent and compared in constant time. `basic`: the same as HTTP
   * basic authentication, the secret being `user:password`.
   */
  algorithm: SigningAlgorithm | 'shared' | 'basic';
  /** The place of the signature. For `basic`, always the header `authorization`. */
  signature: SignaturePlace;
  /** Default `hex`, of either case. `0xhex` asks for the prefix. */
  encoding?: 'hex' | '0xhex' | 'base64' | 'base64url';
  /** The signed parts, in this order. Not for `shared` and `basic`. */
  signed?: readonly Part[];
  /** Between two parts. Default nothing. */
  separator?: string;
  /**
   * Other readings of what is signed, tried in turn if the first does not match: for a provider that contradicts
   * itself.
   */
  alsoSigned?: readonly (readonly Part[])[];
  /** Hashes applied to the parts before the algorithm, one after another. */
  prehash?: readonly 'sha256'[];
  /** Default `utf8` for shared secrets, `spki` for public keys. */
  keyForm?: KeyForm;
  /** A prefix of each secret that is not part of it, for example `whsec_`. A secret without it is taken as it is. */
  keyPrefix?: string;
  /** When it was signed. It must be signed itself. */
  timestamp?: Place & { unit: TimeUnit };
  /** The delivery's id. It must be signed itself. */
  id?: Place;
  /** The id of the key, so that only that one is tried if it is known: said by the sender, it never adds a key. */
  keyId?: Place;
  /** Requests that the provider sends unsigned, to test the URL. They are never read. */
  unsignedPing?: UnsignedPing;
  /**
   * The signed content of the callback, as the reader is to be given it; undefined for one that can be read in two
   * ways, which is quarantined. Two callbacks with one signature must come to one content. Default: the callback, if
   * its bytes are signed; of `sortedBody`, what JavaScript reads in it; of `bodyField` parts, these fields as texts.
   * Needed for a `from` part without `body`, and for fields side by side without a separator.
   */
  content?: (request: SignedRequest) => Json | undefined;
  /**
   * Longest body that is written again or taken apart before its signature is known: anybody may send one. Default 32768
   * bytes. Of no effect if the bytes are signed.
   */
  rewrittenBytes?: number;
  /**
   * Most items and members of a JSON body that is written again or taken apart before its signature is known, counted by its
   * commas and opening brackets. Default 500.
   */
  rewrittenMembers?: number;
  /** Headers that the sender adds beside those above, for `sign`. Default `content-type: application/json`. */
  sentHeaders?: (now: number, id: string) => Record<string, string>;
}

/**
 * The place of a value in a request. `header`: a lower-case name; with `field`, one of its `name=value` pairs,
 * separated by commas. `query`: a parameter of the URL. `bodyField`: a member of a JSON body (a path with dots), or a
 * field of a form. A function for anything else; you must make sure that its result is signed.
 */
export type Place =
  | { header: string; field?: string }
  | { query: string }
  | { bodyField: string }
  | { from: (request: SignedRequest) => string | undefined };

/** The place of a signature in a request, and its encoding. */
export type SignaturePlace = Exclude<Place, { from: unknown }> & {
  /** Stands before the signature, for example `sha256=`. */
  prefix?: string;
  /** Whether it may also be left out. Default false. */
  prefixOptional?: boolean;
  /** The separator, if one header may have several signatures. One match is enough. */
  list?: string;
};

/**
 * The unit of a timestamp. `auto`: seconds or milliseconds, by size. `iso`: RFC 3339, UTC if no zone is given. `http`:
 * RFC 9110.
 */
export type TimeUnit = 's' | 'ms' | 'auto' | 'iso' | 'http';

/**
 * One part of the signed bytes. `timestamp`, `id`: as written in their place. `url`: path and query as sent. `secret`:
 * the secret's bytes, for plain digests. `sortedBody`: the body as compact JSON with keys sorted at every depth.
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

/** The request that parts and places are taken from. */
export interface SignedRequest extends Pick<InboundCallback, 'method' | 'url' | 'headers' | 'body'> {
  /** The callback as it was parsed, once, in the provider's form. Throws for one that is not of this form. */
  content(): Json;
  /** The same if it is an object; undefined if it is not one, or cannot be parsed. Proves nothing yet. */
  fields(): JsonObject | undefined;
}

/** The requests that a provider sends unsigned, to test the URL. They are answered and credit nothing. */
export interface UnsignedPing {
  /** Methods that never carry a deposit: HEAD, GET. */
  methods?: readonly string[];
  /** Lower-case names of headers that every signed callback has and a ping has not, all of them. */
  withoutHeaders?: readonly string[];
  /** Longest body of a ping. Default 4096 bytes: anybody may send one. */
  bodyBytes?: number;
}
