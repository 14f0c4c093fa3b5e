import type { IncomingHttpHeaders } from 'node:http';
import type { Removal, Transfer } from '../../deposits/transfer.ts';
import type { NamedBy } from '../../networks/named-by.ts';
import type { KeyRing, Secrets } from '../../signatures/key-ring.ts';

export type { Amount, Evidence, Removal, Transfer } from '../../deposits/transfer.ts';
export type { NamedBy } from '../../networks/named-by.ts';
export type { Key, KeyDescription, KeyRing, SecretEntry, Secrets } from '../../signatures/key-ring.ts';

/** A callback as a provider sees it: exact bytes, independent of Express. */
export interface InboundCallback {
  method: string;
  /** Path and query as sent, for example `/callbacks/imtoken?id=1`. */
  url: string;
  /** Lower-case names, as `node:http` gives them. */
  headers: IncomingHttpHeaders;
  /** The exact bytes; inflated if the provider signs the inflated ones. */
  body: Buffer;
  /** Epoch ms. */
  receivedAt: number;
}

/**
 * The part of a callback that a signature covers as a whole. `bytes`: the callback as it was sent, so that no other
 * spelling verifies. `content`: a form of it that is made anew, so that several spellings verify, and the reader is
 * given what was signed. `nothing`: the secret itself is sent.
 */
export type SignedForm = 'bytes' | 'content' | 'nothing';

/** The facts that a signature proves. */
export interface Verified {
  /** The provider's id of this delivery, from signed bytes only. */
  deliveryId?: string;
  /** When it was signed, epoch ms; the signature link compares it with `toleranceMs`, both ways. */
  signedAt?: number;
  /** The key that matched. */
  keyId?: string;
}

/**
 * The content of a callback, before any policy. `transfers`: reported transfers and removals. `hint`: only what to
 * look up, never credited by itself. `ping`, `heartbeat`: a sign of life. `notice`: about the provider's own service.
 * `unknown`: not a deposit, or nothing that this version knows.
 */
export interface Reading {
  kind: 'transfers' | 'hint' | 'ping' | 'notice' | 'heartbeat' | 'unknown';
  transfers: readonly Transfer[];
  removals: readonly Removal[];
  /** Rows that could not be read: each is quarantined by itself, and read again by `reprocess`. `readRows` collects them. */
  unreadable?: readonly UnreadableRow[];
  /** For an unknown kind of event: what the provider calls it. Each name is told once. */
  event?: string;
  /** For a notice: what the provider says of its own service; raised as an alarm. */
  notice?: string;
  /** Pointers to look up; at least one if `kind` is `hint`. */
  hints?: readonly Hint[];
  /** For a heartbeat: the networks that the provider watches for us, and how far it has come. */
  heads?: readonly ReportedHead[];
}

/** How far a provider has come on a network, as its heartbeat says. */
export interface ReportedHead {
  /** CAIP-2. */
  network: string;
  /** Number of the newest block that it has read. */
  block?: bigint;
  /** Age of the chain's newest block as its node knows it, ms. */
  ageMs?: number;
  /** Whether the provider itself says that the chain stands still. */
  standsStill?: boolean;
}

/** One row of a callback that could not be read. */
export interface UnreadableRow {
  /** Path in the body, keys and indexes joined by dots: `event.activity.3`. */
  path: string;
  /** Why, for an operator. */
  reason: string;
}

/** An unsigned pointer to a transaction to look up; it makes no statement (docs/rules.md#hints). */
export interface Hint {
  network?: string;
  transactionId?: string;
  address?: string;
  reference?: string;
}

/** The outcome of a callback. */
export type OutcomeKind = 'recorded' | 'duplicate' | 'ignored' | 'quarantined' | 'rejected';

/** The HTTP answer that a provider accepts as acknowledgement. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/**
 * A sender of callbacks: how it signs, what it sends and what answer it expects. Created by a function of options,
 * such as `imtoken()`.
 */
export interface Provider {
  /** Unique among the configured instances. */
  readonly name: string;
  /**
   * The kind of provider, such as `alchemy`: names of networks that only this kind uses are found by it. Default:
   * `name`.
   */
  readonly kind?: string;
  /** The assets it can name, if it names assets and not their contracts. */
  readonly names?: NamedBy;
  /** Below the mount point, for example `/imtoken`. */
  readonly path: string;
  readonly methods: readonly string[];
  /** The kinds of event that `read` knows, as the provider names them. */
  readonly events?: readonly string[];
  /**
   * Throws `BODY_FORM` for a body of another form, `SIGNATURE_MISSING` or `SIGNATURE_INVALID`, and `KEYS_UNAVAILABLE` when the
   * keys cannot be had.
   */
  verify(inbound: InboundCallback): Verified | Promise<Verified>;
  /**
   * Whether a callback is a test of the URL that came unsigned: it is answered, and neither read nor stored with a body, since
   * anybody may send one. Default: none is.
   */
  isUnsignedPing?(inbound: InboundCallback): boolean;
  /** Throws for an authentic body that it cannot read: that callback is quarantined whole. */
  read(inbound: InboundCallback, verified: Verified): Reading;
  /** The part of a callback that a signature covers as a whole; see `docs/signed-forms.md`. */
  readonly signs?: SignedForm;
  /** A weakness that its scheme cannot prevent: logged once at the start, as a warning. */
  readonly caution?: string;
  /**
   * Whether an id of its that names a second transfer is held (`ID_REUSED`): its signature covers parts of a callback one by
   * one, so parts of two make a third. Default false.
   */
  readonly bindsIds?: boolean;
  /**
   * Whether nothing of it is credited on a network without a chain check (`CHAIN_CHECK_MISSING`): its scheme cannot prove that
   * the parts of a callback belong together. Default false.
   */
  readonly needsChainCheck?: boolean;
  /**
   * Hash of what was signed, for a provider that does not sign its bytes: callbacks with one are one event, however they are
   * spelled. Throws for one that cannot be read.
   */
  messageOf?(inbound: InboundCallback): string;
  /** The answer that the provider takes as accepted. */
  answer(outcome: OutcomeKind): Answer;
  /** Signs as the provider does: for tests and for `deposit-callback send`. */
  readonly sign: Sign;
  /** Addresses that the provider publishes; used if `sources` has `'published'`. */
  readonly publishedSources: readonly string[];
  /** IP, CIDR, domain or `'published'`; empty allows any. */
  readonly sources: readonly string[];
  /**
   * What a deposit of it is known by: its transaction on the chain, or its payment at the provider. `hint`: it makes no deposit, and
   * says only what to look up.
   */
  readonly keyedBy: 'transaction' | 'payment' | 'hint';
  /** `'count'`: it sends counts. By network: what its "confirmed" means. `false`: it never says. */
  readonly reportsConfirmations: 'count' | Readonly<Record<string, number>> | false;
  /** Whether it can report a memo on networks that have them (docs/rules.md#group). */
  readonly reportsMemos: boolean;
  /** Whether it reports reorgs (docs/rules.md#unseen-reorgs). */
  readonly sendsRemovals: boolean;
  /** Mined suffices, whatever the count (docs/rules.md#confirmations). */
  readonly trustMined: boolean;
  /** Largest body that it may send, if `limits.bodyBytes` sets none. Default 1 MiB. */
  readonly bodyBytes?: number;
  /** Time for which the provider waits for an answer, if documented. */
  readonly deadlineMs?: number;
  /** For a provider that signs nothing and sends the secret itself. */
  readonly sentSecret?: SentSecretDigest;
  /** Lower-case names of headers that `read` needs, so that a stored callback can be read again; never a credential. */
  readonly keptHeaders?: readonly string[];
  /** Whether the signature is over the inflated bytes of a gzip body. */
  readonly inflate: boolean;
  /** Interval of its heartbeats, if it sends any. */
  readonly heartbeatMs?: number;
  readonly keys: KeyRing<unknown>;
  readonly apiKeys?: KeyRing<Buffer>;
}

/** The secret that callbacks carry is stored nowhere: if one is kept to be verified again, its digest stands for it. */
export interface SentSecretDigest {
  /** The header that carries it, lower-case. */
  readonly header?: string;
  /** The parameter of the URL that carries it. */
  readonly query?: string;
  /** SHA-256, hex, of the secret that a callback carries; undefined if it carries none. */
  digestOf(inbound: InboundCallback): string | undefined;
  /** Id of the key in force at `at` (epoch ms) that has this digest; rejects with `KEYS_UNAVAILABLE`. */
  keyOf(digest: string, at: number): Promise<string | undefined>;
}

/**
 * Makes the headers of a signed callback; also the query, if the URL carries the signature, and the body, if that
 * carries it.
 */
export type Sign = (signing: Signing) => { headers: Record<string, string>; query?: string; body?: Buffer };

/** A callback to sign, and the key to sign it with. */
export interface Signing {
  /** The signing side's key: the shared secret, or the private key if the provider signs with one. */
  secret: string;
  body: Buffer;
  /** Epoch ms. */
  now: number;
  /** The delivery's id, if the provider sends one. */
  id: string;
  /** Default POST. For providers that sign it. */
  method?: string;
  /** Path and query; default `/`. For providers that sign it. */
  url?: string;
}

/** Options that every provider accepts. */
export interface ProviderOptions {
  /** Default: the provider's own name. */
  name?: string;
  /** Default `/<name>`. */
  path?: string;
  /** At least one; several during a rotation. */
  secrets: Secrets;
  /** Values allowed in the `x-api-key` header; none asked for by default. */
  apiKeys?: Secrets;
  sources?: readonly string[];
  trustMined?: boolean;
}
