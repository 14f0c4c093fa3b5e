import type { Evidence, Transfer } from '../../deposits/transfer.ts';
import { isDepositCallbackError } from '../../errors.ts';
import type { Gain } from '../../networks/solana-gains.ts';
import { present } from '../../util/present.ts';
import { tokenOn } from './evm-reading.ts';
import type { Rows } from './rows.ts';

/** What all gains of one transaction have in common. */
export interface Arrival {
  kind: Transfer['kind'];
  network: string;
  signature: string;
  block: { number?: string; hash?: string };
  /** Undefined if it is not reported. */
  success: boolean | undefined;
  /** Whether a token is an NFT; by default none is known to be. */
  isNft?(gain: Gain): boolean;
}

/** Transfers of what arrived; a gain whose mint is none is a row that could not be read. */
export function arrivals(gains: readonly Gain[], arrival: Arrival): Rows {
  const transfers: Transfer[] = [];
  const unreadable: Rows['unreadable'][number][] = [];
  for (const gain of gains) {
    try {
      transfers.push(transferOf(gain, arrival));
    } catch (error) {
      if (!isDepositCallbackError(error)) throw error;
      unreadable.push({ path: `mint ${gain.row}`, reason: error.message });
    }
  }
  return { transfers, unreadable, size: gains.length };
}

function transferOf(gain: Gain, { kind, network, signature, block, success, isNft }: Arrival): Transfer {
  const { mint, owner, units, decimals, from, row } = gain;
  return present<Transfer>({
    kind,
    event: signature,
    row,
    network,
    asset: mint === undefined ? 'native' : tokenOn(network, mint),
    amount: { units },
    decimals,
    from,
    to: owner,
    transaction: { id: signature, block },
    evidence: present<Evidence>({
      category: isNft?.(gain) === true ? 'nft' : 'transfer',
      delivered: { units },
      success,
    }),
  });
}
