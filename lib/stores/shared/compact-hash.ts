const prime = 0x01000193;

/**
 * A 52-bit hash of the texts, as a safe integer: what the compact indexes are keyed by. It only narrows a search; the
 * texts themselves are compared after it. Two lanes of FNV-1a over UTF-16 code units.
 */
export function compactHash(...texts: readonly string[]): number {
  let low = 0x811c9dc5;
  let high = 0x3c6ef372;
  for (const text of texts) {
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      low = Math.imul(low ^ unit, prime);
      high = Math.imul(high ^ (unit + 0x9e37), 0x85ebca6b);
      high ^= high >>> 13;
    }
    // Parts are distinguished: ('ab', 'c') is not ('a', 'bc').
    low = Math.imul(low ^ 0x10000, prime);
    high = Math.imul(high ^ 0x10000, 0x85ebca6b);
  }
  low ^= low >>> 15;
  return (high >>> 12) * 0x1_0000_0000 + (low >>> 0);
}
