import { base32nopad } from '@scure/base';
import { crc16 } from './crc16.ts';
import { hash32 } from './hex.ts';
import type { CanonicalAccount, Codec } from './network.ts';
import { addressInvalid } from './refusals.ts';

// SEP-23: version bytes of the first letters G and M.
const accountVersion = 6 << 3;
const muxedVersion = 12 << 3;

/**
 * StrKey `G...` (SEP-23). A muxed account `M...` holds the same account and a number, which is its memo; so does
 * `G...-memo` (CAIP-10 of Stellar). A token is its code and issuer, `USDC-GA5Z...`.
 */
export const stellar: Codec = {
  account(text) {
    const [, account, memo] = /^(G[A-Z2-7]{55})-(.{1,64})$/su.exec(text) ?? [];
    return account === undefined || memo === undefined
      ? stellarAccount(text)
      : { address: stellarAccount(account).address, memo };
  },
  transactionId: (text) => hash32(text, 'A transaction hash'),
  blockHash: (text) => hash32(text, 'A ledger hash'),
  token(reference, namespace = 'asset') {
    if (namespace !== 'asset') return undefined;
    if (reference === 'native') return 'native';
    const [, code, issuer] = /^([A-Za-z0-9]{1,12})[-:.](G[A-Z2-7]{55})$/.exec(reference) ?? [];
    if (code === undefined || issuer === undefined)
      throw addressInvalid(
        reference,
        'a token is CODE-ISSUER, for example USDC-GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN',
      );
    return { namespace, reference: `${code}-${stellarAccount(issuer).address}` };
  },
};

function stellarAccount(text: string): CanonicalAccount {
  const { version, payload } = decode(text);
  if (version === accountVersion && payload.byteLength === 32) return { address: text };
  if (version === muxedVersion && payload.byteLength === 40) {
    const id = Buffer.from(payload).readBigUInt64BE(32);
    return { address: encode(payload.subarray(0, 32)), memo: id.toString() };
  }
  throw addressInvalid(text, 'a Stellar account begins with G or M');
}

function decode(text: string): { version: number; payload: Uint8Array } {
  let bytes: Uint8Array;
  try {
    bytes = base32nopad.decode(text.slice(0, 80));
  } catch {
    throw addressInvalid(text, 'this is not a StrKey');
  }
  const body = bytes.subarray(0, -2);
  const [low = -1, high = -1] = bytes.subarray(-2);
  if (bytes.byteLength < 3 || crc16(body) !== low + high * 256)
    throw addressInvalid(text, 'its checksum is wrong; check each character');
  return { version: body[0] ?? 0, payload: body.subarray(1) };
}

function encode(key: Uint8Array): string {
  const body = Uint8Array.of(accountVersion, ...key);
  const crc = crc16(body);
  return base32nopad.encode(Uint8Array.of(...body, crc & 0xff, crc >> 8));
}
