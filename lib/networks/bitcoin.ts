import { sha256 } from '@noble/hashes/sha2';
import { createBase58check } from '@scure/base';
import { bytesOf, decodeBech32 } from './bech32.ts';
import { hash32 } from './hex.ts';
import type { Codec, Network } from './network.ts';
import { addressInvalid } from './refusals.ts';

interface Forms {
  /** Version byte of pay-to-public-key-hash. */
  publicKeyHash: number;
  /** Version byte of pay-to-script-hash, as written. */
  scriptHash: number;
  /** An older version byte of the same, read but not written. */
  oldScriptHash?: number;
  /** Human-readable part of segwit addresses, if the network has them. */
  segwit?: string;
}

// chainparams of Bitcoin Core, Litecoin Core and Dogecoin Core.
const formsOf: Readonly<Record<string, Forms>> = {
  'bip122:000000000019d6689c085ae165831e93': { publicKeyHash: 0x00, scriptHash: 0x05, segwit: 'bc' },
  'bip122:000000000933ea01ad0ee984209779ba': { publicKeyHash: 0x6f, scriptHash: 0xc4, segwit: 'tb' },
  'bip122:00000000da84f2bafbbc53dee25a72ae': { publicKeyHash: 0x6f, scriptHash: 0xc4, segwit: 'tb' },
  'bip122:00000008819873e925422c1ff0f99f7c': { publicKeyHash: 0x6f, scriptHash: 0xc4, segwit: 'tb' },
  'bip122:0f9188f13cb7b2c71f2a335e3a4fc328': { publicKeyHash: 0x6f, scriptHash: 0xc4, segwit: 'bcrt' },
  'bip122:12a765e31ffd4059bada1e25190f6e98': {
    publicKeyHash: 0x30,
    scriptHash: 0x32,
    oldScriptHash: 0x05,
    segwit: 'ltc',
  },
  'bip122:4966625a4b2851d9fdee139e56211a0d': {
    publicKeyHash: 0x6f,
    scriptHash: 0x3a,
    oldScriptHash: 0xc4,
    segwit: 'tltc',
  },
  'bip122:530827f38f93b43ed12af0b3ad25a288': {
    publicKeyHash: 0x6f,
    scriptHash: 0x3a,
    oldScriptHash: 0xc4,
    segwit: 'rltc',
  },
  'bip122:1a91e3dace36e2be3bf030a65679fe82': { publicKeyHash: 0x1e, scriptHash: 0x16 },
  'bip122:bb0a78264637406b6360aad926284d54': { publicKeyHash: 0x71, scriptHash: 0xc4 },
};

const base58check = createBase58check(sha256);

/**
 * Base58check addresses stand as they are; Litecoin's old `3...` becomes `M...`, the same script. Segwit addresses
 * (BIP-173, BIP-350) become lower-case. A key hash and a script hash are different accounts, whoever holds the key.
 */
export const bitcoin: Codec = {
  account: (text, network) => ({ address: bitcoinAddress(text, network) }),
  transactionId: (text) => hash32(text, 'A transaction id'),
  blockHash: (text) => hash32(text, 'A block hash'),
  token(reference, namespace) {
    // Omni properties (USDT once) are numbered; nothing else on these chains is a token of this package.
    if (namespace !== 'omni') return undefined;
    if (!/^[1-9][0-9]{0,9}$/.test(reference)) throw addressInvalid(reference, 'an Omni property id is a number');
    return { namespace, reference };
  },
};

function bitcoinAddress(text: string, network: Network): string {
  const forms = formsOf[network.id];
  if (forms === undefined) throw addressInvalid(text, `the address forms of ${network.id} are not known`);
  const { segwit } = forms;
  return segwit !== undefined && text.slice(0, segwit.length + 1).toLowerCase() === `${segwit}1`
    ? segwitAddress(text, segwit, network)
    : base58Address(text, forms, network);
}

function segwitAddress(text: string, prefix: string, network: Network): string {
  const decoded = decodeBech32(text, prefix);
  const [version = -1, ...words] = decoded.words;
  const size = bytesOf(words)?.byteLength ?? 0;
  // BIP-350: version 0 with bech32 and 20 or 32 bytes; later versions with bech32m and 2 to 40 bytes.
  const valid =
    decoded.variant === 'bech32m'
      ? version >= 1 && version <= 16 && size >= 2 && size <= 40
      : version === 0 && (size === 20 || size === 32);
  if (!valid) throw addressInvalid(text, `this is not a segwit address of ${network.name}`);
  return text.toLowerCase();
}

function base58Address(text: string, forms: Forms, network: Network): string {
  let bytes: Uint8Array;
  try {
    bytes = base58check.decode(text.slice(0, 60));
  } catch {
    throw addressInvalid(text, 'its base58 checksum is wrong; check each character');
  }
  const version = bytes[0];
  if (bytes.byteLength === 21) {
    if (version === forms.publicKeyHash || version === forms.scriptHash) return text;
    if (version === forms.oldScriptHash) {
      return base58check.encode(Uint8Array.of(forms.scriptHash, ...bytes.subarray(1)));
    }
  }
  throw addressInvalid(text, `this is an address of another network than ${network.name}`);
}
