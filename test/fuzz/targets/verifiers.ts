import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { isDepositCallbackError } from '../../../lib/errors.ts';
import type { InboundCallback, Provider, Reading, Verified } from '../../../lib/providers/kit/provider.ts';
import type { FuzzTarget } from '../target.ts';
import type { Sender, Sent } from './senders.ts';

const refusals = ['SIGNATURE_MISSING', 'SIGNATURE_INVALID', 'BODY_FORM', 'BODY_TOO_LARGE', 'KEYS_UNAVAILABLE'];

/** Shape of an input: what a stranger may write who has one genuine callback before him. */
interface Written {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** A character for each byte. */
  body: string;
}

/**
 * No change of a genuine callback is taken for another one: it is refused with a code, or it says exactly what the genuine one says, at the
 * same time, under the same id.
 */
export function verifierOf({ name, provider, sent }: Sender): FuzzTarget {
  const genuine = sent.filter(({ verified }) => verified.keyId !== undefined);
  const known = genuine.map((one) => ({ ...one, reading: readingOf(provider, one.inbound, one.verified) }));
  return {
    name: `verify:${name}`,
    shape: 'json',
    // Signatures cost what they cost; a body of this size is enough to be changed.
    seeds: genuine.filter(({ inbound }) => inbound.body.length < 4_000).map(({ inbound }) => seedOf(inbound)),
    words: headerWords(sent),
    longest: 6_000,
    isSteep: true,
    async run(input) {
      const inbound = inboundFrom(input, sent);
      if (inbound === undefined) return;
      const verified = await verifiedOf(provider, inbound);
      if (verified?.keyId === undefined) return;
      if (provider.signs === 'nothing') {
        assert.ok(known.some((one) => one.verified.keyId === verified.keyId));
        return;
      }
      const reading = readingOf(provider, inbound, verified);
      const isKnown = known.some(
        (one) =>
          isDeepStrictEqual(one.verified, verified) &&
          (reading === undefined || isDeepStrictEqual(one.reading, reading)),
      );
      assert.ok(isKnown, `taken, and nobody signed it: ${JSON.stringify(verified)}`);
    },
  };
}

function seedOf({ method, url, headers, body }: InboundCallback): Buffer {
  return Buffer.from(JSON.stringify({ method, url, headers, body: body.toString('latin1') }));
}

function inboundFrom(input: Buffer, [first]: readonly Sent[]): InboundCallback | undefined {
  let written: Partial<Written> | null;
  try {
    written = JSON.parse(input.toString('utf8')) as Partial<Written> | null;
  } catch {
    return undefined;
  }
  if (typeof written !== 'object' || written === null || first === undefined) return undefined;
  const { method, url, headers, body } = written;
  if (typeof method !== 'string' || typeof url !== 'string' || typeof body !== 'string') return undefined;
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return undefined;
  // As node:http gives them: names in lower case, values as text.
  const given = Object.entries(headers).map(([key, value]) => [key.toLowerCase(), textOf(value)]);
  return {
    method,
    url,
    headers: Object.fromEntries(given),
    body: Buffer.from(body, 'latin1'),
    receivedAt: first.inbound.receivedAt,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function verifiedOf(provider: Provider, inbound: InboundCallback): Promise<Verified | undefined> {
  try {
    if (provider.isUnsignedPing?.(inbound) === true) return undefined;
    return await provider.verify(inbound);
  } catch (error) {
    const isRefusal = isDepositCallbackError(error) && refusals.includes(error.code);
    if (!isRefusal) throw error;
    return undefined;
  }
}

function readingOf(provider: Provider, inbound: InboundCallback, verified: Verified): Reading | undefined {
  try {
    return provider.read(inbound, verified);
  } catch (error) {
    if (!isDepositCallbackError(error)) throw error;
    return undefined;
  }
}

/** Parts of what the provider sends, and what stands between them. */
function headerWords(sent: readonly Sent[]): readonly string[] {
  const values = sent.flatMap(({ inbound }) => [
    ...Object.keys(inbound.headers),
    ...Object.values(inbound.headers).map(String),
  ]);
  const parts = values.flatMap((value) => [value, ...value.split(/[ ,=.;]/)]);
  const between = [
    ',',
    '=',
    '.',
    ' ',
    ';',
    'v1,',
    'v1=',
    'v0=',
    't=',
    'sha256=',
    '==',
    '-',
    '_',
    '\t',
    '\u0000',
    '&',
    '?',
  ];
  return [...new Set([...parts.filter((part) => part.length < 200), ...between])];
}
