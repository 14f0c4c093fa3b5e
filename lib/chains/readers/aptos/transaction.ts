import { boolean, type Json, numberText, text } from '../../../json/json.ts';
import { transactionIdOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import { present } from '../../../util/present.ts';
import type { ChainRow } from '../../kit/chain-check.ts';
import { type Movement, movementsOf } from './movements.ts';

/** A transaction of a block, of whatever kind. */
export interface AptosTransaction {
  id: string;
  version: bigint;
  /** A failed one has moved nothing but its fee. */
  success: boolean;
  rows: readonly AptosRow[];
  /** Assets of which it cannot be said what arrived. */
  unclear: readonly string[];
}

/** A row with the metadata of its fungible asset, by which a coin may have another name. */
export interface AptosRow extends ChainRow {
  metadata?: string;
}

/** Reads a transaction as the node writes it. Throws `BODY_UNREADABLE`. */
export function readTransaction(json: Json, network: Network): AptosTransaction {
  const success = boolean(json, 'success');
  const movements = success ? movementsOf(json, network) : [];
  return {
    id: transactionIdOn(network, text(json, 'hash')),
    version: BigInt(numberText(json, 'version')),
    success,
    rows: rowsOf(movements.filter((one) => one.mayBeMigrated !== true)),
    unclear: [...new Set(movements.flatMap((one) => (one.mayBeMigrated ? one.asset : [])))],
  };
}

/**
 * Each deposit to an account from which nothing of that asset left in the transaction; else what it has gained, so that
 * nobody is credited with what he sends to himself.
 */
function rowsOf(movements: readonly Movement[]): AptosRow[] {
  const sums = new Map<string, { net: bigint; hasLeft: boolean; last: number }>();
  for (const { asset, account, units, event } of movements) {
    const { net = 0n, hasLeft = false } = sums.get(`${asset} ${account}`) ?? {};
    sums.set(`${asset} ${account}`, { net: net + units, hasLeft: hasLeft || units < 0n, last: event });
  }
  return movements.flatMap(({ asset, account, units, event, metadata }): AptosRow[] => {
    const { net, hasLeft, last } = sums.get(`${asset} ${account}`) ?? { net: 0n, hasLeft: false, last: event };
    const amount = hasLeft ? net : units;
    if (amount <= 0n || (hasLeft && event !== last)) return [];
    const from = senderOf(asset, movements);
    return [present<AptosRow>({ asset, from, to: account, amount, position: `event:${event}`, metadata })];
  });
}

/** The one account that an asset left; undefined if there are several, or none. */
function senderOf(asset: string, movements: readonly Movement[]): string | undefined {
  const senders = new Set(movements.flatMap((one) => (one.asset === asset && one.units < 0n ? one.account : [])));
  return senders.size === 1 ? [...senders][0] : undefined;
}
