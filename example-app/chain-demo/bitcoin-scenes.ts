import { randomBytes } from 'node:crypto';
import { bech32 } from '@scure/base';
import type { Play } from './play.ts';

/** What both nodes of the Bitcoin family do. */
export interface CoinNode {
  /** Pays to Alice, in smallest units; the payment waits in the mempool. */
  pay(units: bigint): Promise<void>;
  mine(blocks: number): Promise<void>;
  /** Another chain takes the place of the last blocks, longer by one, without the payment. */
  reorganize(blocks: number): Promise<void>;
}

/** Confirmations after which a deposit is credited. */
export const wanted = 3;
const coin = 100_000_000n;

/** An address whose key nobody has, so that what comes there stays, and its script in hex. */
export function newAddress(prefix: string): { address: string; script: string } {
  const hash = randomBytes(20);
  return {
    address: bech32.encode(prefix, [0, ...bech32.toWords(hash)]),
    script: `0014${hash.toString('hex')}`,
  };
}

export async function bitcoinScenes(node: CoinNode, symbol: string, play: Play): Promise<void> {
  const { see } = play;
  await node.pay(coin / 2n);
  await see(`0.5 ${symbol} are paid to alice: the payment waits in the mempool`, '0');
  await node.mine(1);
  await see('It is mined, and has one confirmation', '0', 'pending');
  await node.mine(wanted - 1);
  await see(`It has ${wanted} confirmations`, '0.5', 'confirmed');
  await play.lie('0.5');
  await node.reorganize(wanted);
  await see(`A longer chain replaces those ${wanted} blocks: the payment is back in the mempool`, '0', 'reverted');
  await node.mine(wanted);
  await see('It is mined again', '0.5', 'pending', 'confirmed');
  await play.stopNotifier();
  await node.pay(coin / 4n);
  await node.mine(wanted);
  play.startNotifier();
  await see(`0.25 ${symbol} more, paid while the notifier was down`, '0.75', 'pending', 'confirmed');
}
