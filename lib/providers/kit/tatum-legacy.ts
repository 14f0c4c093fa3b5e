import type { Evidence, ReportedAsset, Transfer } from '../../deposits/transfer.ts';
import { DepositCallbackError } from '../../errors.ts';
import { type Json, optionalBoolean, optionalNumberText, optionalText, text } from '../../json/json.ts';
import { findNetwork } from '../../networks/registry.ts';
import { present } from '../../util/present.ts';
import { trimEnd } from '../../util/trim-end.ts';
import type { AssetNames } from './asset-names.ts';
import { isToken, tokenOn } from './evm-reading.ts';

interface Movement {
  category: NonNullable<Evidence['category']>;
  /** Of the token; undefined for the chain's own coin. */
  asset?: ReportedAsset;
  decimals?: number;
  position?: string;
}

/**
 * A body of the legacy template, which is the only one on chains other than those of the EVM and TRON: amounts in whole
 * coins, and negative for what left the address. Undefined for a subscription that reports no deposits.
 */
export function readTatumLegacy(callback: Json, names: AssetNames): Transfer | undefined {
  const network = text(callback, 'chain');
  const movement = movementOf(callback, network, names);
  if (movement === undefined) return undefined;
  const { category, asset, decimals, position } = movement;
  const amount = text(callback, 'amount');
  // The fee is negative too.
  const isOutgoing = amount.startsWith('-');
  const number = optionalNumberText(callback, 'blockNumber');
  return present<Transfer>({
    kind: kindOf(callback),
    network,
    asset: asset ?? 'native',
    amount: { decimal: isOutgoing ? amount.slice(1) : amount },
    decimals,
    from: optionalText(callback, 'counterAddress'),
    to: text(callback, 'address'),
    transaction: present<Transfer['transaction']>({
      id: text(callback, 'txId'),
      position,
      block: number === undefined ? undefined : { number },
    }),
    evidence: { category, direction: isOutgoing ? 'out' : 'in' },
  });
}

function movementOf(callback: Json, network: string, names: AssetNames): Movement | undefined {
  switch (text(callback, 'subscriptionType')) {
    case 'ADDRESS_EVENT':
      return addressEvent(callback, network, names);
    case 'INCOMING_NATIVE_TX':
      // On chains of outputs there may be several to one address.
      return { category: 'transfer', ...(isFamily(network, 'evm') ? { position: 'native' } : {}) };
    case 'INCOMING_INTERNAL_TX':
      return { category: 'internal' };
    case 'INCOMING_FUNGIBLE_TX':
      return { category: 'transfer', asset: tokenOn(network, text(callback, 'contractAddress')) };
    case 'INCOMING_NFT_TX':
    case 'INCOMING_MULTITOKEN_TX':
      return { category: 'nft', asset: { contract: optionalText(callback, 'contractAddress') ?? '' } };
    default:
      return undefined;
  }
}

function addressEvent(callback: Json, network: string, names: AssetNames): Movement {
  const type = optionalText(callback, 'type');
  // Bitcoin and its like have one asset, and no word for it.
  if (type === undefined && isFamily(network, 'bitcoin')) return { category: 'transfer' };
  if (type === 'native') return { category: 'transfer' };
  if (type === 'fee') return { category: 'fee' };
  if (type === 'fungible' || type === 'token' || type === 'trc20' || type === 'trc10')
    return tokenEvent(callback, network, names);
  if (type === 'nft' || type === 'multitoken')
    return { category: 'nft', asset: { contract: optionalText(callback, 'asset') ?? '' } };
  throw new DepositCallbackError('BODY_UNREADABLE', 'The type of the event is not known');
}

function tokenEvent(callback: Json, network: string, names: AssetNames): Movement {
  const named = optionalText(callback, 'contractAddress') ?? text(callback, 'asset');
  const decimals = decimalsOfRawAmount(callback);
  // A token with an id of its own is an NFT, whatever its type is called.
  if (decimals === 'none') return { category: 'nft', asset: { contract: named } };
  // Some tokens come under a name of Tatum's (`USDT_TRON`), not their contract.
  const isNamed = findNetwork(network) !== undefined && !isToken(network, named);
  return {
    category: 'transfer',
    asset: isNamed ? names.named(named).asset : { contract: named },
    ...(decimals === undefined ? {} : { decimals }),
  };
}

/**
 * On some chains `tokenId` is the amount in the smallest unit: then it is the amount times a power of ten. `none` if it
 * is anything else, undefined if there is none, or the amount has another spelling.
 */
function decimalsOfRawAmount(callback: Json): number | 'none' | undefined {
  const raw = optionalNumberText(callback, 'tokenId');
  const [, whole, fraction = ''] = /^-?(\d{1,78})(?:\.(\d{1,78}))?$/.exec(text(callback, 'amount')) ?? [];
  if (raw === undefined || whole === undefined) return undefined;
  const kept = trimEnd(fraction, '0');
  const digits = BigInt(whole + kept).toString();
  const isPower = /^[1-9]\d{0,77}$/.test(raw) && raw.startsWith(digits) && /^0*$/.test(raw.slice(digits.length));
  return isPower ? raw.length - digits.length + kept.length : 'none';
}

function isFamily(network: string, family: string): boolean {
  return findNetwork(network)?.family === family;
}

// A re-send about a transaction that a reorg touched; whether it is gone or moved is not said.
function kindOf(callback: Json): Transfer['kind'] {
  if (optionalBoolean(callback, 'reorg') === true) return 'removed';
  return optionalBoolean(callback, 'mempool') === true ? 'seen' : 'mined';
}
