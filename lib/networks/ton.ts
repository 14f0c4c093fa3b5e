import { decodeBase64, decodeBase64Url, decodeHex } from '../signatures/decode.ts';
import { crc16 } from './crc16.ts';
import type { Codec, Network } from './network.ts';
import { addressInvalid, transactionIdInvalid } from './refusals.ts';

const rawAddress = /^(-1|0):([0-9a-fA-F]{64})$/;
const friendlyAddress = /^[A-Za-z0-9_+/-]{48}$/;
const testOnly = 0x80;

/**
 * The raw form `0:<64 hex>`: the friendly forms (TEP-2: EQ, UQ, Ef, Uf and those of test networks) add flags for the
 * sender, so one account has several. Friendly forms carry a checksum; one marked test-only is refused on the main
 * network. A transaction is `account:lt:hash` (docs/rules.md#transaction-ids), its parts in any of their forms.
 */
export const ton: Codec = {
  account: (text, network) => ({ address: tonAddress(text, network) }),
  transactionId(text, network) {
    const parts = /^(.{48}|(?:-1|0):.{64})[:,]0*([0-9]{1,20})[:,](.{43,66})$/.exec(text);
    const hash = hash256(parts?.[3] ?? '');
    if (parts === null || hash === undefined) {
      throw transactionIdInvalid(text, 'a TON transaction is account:lt:hash, the hash as hex or base64');
    }
    return `${tonAddress(parts[1] ?? '', network)}:${parts[2]}:${hash}`;
  },
  blockHash(text) {
    const hash = hash256(text);
    if (hash === undefined) throw transactionIdInvalid(text, 'a TON block is its root hash, as hex or base64');
    return hash;
  },
  isHashOnly: (text) => hash256(text) !== undefined,
  token(reference, namespace = 'jetton', network) {
    return namespace === 'jetton' ? { namespace, reference: tonAddress(reference, network) } : undefined;
  },
};

function tonAddress(text: string, network: Network): string {
  const [, workchain, hex] = rawAddress.exec(text) ?? [];
  if (workchain !== undefined && hex !== undefined) return `${workchain}:${hex.toLowerCase()}`;
  if (!friendlyAddress.test(text))
    throw addressInvalid(text, 'a TON address is 0: and 64 hex characters, or 48 of base64');
  // TEP-2 allows both alphabets, but not mixed.
  const bytes = decodeBase64Url(text) ?? decodeBase64(text);
  if (bytes === undefined || crc16(bytes.subarray(0, 34)) !== bytes.readUInt16BE(34)) {
    throw addressInvalid(text, 'its checksum is wrong; check each character');
  }
  const flags = bytes.readUInt8(0);
  const chain = bytes.readInt8(1);
  const kind = flags & ~testOnly;
  if ((kind !== 0x11 && kind !== 0x51) || (chain !== 0 && chain !== -1))
    throw addressInvalid(text, 'its flags are not known');
  if ((flags & testOnly) !== 0 && !network.testnet) throw addressInvalid(text, 'it is marked for test networks only');
  return `${chain}:${bytes.toString('hex', 2, 34)}`;
}

function hash256(text: string): string | undefined {
  const bytes = decodeHex(text.replace(/^0x/, ''));
  const found = bytes?.byteLength === 32 ? bytes : (decodeBase64(text) ?? decodeBase64Url(text));
  return found?.byteLength === 32 ? found.toString('hex') : undefined;
}
