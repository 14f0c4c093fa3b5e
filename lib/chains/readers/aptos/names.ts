import { LRUCache } from 'lru-cache';
import type { ChainClaim, ChainRow } from '../../kit/chain-check.ts';
import type { AptosNode } from './node.ts';
import type { AptosRow } from './transaction.ts';

/**
 * What an asset is called. A coin that became a fungible asset has two names, its type and its metadata, and may be
 * credited under one alone, whatever a report calls it.
 */
export interface AssetNames {
  named(row: AptosRow): Promise<ChainRow>;
  /** Assets of claims that are the other names of what moved: they are neither confirmed nor denied. */
  others(rows: readonly AptosRow[], claims: readonly ChainClaim[]): Promise<string[]>;
}

const pairsKept = 10_000;

/** With the coins (CAIP-19) that are called by their type. */
export function assetNames(node: Pick<AptosNode, 'pairedCoin'>, coins: ReadonlySet<string>): AssetNames {
  // A fungible asset is made for its coin, or for none, once and for all.
  const pairs = new LRUCache<string, { coin: string | undefined }>({ max: pairsKept });

  const coinOf = async (metadata: string): Promise<string | undefined> => {
    const known = pairs.get(metadata) ?? { coin: await node.pairedCoin(metadata) };
    pairs.set(metadata, known);
    return known.coin;
  };
  const named = async ({ metadata, ...row }: AptosRow): Promise<ChainRow> => {
    const coin = metadata === undefined || coins.size === 0 ? undefined : await coinOf(metadata);
    return coin !== undefined && coins.has(coin) ? { ...row, asset: coin } : row;
  };
  return {
    named,
    async others(rows, claims) {
      const claimed = new Set(claims.map((claim) => claim.asset));
      const names = rows.map(async (row) => {
        const { asset } = await named(row);
        if (row.metadata === undefined || [...claimed].every((one) => one === asset)) return [];
        return [row.asset, (await coinOf(row.metadata)) ?? asset].filter((one) => one !== asset && claimed.has(one));
      });
      return [...new Set((await Promise.all(names)).flat())];
    },
  };
}
