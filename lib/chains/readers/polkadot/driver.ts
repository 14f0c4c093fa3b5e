import { loadPeers } from '../../kit/load-peers.ts';

/** What is used of the optional peers that decode what a runtime has encoded. */
export interface SubstrateDriver {
  bindings: Pick<
    typeof import('@polkadot-api/substrate-bindings'),
    'compact' | 'createDecoder' | 'decAnyMetadata' | 'unifyMetadata'
  >;
  builders: Pick<typeof import('@polkadot-api/metadata-builders'), 'getDynamicBuilder' | 'getLookupFn'>;
}

/** Loads the optional peers when a node is first asked. Rejects with `CHAIN_DRIVER_MISSING`. */
export function loadDriver(load: () => Promise<SubstrateDriver> = importDriver): Promise<SubstrateDriver> {
  return loadPeers(
    load,
    'polkadotChain: npm install @polkadot-api/metadata-builders@0.15 @polkadot-api/substrate-bindings@0.21, which decode the events of blocks',
  );
}

async function importDriver(): Promise<SubstrateDriver> {
  const [bindings, builders] = await Promise.all([
    import('@polkadot-api/substrate-bindings'),
    import('@polkadot-api/metadata-builders'),
  ]);
  return { bindings, builders };
}
