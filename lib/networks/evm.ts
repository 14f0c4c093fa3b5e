import { LRUCache } from 'lru-cache';
import { keccak256 } from '../signatures/keccak.ts';
import { bytesOf, decodeBech32 } from './bech32.ts';
import { hash32 } from './hex.ts';
import type { Codec, Network } from './network.ts';
import { addressInvalid } from './refusals.ts';

const addressText = /^(?:0[xX])?([0-9a-fA-F]{40})$/;
const tokenId = /^(0|[1-9][0-9]{0,77})$/;

// The same few addresses come with every callback, and keccak is the dearest step on its way. EIP-55 knows no network,
// so one cache serves all; only addresses that passed are kept.
const checksummed = new LRUCache<string, string>({ max: 10_000 });

/**
 * EIP-55 form of an account of any EVM network. Hex of one case carries no checksum and is taken as it is; mixed case
 * must be right. OKTC's `ex1...` (bech32 of the same 20 bytes) and Rootstock's checksum (EIP-1191) are taken on those networks.
 */
export const evm: Codec = {
  account: (text, network) => ({ address: evmAddress(text, network) }),
  transactionId: (text) => `0x${hash32(text, 'A transaction hash')}`,
  blockHash: (text) => `0x${hash32(text, 'A block hash')}`,
  token(reference, namespace = 'erc20', network) {
    switch (namespace) {
      case 'erc20':
      case 'bep20':
      case 'kip20': {
        const contract = evmAddress(reference, network).toLowerCase();
        const isNative = network.native.contracts?.includes(contract) ?? false;
        return isNative ? 'native' : { namespace: 'erc20', reference: contract };
      }
      case 'erc721':
      case 'erc1155': {
        const [contract = '', id, ...more] = reference.split('/');
        if (more.length > 0 || (id !== undefined && !tokenId.test(id))) {
          throw addressInvalid(reference, 'an NFT is its contract, or its contract/id');
        }
        const address = evmAddress(contract, network).toLowerCase();
        return { namespace, reference: id === undefined ? address : `${address}/${id}` };
      }
      default:
        return undefined;
    }
  },
};

function evmAddress(text: string, network: Network): string {
  return checksummed.get(text) ?? remember(text, withoutOwnSpelling(text, network));
}

/** Hex without a checksum of a spelling that only this network has; any other text as it is. */
function withoutOwnSpelling(text: string, { id }: Network): string {
  switch (id) {
    case 'eip155:66':
      return fromOktcBech32(text);
    case 'eip155:30':
    case 'eip155:31':
      return fromEip1191(text, id.slice('eip155:'.length));
    default:
      return text;
  }
}

function remember(text: string, hexText: string): string {
  const address = checksumAddress(hexText);
  // A text cut from a callback's body would keep that whole body in memory, so the key is a copy.
  if (text === hexText) checksummed.set(Buffer.from(text, 'latin1').toString('latin1'), address);
  return address;
}

/** EIP-55 form of 20 bytes of hex; throws `ADDRESS_INVALID`. For families that write EVM addresses too. */
export function checksumAddress(text: string): string {
  const given = addressText.exec(text)?.[1];
  if (given === undefined) throw addressInvalid(text, 'an EVM address is 0x and 40 hex characters');
  const lower = given.toLowerCase();
  const address = inCasesOf(keccak256(lower), lower);
  if (given !== lower && given !== given.toUpperCase() && given !== address) {
    throw addressInvalid(text, 'its EIP-55 checksum is wrong; check each character');
  }
  return `0x${address}`;
}

/** Letters are in upper case if the digit of the hash is 8 or more. */
function inCasesOf(hash: Uint8Array, lower: string): string {
  let address = '';
  for (let index = 0; index < 40; index++) {
    const byte = hash[index >> 1] ?? 0;
    const nibble = index % 2 === 0 ? byte >> 4 : byte & 15;
    const character = lower.charAt(index);
    address += nibble >= 8 ? character.toUpperCase() : character;
  }
  return address;
}

// The chain id is hashed too, so the spelling is right on that one network; what has another checksum goes on as it is.
function fromEip1191(text: string, chainId: string): string {
  const given = addressText.exec(text)?.[1];
  const lower = given?.toLowerCase();
  if (given === undefined || lower === undefined) return text;
  return inCasesOf(keccak256(`${chainId}0x${lower}`), lower) === given ? lower : text;
}

function fromOktcBech32(text: string): string {
  if (!/^ex1/i.test(text)) return text;
  const { words, variant } = decodeBech32(text, 'ex');
  const bytes = variant === 'bech32' ? bytesOf(words) : undefined;
  if (bytes?.byteLength !== 20) throw addressInvalid(text, 'an OKTC address holds 20 bytes in bech32');
  return Buffer.from(bytes).toString('hex');
}
