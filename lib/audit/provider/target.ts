import type { Provider, Verified } from '../../providers/kit/provider.ts';
import { strangeKey } from '../attacks.ts';
import { createSigner, type Signed, type Signer, type SignerOptions, type SignOver } from '../signer.ts';
import { createTarget, type Target } from '../target.ts';

/** A body as a provider sends it, with what goes with it. */
export interface ProviderSample {
  /** The body of a callback that is sent at `now`, epoch ms. */
  bodyAt(now: number): Buffer;
  method?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Of the URL, without the question mark. */
  query?: string | undefined;
}

/** Where a callback carries what proves its sender. */
export interface Marks {
  /** Names of headers, lower-case. */
  headers: readonly string[];
  /** Names of parameters of the URL. */
  query: readonly string[];
  /** From where to where in the body; empty if it carries none. */
  body: { from: number; to: number };
}

/** An endpoint that takes the callbacks of one provider. */
export interface ProviderTarget extends Target {
  readonly provider: Provider;
  readonly marks: Marks;
  /** What a sound receiver takes a callback for; undefined if it refuses it, or nobody can tell. */
  verified(signed: Signed): Promise<Verified | undefined>;
  /** Whether it can be told. */
  readonly canVerify: boolean;
  /** The sample as it is, unsigned. */
  unsigned(): Signed;
  /** The callback with what proves its sender changed, or without it if that gives undefined. */
  remarked(signed: Signed, change: (mark: string) => string | undefined): Signed;
}

export interface ProviderTargetOptions extends Omit<SignerOptions, 'provider' | 'method'> {
  provider: Provider;
  sample: ProviderSample;
  /** The same with a key to verify with, if it can be had. */
  verifier?: Provider | undefined;
  slowMs: number;
  plainUrl?: URL | undefined;
}

export function createProviderTarget(options: ProviderTargetOptions): ProviderTarget {
  const { provider, sample, verifier, slowMs, plainUrl, route } = options;
  const url = new URL(route.url);
  if (sample.query !== undefined) url.search = [url.search.slice(1), sample.query].filter(Boolean).join('&');
  const method = sample.method ?? provider.methods[0] ?? 'POST';
  const signer = withHeaders(createSigner({ ...options, route: { ...route, url }, method }), sample.headers);
  const ping = (over?: SignOver): Signed => signer.sign(sample.bodyAt(over?.now ?? signer.now()), over);
  const marks = marksOf(ping, signer.secret);
  return {
    ...createTarget({ signer, apiKey: options.apiKey, slowMs, plainUrl, ping, methods: provider.methods }),
    provider,
    marks,
    canVerify: verifier !== undefined,
    async verified({ url: { pathname, search }, headers, body }) {
      const inbound = { method, url: `${pathname}${search}`, headers, body, receivedAt: signer.now() };
      try {
        return await verifier?.verify(inbound);
      } catch {
        return undefined;
      }
    },
    unsigned: () => ({ headers: { ...sample.headers }, body: sample.bodyAt(signer.now()), url }),
    remarked: (signed, change) => remarked(signed, marks, change),
  };
}

function withHeaders(signer: Signer, headers: ProviderSample['headers']): Signer {
  return {
    ...signer,
    sign(body, over) {
      const signed = signer.sign(body, over);
      return { ...signed, headers: { ...signed.headers, ...headers } };
    },
  };
}

/** What differs between a callback signed with the key and the same signed with another one. */
function marksOf(ping: (over: SignOver) => Signed, secret: string): Marks {
  const same = { now: 1_767_225_600_000, id: 'msg_1' };
  const one = ping(same);
  const other = ping({ ...same, secret: strangeKey(secret) });
  return {
    headers: Object.keys(one.headers).filter((name) => one.headers[name] !== other.headers[name]),
    query: [...one.url.searchParams.keys()].filter(
      (name) => one.url.searchParams.get(name) !== other.url.searchParams.get(name),
    ),
    body: differing(one.body, other.body),
  };
}

function differing(one: Buffer, other: Buffer): Marks['body'] {
  let from = 0;
  while (from < one.length && one[from] === other[from]) from += 1;
  let same = 0;
  while (same < one.length - from && one.at(-1 - same) === other.at(-1 - same)) same += 1;
  return { from, to: one.length - same };
}

function remarked(signed: Signed, marks: Marks, change: (mark: string) => string | undefined): Signed {
  const headers = Object.entries(signed.headers).flatMap(([name, value]) => {
    const text = marks.headers.includes(name) ? change(value) : value;
    return text === undefined ? [] : [[name, text] as const];
  });
  const url = new URL(signed.url);
  for (const name of marks.query) {
    const text = change(url.searchParams.get(name) ?? '');
    if (text === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, text);
  }
  return { ...signed, headers: Object.fromEntries(headers), url };
}
