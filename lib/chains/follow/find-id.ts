import type { FindId } from '../../ingest/find-ids.ts';
import { present } from '../../util/present.ts';
import type { ChainBlock, ChainCheck } from '../kit/chain-check.ts';

/** Finds, on the chains that are checked, the transaction that a provider names by its hash alone. */
export function findIdOn(chains: readonly ChainCheck[]): FindId {
  const byNetwork = new Map(chains.map((chain) => [chain.network, chain]));
  return async ({ network, hash, block, asset, to, amount }) => {
    const number = /^\d{1,30}$/.test(block.number ?? '') ? BigInt(block.number ?? '') : undefined;
    const said = present<Partial<ChainBlock>>({ number, hash: block.hash });
    return byNetwork.get(network)?.named?.({ hash, block: said, claim: { asset, to, amount } });
  };
}
