import { sha256 } from '@noble/hashes/sha2';
import { base58xrp } from '@scure/base';
import { hash32 } from './hex.ts';
import type { CanonicalAccount, Codec, Network } from './network.ts';
import { addressInvalid } from './refusals.ts';

const standardCode = /^[A-Za-z0-9?!@#$%^&*<>(){}[\]|]{3}$/;
const standardHex = /^00{23}([0-9A-F]{6})0{10}$/;

/**
 * The classic form `r...`. An X-address (XLS-5d) holds the same account, with its destination tag, if any, and says
 * whether it is for test networks. `r...-495` (CAIP-10 of the XRP Ledger) is the account with its tag too. A token is its currency code and issuer, `USD.rvYA...`; a code of other than three
 * characters is 40 hex characters.
 */
export const xrpl: Codec = {
  account: xrplAccount,
  transactionId: (text) => hash32(text, 'A transaction hash').toUpperCase(),
  blockHash: (text) => hash32(text, 'A ledger hash').toUpperCase(),
  memo: destinationTag,
  token(reference, namespace = 'token', network) {
    if (namespace !== 'token') return undefined;
    const [, code, issuer] = /^(.{3,40})[.:+](r[1-9A-HJ-NP-Za-km-z]+)$/.exec(reference) ?? [];
    if (code === undefined || issuer === undefined) {
      throw addressInvalid(reference, 'a token is currency.issuer, for example USD.rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B');
    }
    return { namespace, reference: `${currencyCode(code)}.${xrplAccount(issuer, network).address}` };
  },
};

/** A destination tag: decimal text of 32 bits without leading zeros; throws `ADDRESS_INVALID`. */
export function destinationTag(text: string): string {
  const digits = /^0*([0-9]{1,10})$/.exec(text)?.[1];
  if (digits === undefined || Number(digits) > 0xffffffff) {
    throw addressInvalid(text, 'a destination tag is a number from 0 to 4294967295');
  }
  return digits;
}

function xrplAccount(text: string, network: Network): CanonicalAccount {
  const [, classic, tag] = /^(r[^-]*)-(\d{1,10})$/.exec(text) ?? [];
  if (classic !== undefined && tag !== undefined) {
    return { address: xrplAccount(classic, network).address, memo: destinationTag(tag) };
  }
  return decodedAccount(text, network);
}

function decodedAccount(text: string, network: Network): CanonicalAccount {
  const bytes = decode(text);
  if (bytes.byteLength === 21 && bytes[0] === 0) return { address: text };
  // XLS-5d: two bytes of prefix, 20 of account, one of flags, eight of tag, little-endian.
  const prefix = bytes.byteLength === 31 ? bytes.readUInt16BE(0) : 0;
  if (prefix !== 0x0544 && prefix !== 0x0493) throw addressInvalid(text, 'an XRP Ledger address begins with r or X');
  if ((prefix === 0x0493) !== network.testnet) throw addressInvalid(text, `it is not for ${network.name}`);
  const address = encode(Buffer.concat([Buffer.of(0), bytes.subarray(2, 22)]));
  const flags = bytes.readUInt8(22);
  const tag = bytes.readBigUInt64LE(23);
  if (flags === 0 && tag === 0n) return { address };
  if (flags === 1 && tag <= 0xffffffffn) return { address, memo: tag.toString() };
  throw addressInvalid(text, 'its destination tag is longer than 32 bits');
}

function currencyCode(code: string): string {
  if (standardCode.test(code) && code.toUpperCase() !== 'XRP') return code;
  // Tools show a longer code (RLUSD) as text; the ledger holds 20 bytes.
  const hex = /^[0-9a-fA-F]{40}$/.test(code) ? code.toUpperCase() : longCode(code);
  const [, standard] = standardHex.exec(hex) ?? [];
  const text = standard === undefined ? '' : Buffer.from(standard, 'hex').toString('latin1');
  return standardCode.test(text) && text !== 'XRP' ? text : hex;
}

function longCode(code: string): string {
  if (!/^[!-~]{4,20}$/.test(code)) throw addressInvalid(code, 'a currency code has three characters, or 40 of hex');
  return Buffer.from(code, 'latin1').toString('hex').toUpperCase().padEnd(40, '0');
}

function decode(text: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = Buffer.from(base58xrp.decode(text.slice(0, 60)));
  } catch {
    throw addressInvalid(text, 'this is not base58');
  }
  const body = bytes.subarray(0, -4);
  if (!Buffer.from(checksum(body)).equals(bytes.subarray(-4))) {
    throw addressInvalid(text, 'its base58 checksum is wrong; check each character');
  }
  return body;
}

function encode(body: Uint8Array): string {
  return base58xrp.encode(Buffer.concat([body, checksum(body)]));
}

function checksum(body: Uint8Array): Uint8Array {
  return sha256(sha256(body)).subarray(0, 4);
}
