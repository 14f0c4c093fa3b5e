const hexText = /^(?:[0-9a-fA-F]{2})*$/;
const base64Text = /^[A-Za-z0-9+/]*={0,2}$/;
const base64UrlText = /^[A-Za-z0-9_-]*={0,2}$/;

/**
 * Bytes of a hex text of either case, without a prefix; undefined if it is malformed. `Buffer.from` stops silently at
 * the first character that it does not know, so that a truncated text would pass as a shorter one.
 */
export function decodeHex(text: string): Buffer | undefined {
  return hexText.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** As `decodeHex`, for a text that may begin with `0x`. */
export function decodePrefixedHex(text: string): Buffer | undefined {
  return decodeHex(text.startsWith('0x') ? text.slice(2) : text);
}

/**
 * Bytes of a base64 text (RFC 4648 section 4); undefined if it is malformed. Padding may be omitted, but must be
 * correct if present, and the unused bits must be zero: so one value has no third spelling.
 */
export function decodeBase64(text: string): Buffer | undefined {
  return base64Text.test(text) ? checked(text, 'base64') : undefined;
}

/** As `decodeBase64`, with the alphabet of RFC 4648 section 5. */
export function decodeBase64Url(text: string): Buffer | undefined {
  return base64UrlText.test(text) ? checked(text, 'base64url') : undefined;
}

/**
 * Bytes of a base64 text that is a key, as other libraries take it: padding may be wrong or left out, and the bits that carry
 * nothing may be anything. Undefined for other characters. Never for a signature.
 */
export function decodeBase64Key(text: string): Buffer | undefined {
  const body = text.replace(/=+$/, '');
  return base64Text.test(body) && body.length % 4 !== 1 ? Buffer.from(body, 'base64') : undefined;
}

function checked(text: string, encoding: 'base64' | 'base64url'): Buffer | undefined {
  const body = text.replace(/=+$/, '');
  if (body.length % 4 === 1) return undefined;
  if (body.length !== text.length && text.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(body, encoding);
  return bytes.toString(encoding).replace(/=+$/, '') === body ? bytes : undefined;
}
