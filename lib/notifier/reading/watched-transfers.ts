import type { ReadBlock } from '../../chains/kit/chain-reader.ts';
import type { CanonicalAccount } from '../../networks/network.ts';
import type { NetworkSettings } from '../network-options.ts';
import { depositData } from '../sending/callback-body.ts';
import type { WatchedTransfer } from '../store/ledger-steps.ts';
import type { AskedTransfer } from '../store/watch-copy.ts';

/** The transfers of a block, at `time`, once for each key that is to be told of them. */
export function watchedTransfers(
  { network }: NetworkSettings,
  time: number,
  block: ReadBlock,
  keysOf: (account: CanonicalAccount, transfer: AskedTransfer) => Iterable<string>,
): WatchedTransfer[] {
  return block.rows.flatMap((row) => {
    const { to: address, memo, spendableFrom = 1 } = row;
    const account: CanonicalAccount = memo === undefined ? { address } : { address, memo };
    const data = depositData(network, block, row);
    return [...new Set(keysOf(account, { asset: row.asset, time }))].map((keyId) => ({ keyId, data, spendableFrom }));
  });
}
