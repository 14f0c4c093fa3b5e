import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { type Json, optionalBoolean, optionalNumberText, optionalText, text } from '../json/json.ts';
import { findNetwork } from '../networks/registry.ts';
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { assetOn } from './kit/evm-reading.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import type { Scheme } from './kit/scheme.ts';

export { type TatumWatchOptions, watchTatum } from './kit/tatum-watch.ts';

// https://docs.tatum.io/docs/authenticating-notification-webhooks
const scheme: Scheme = {
  algorithm: 'hmac-sha512',
  signature: { header: 'x-payload-hash' },
  encoding: 'base64',
  signed: ['body'],
};

/**
 * Tatum notifications, v4, with the legacy template. The secret is the `hmacSecret` that was set for the API key; without
 * one Tatum signs nothing. See `docs/providers/tatum.md`.
 */
export function tatum(options: ProviderOptions): Provider {
  return declareProvider({ name: 'tatum', scheme, read: readTatum, sendsRemovals: true, deadlineMs: 10_000 }, options);
}

const nothing = { transfers: [], removals: [] } as const;

interface Movement {
  /** Undefined for the chain's own coin. */
  contract?: string;
  category: NonNullable<Evidence['category']>;
  position?: string;
}

function readTatum(callback: Json): Reading {
  const movement = movementOf(callback, text(callback, 'subscriptionType'));
  if (movement === undefined) return { kind: 'unknown', ...nothing };
  return { kind: 'transfers', transfers: [readTransfer(callback, movement)], removals: [] };
}

function movementOf(callback: Json, subscription: string): Movement | undefined {
  switch (subscription) {
    case 'ADDRESS_EVENT':
      return addressEvent(callback);
    case 'INCOMING_NATIVE_TX': {
      const family = findNetwork(text(callback, 'chain'))?.family;
      // On chains of outputs there may be several to one address.
      return family === 'evm' ? { category: 'transfer', position: 'native' } : { category: 'transfer' };
    }
    case 'INCOMING_INTERNAL_TX':
      return { category: 'internal' };
    case 'INCOMING_FUNGIBLE_TX':
      return { category: 'transfer', contract: text(callback, 'contractAddress') };
    case 'INCOMING_NFT_TX':
    case 'INCOMING_MULTITOKEN_TX':
      return { category: 'nft', contract: optionalText(callback, 'contractAddress') ?? '' };
    default:
      return undefined;
  }
}

function addressEvent(callback: Json): Movement | undefined {
  const type = text(callback, 'type');
  if (type === 'native') return { category: 'transfer' };
  if (type === 'fee') return { category: 'fee' };
  const contract = text(callback, 'asset');
  // A token with an id of its own is an NFT, whatever its type is called.
  if (optionalNumberText(callback, 'tokenId') !== undefined) return { category: 'nft', contract };
  return type === 'fungible' || type === 'token' ? { category: 'transfer', contract } : undefined;
}

function readTransfer(callback: Json, { contract, category, position }: Movement): Transfer {
  const network = text(callback, 'chain');
  const amount = optionalText(callback, 'amount') ?? '0';
  // Negative for what left the address: the fee too.
  const isOutgoing = amount.startsWith('-');
  const number = optionalNumberText(callback, 'blockNumber');
  return present<Transfer>({
    kind: kindOf(callback),
    network,
    asset: assetOn(network, contract),
    amount: { decimal: isOutgoing ? amount.slice(1) : amount },
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

// A re-send about a transaction that a reorg touched; whether it is gone or moved is not said.
function kindOf(callback: Json): Transfer['kind'] {
  if (optionalBoolean(callback, 'reorg') === true) return 'removed';
  return optionalBoolean(callback, 'mempool') === true ? 'seen' : 'mined';
}
