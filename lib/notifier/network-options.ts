import { invalidOption } from '../errors.ts';
import { standsStillAfterMs } from '../networks/bounds.ts';
import type { Network } from '../networks/network.ts';
import { findNetwork } from '../networks/registry.ts';
import type { Logger } from '../observe/logger.ts';
import { refuseUnknownKeys } from '../util/known-keys.ts';
import { openChain, readOptionsOf, type WatchedChain } from './reading/watched-chain.ts';
import type { WatchedNetwork } from './watched-network.ts';

export interface NetworkSettings {
  readonly network: Network;
  readonly chain: WatchedChain;
  readonly confirmations: number | 'finalized';
  readonly fromBlock: bigint | undefined;
  readonly backfillBlocks: number;
  readonly keepBlocks: number;
  readonly staleMs: number;
}

const known = [
  'network',
  'url',
  'urls',
  'quorum',
  'confirmations',
  'fromBlock',
  'backfillBlocks',
  'keepBlocks',
  'staleMs',
] as const;

/** Throws `OPTION_INVALID`. */
export function resolveNetwork(given: WatchedNetwork, logger: Logger): NetworkSettings {
  const network = findNetwork(given.network);
  const own = network && readOptionsOf(network);
  if (!network || !own) {
    throw invalidOption('networks', `"${given.network}" cannot be watched; write for example eip155:1`);
  }
  refuseUnknownKeys(given, [...known, ...own.names], 'networks');
  const { confirmations = own.isFinal ? 'finalized' : network.confirmations, fromBlock } = given;
  return {
    network,
    chain: openChain(network, given, logger),
    confirmations: confirmations === 'finalized' ? confirmations : whole('networks.confirmations', confirmations),
    fromBlock,
    backfillBlocks: whole('networks.backfillBlocks', given.backfillBlocks ?? 100_000),
    keepBlocks: whole('networks.keepBlocks', given.keepBlocks ?? Math.max(1_000, 2 * network.reorgDepth)),
    staleMs: whole('networks.staleMs', given.staleMs ?? standsStillAfterMs(network)),
  };
}

export function whole(option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidOption(option, 'must be a positive integer');
  return value;
}
