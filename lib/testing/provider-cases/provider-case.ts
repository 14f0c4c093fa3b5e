import assert from 'node:assert/strict';
import { isDepositCallbackError } from '../../errors.ts';
import type { InboundCallback, Provider, ProviderOptions, Verified } from '../../providers/kit/provider.ts';
import type { ProviderFixtures } from '../provider-fixtures.ts';
import type { SentCallback } from './sending.ts';

/** One case of the conformance suite. */
export interface SuiteCase {
  name: string;
  run(): void | Promise<void>;
}

export interface ProviderUnderTest {
  create(options: ProviderOptions): Provider;
  fixtures: ProviderFixtures;
}

/** The provider with these secrets, as the fixtures want it. */
export function providerWith({ create, fixtures }: ProviderUnderTest, ...secrets: string[]): Provider {
  return create({ ...fixtures.options, secrets });
}

export function inboundOf({ method, url, headers, body }: SentCallback, receivedAt: number): InboundCallback {
  return { method, url, headers, body, receivedAt };
}

/** Asserts that it is refused as a wrong or missing signature, whichever of the two. */
export async function assertRefused(provider: Provider, inbound: InboundCallback, what: string): Promise<void> {
  let verified: Verified | undefined;
  try {
    verified = await provider.verify(inbound);
  } catch (error) {
    const isRefusal =
      isDepositCallbackError(error) &&
      (error.code === 'SIGNATURE_INVALID' || error.code === 'SIGNATURE_MISSING' || error.code === 'BODY_FORM');
    if (!isRefusal) throw error;
    return;
  }
  // Without a key it is a ping that nobody signed, which is never read.
  if (verified.keyId === undefined && provider.read(inbound, verified).kind === 'ping') return;
  assert.fail(`${what} verifies all the same`);
}

/** Places to change: all of a short text, an even sample of a long one with both ends. */
export function placesIn(length: number): readonly number[] {
  const most = 200;
  if (length <= most) return Array.from({ length }, (_, index) => index);
  return Array.from({ length: most }, (_, index) => Math.round((index * (length - 1)) / (most - 1)));
}

/** The bytes with one bit changed. */
export function withChangedByte(bytes: Buffer, index: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}

/** The text with one character changed for its neighbour: never only its case, which hex ignores. */
export function withChangedCharacter(text: string, index: number): string {
  const code = text.charCodeAt(index);
  return text.slice(0, index) + String.fromCharCode(code % 2 === 0 ? code + 1 : code - 1) + text.slice(index + 1);
}
