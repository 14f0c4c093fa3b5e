// What account an address names, read apart from the package's codecs: the bytes that it may hold, by every alphabet that addresses use.

const bitcoinAlphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const rippleAlphabet = 'rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz';
const bech32Alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Bytes that the text may hold, as hex. */
function payloadsOf(text: string): readonly string[] {
  const afterMark = text.slice(Math.max(text.lastIndexOf('1'), text.lastIndexOf(':')) + 1).toLowerCase();
  return [
    ...(text.toLowerCase().match(/[0-9a-f]+/g) ?? []),
    base58(text, bitcoinAlphabet),
    base58(text, rippleAlphabet),
    ...[afterMark, afterMark.slice(1), text.toLowerCase()].map((part) => grouped(part, bech32Alphabet)),
    grouped(text, base32Alphabet),
    Buffer.from(text, 'base64url').toString('hex'),
  ].filter((payload): payload is string => payload !== undefined);
}

/** Whether two texts hold the same run of at least so many bytes: two spellings of one account do, two accounts do not. */
export function holdSame(one: string, other: string, bytes: number): boolean {
  const others = payloadsOf(other);
  return payloadsOf(one).some((payload) => {
    for (let at = 0; at + bytes * 2 <= payload.length; at += 2) {
      const run = payload.slice(at, at + bytes * 2);
      if (others.some((text) => text.includes(run))) return true;
    }
    return false;
  });
}

function base58(text: string, alphabet: string): string | undefined {
  let value = 0n;
  for (const letter of text) {
    const digit = alphabet.indexOf(letter);
    if (digit < 0) return undefined;
    value = value * 58n + BigInt(digit);
  }
  const hex = value.toString(16);
  // Leading zeros are bytes too.
  return `${'00'.repeat(24)}${hex.length % 2 === 0 ? hex : `0${hex}`}`;
}

function grouped(text: string, alphabet: string): string | undefined {
  let bits = '';
  for (const letter of text) {
    const digit = alphabet.indexOf(letter);
    if (digit < 0) return undefined;
    bits += digit.toString(2).padStart(5, '0');
  }
  return (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2).toString(16).padStart(2, '0')).join('');
}
