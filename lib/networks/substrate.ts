import { blake2b } from '@noble/hashes/blake2';
import { base58 } from '@scure/base';
import { hash32 } from './hex.ts';
import type { Codec, Network } from './network.ts';
import { addressInvalid, transactionIdInvalid } from './refusals.ts';

// ss58-registry. 42 is the generic prefix, which stands for the same account on any of these networks.
const prefixOf: Readonly<Record<string, number>> = {
  'polkadot:91b171bb158e2d3848fa23a9f1c25182': 0,
  'polkadot:68d56f15f85d3136970ec16946040bc1': 0,
  'polkadot:b0a8d493285c2df73290dfb7e61f870f': 2,
  'polkadot:48239ef607d7928874027a43a6768920': 2,
  'polkadot:e143f23803ac50e8f6f8e62695d1ce9e': 42,
};
const genericPrefix = 42;
const checksumPreimage = Buffer.from('SS58PRE');

/**
 * SS58 with the network's own prefix. The generic prefix and the bare 32-byte key in hex are read; the prefix of another
 * network is refused. A transaction is `block-index` (docs/rules.md#transaction-ids), since the hash of an extrinsic may come again.
 */
export const substrate: Codec = {
  account: (text, network) => ({ address: substrateAddress(text, network) }),
  transactionId(text) {
    const [, block, index] = /^0*([0-9]{1,20})-0*([0-9]{1,10})$/.exec(text) ?? [];
    if (block === undefined || index === undefined) {
      throw transactionIdInvalid(
        text,
        'a Substrate transaction is block number-extrinsic index, for example 21000000-2',
      );
    }
    return `${block}-${index}`;
  },
  blockHash: (text) => `0x${hash32(text, 'A block hash')}`,
  isHashOnly: (text) => /^(?:0x)?[0-9a-f]{64}$/i.test(text),
  token(reference, namespace = 'asset') {
    if (namespace !== 'asset' && namespace !== 'assets') return undefined;
    if (!/^(?:0|[1-9][0-9]{0,38})$/.test(reference)) throw addressInvalid(reference, 'an asset id is a number');
    return { namespace: 'asset', reference };
  },
};

function substrateAddress(text: string, network: Network): string {
  const own = prefixOf[network.id];
  if (own === undefined) throw addressInvalid(text, `the SS58 prefix of ${network.id} is not known`);
  const hex = /^0x([0-9a-fA-F]{64})$/.exec(text)?.[1];
  if (hex !== undefined) return encode(own, Buffer.from(hex, 'hex'));
  const { prefix, account } = decode(text);
  if (prefix !== own && prefix !== genericPrefix) {
    throw addressInvalid(text, `its SS58 prefix is ${prefix}, that of ${network.name} is ${own}`);
  }
  return encode(own, account);
}

function decode(text: string): { prefix: number; account: Uint8Array } {
  let bytes: Uint8Array;
  try {
    // 32 bytes of account, up to 2 of prefix, 2 of checksum: at most 50 characters.
    bytes = base58.decode(text.slice(0, 60));
  } catch {
    throw addressInvalid(text, 'this is not base58');
  }
  const first = bytes[0] ?? 255;
  const second = bytes[1] ?? 0;
  // ss58: a first byte below 64 is the prefix itself; 64 to 127 opens two bytes of 14 bits.
  const size = first < 64 ? 1 : 2;
  const prefix = first < 64 ? first : ((first & 0x3f) << 2) | (second >> 6) | ((second & 0x3f) << 8);
  if (first > 127 || bytes.byteLength !== size + 34) throw addressInvalid(text, 'an SS58 account has 32 bytes');
  const sum = checksum(bytes.subarray(0, size + 32));
  if (sum[0] !== bytes[size + 32] || sum[1] !== bytes[size + 33]) {
    throw addressInvalid(text, 'its SS58 checksum is wrong; check each character');
  }
  return { prefix, account: bytes.subarray(size, size + 32) };
}

// Every prefix of `prefixOf` is below 64, so one byte is enough.
function encode(prefix: number, account: Uint8Array): string {
  const body = Uint8Array.of(prefix, ...account);
  return base58.encode(Uint8Array.of(...body, ...checksum(body)));
}

function checksum(body: Uint8Array): Uint8Array {
  return blake2b(Buffer.concat([checksumPreimage, body]), { dkLen: 64 }).subarray(0, 2);
}
