import { bech32, bech32m } from '@scure/base';
import { addressInvalid } from './refusals.ts';

/** What a bech32 text holds: its 5-bit words, and which of the two checksums it has. */
export interface Bech32Text {
  words: readonly number[];
  variant: 'bech32' | 'bech32m';
}

/**
 * Decodes bech32 (BIP-173) or bech32m (BIP-350) with exactly the human-readable part that is asked for: the checksum is
 * right for any part, so an address of another chain has a right one too. `limit` is the longest text, default 90.
 * Throws `ADDRESS_INVALID`.
 */
export function decodeBech32(text: string, prefix: string, limit = 90): Bech32Text {
  const v0 = bech32.decodeUnsafe(text.slice(0, limit + 1), limit);
  const decoded = v0 ?? bech32m.decodeUnsafe(text.slice(0, limit + 1), limit);
  if (decoded === undefined) throw addressInvalid(text, 'its bech32 checksum is wrong; check each character');
  if (decoded.prefix !== prefix) {
    throw addressInvalid(text, `it is written for "${decoded.prefix}", and an address here begins with ${prefix}1`);
  }
  return { words: decoded.words, variant: v0 === undefined ? 'bech32m' : 'bech32' };
}

/** The bytes of 5-bit words; undefined if the padding is not zero. */
export function bytesOf(words: readonly number[]): Uint8Array | undefined {
  return bech32.fromWordsUnsafe([...words]) ?? undefined;
}

/** 5-bit words of bytes, padded with zeros. */
export function wordsOf(bytes: Uint8Array): readonly number[] {
  return bech32.toWords(bytes);
}
