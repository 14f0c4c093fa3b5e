import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invalidOption } from '../errors.ts';
import type { Answer, OutcomeKind, Reading } from '../providers/kit/provider.ts';

/**
 * The input of `describeProvider`: a provider's bodies, byte for byte, and their expected readings. In a folder, a
 * file `cases.json` of this shape, where `body` is the name of a file next to it.
 */
export interface ProviderFixtures {
  keys: { first: TestKey; second: TestKey };
  /** When the cases are sent, epoch ms. Default 2026-01-01. */
  now?: number;
  /** Options of the provider beside `secrets`. */
  options?: Readonly<Record<string, unknown>>;
  /** Assets that the policy lists. All accounts are ours but those in `strangers`. */
  assets: readonly { asset: string; decimals: number; memo?: 'required' }[];
  strangers?: readonly string[];
  /** Exactly what the provider takes as accepted. */
  answer: Answer;
  /** Whether the body is signed. Default true; false for a provider that only sends a shared secret. */
  bodySigned?: boolean;
  /** Headers of `sign` that are not signed, beside `content-type`. */
  unsignedHeaders?: readonly string[];
  /** Kinds of case that this provider cannot have, each with the reason. */
  lacks?: Partial<Record<CaseKind | 'stale', string>>;
  /** Bodies with signatures that the provider itself published. */
  official?: readonly OfficialVector[];
  cases: readonly ProviderCase[];
}

/**
 * A key of a provider under test. `key` is a value of the option `secrets`; `signing` is its private half, if the
 * provider signs with one.
 */
export interface TestKey {
  key: string;
  signing?: string;
}

/**
 * The kind of a case. `deposit`: incoming money. `removal`: a reorg, sent after the case that `after` names. `ping`,
 * `notice`: about the provider itself. `other`: not a deposit, such as an NFT, a fee, an approval or an unknown event.
 */
export type CaseKind = 'deposit' | 'removal' | 'ping' | 'notice' | 'other';

/** One callback with its expected outcome, events and answer. */
export interface ProviderCase {
  /** A sentence's subject: `An ERC-20 transfer`. */
  name: string;
  kind: CaseKind;
  body: Buffer;
  /** Sent beside those of `sign`. */
  headers?: Readonly<Record<string, string>>;
  method?: string;
  url?: string;
  /** Sent without a signature: for pings. */
  unsigned?: boolean;
  /** The delivery id that `verify` must find, if the body or a header carries one. */
  deliveryId?: string;
  /**
   * Exactly what `read` must give, amounts in `units` as text; network and asset by any of their names. Left out: only
   * what comes of it is looked at.
   */
  reading?: Reading;
  /** Names of cases that are sent before. */
  after?: readonly string[];
  outcome: OutcomeKind;
  /** Durable events that it must lead to, in any order. */
  events: readonly ExpectedEvent[];
}

/**
 * An expected event. Its members are compared with those of the deposit: asset and address in their canonical form, the amount in
 * smallest units.
 */
export interface ExpectedEvent {
  event: 'deposit' | 'deposit.pending' | 'deposit.reverted' | 'deposit.failed';
  asset: string;
  to: string;
  amount: string;
  memo?: string;
  transaction?: string;
}

/** A signature that the provider has published, with its secret and its request. */
export interface OfficialVector {
  name: string;
  source: string;
  key: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  method?: string;
  url?: string;
  /** When it was signed, epoch ms. */
  now?: number;
}

type Written = Omit<ProviderFixtures, 'cases' | 'official'> & {
  cases: readonly (Omit<ProviderCase, 'body'> & { body?: string })[];
  official?: readonly (Omit<OfficialVector, 'body'> & { body: string })[];
};

/** Reads `cases.json` of a folder and the bodies next to it. A case without a body has an empty one. */
export function readProviderFixtures(folder: string): ProviderFixtures {
  if (typeof folder !== 'string')
    throw invalidOption('folder', "must be the path of a folder with cases.json, for example 'test/fixtures/acme'");
  const written = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Written;
  const bodyOf = (file: string | undefined): Buffer =>
    file === undefined ? Buffer.alloc(0) : readFileSync(join(folder, file));
  return {
    ...written,
    cases: written.cases.map((one) => ({ ...one, body: bodyOf(one.body) })),
    official: (written.official ?? []).map((one) => ({ ...one, body: bodyOf(one.body) })),
  };
}
