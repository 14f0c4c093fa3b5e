import { addressOn, tokenOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import type { ChainRow } from '../../kit/chain-check.ts';

/**
 * A movement as the node writes it, addresses in hex: base58 of every address of a block would hold the event loop for a tenth of a
 * second.
 */
export interface TronTransfer {
  /** Contract of a TRC-20 token; undefined for TRX. */
  token: string | undefined;
  from: string;
  to: string;
  amount: bigint;
  position: string;
}

/** With addresses and asset in canonical form. Throws `ADDRESS_INVALID`. */
export function toChainRow({ token, from, to, ...rest }: TronTransfer, network: Network): ChainRow {
  return {
    asset: token === undefined ? network.native.asset : tokenOn(network, token),
    from: addressOn(network, from),
    to: addressOn(network, to),
    ...rest,
  };
}
