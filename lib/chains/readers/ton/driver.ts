import { loadPeers } from '../../kit/load-peers.ts';

/** What is used of the optional peer that reads cells. */
export type TonDriver = Pick<typeof import('@ton/core'), 'Address' | 'beginCell' | 'Cell'>;

/** Loads the optional peer when a node is first asked. Rejects with `CHAIN_DRIVER_MISSING`. */
export function loadDriver(load: () => Promise<TonDriver> = importDriver): Promise<TonDriver> {
  return loadPeers(load, 'tonChain: npm install @ton/core, which reads the bodies of messages');
}

async function importDriver(): Promise<TonDriver> {
  const { Address, beginCell, Cell } = await import('@ton/core');
  return { Address, beginCell, Cell };
}
