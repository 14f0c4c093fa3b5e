import type { ReportedTransfer } from '../../deposit-callbacks.ts';
import type { DepositRecord } from '../../deposits/deposit.ts';
import type { CallbackRecord } from '../../stores/store.ts';
import type { Inspected } from '../view.ts';

/** What a callback says was moved, for one line of a list: its first transfer, and how many more there are. */
export interface Movement extends Partial<ReportedTransfer> {
  /** The customer's account. */
  account?: string;
  depositId?: string;
  /** The reason of a hold. */
  reason?: string;
  more: number;
}

/** As large as a body may be to be read again for one line of a list: a block's callback of 3,000 transfers is not. */
const mostBytes = 64 * 1_024;

/**
 * The movement of each callback, by the callback's id. One look-up each: of the deposit that it made, or else of its body,
 * which is read again.
 */
export async function movementsOf(
  callbacks: Inspected,
  records: readonly CallbackRecord[],
): Promise<ReadonlyMap<string, Movement>> {
  const found = await Promise.all(records.map(async (one) => [one.id, await movementOf(callbacks, one)] as const));
  return new Map(found.flatMap(([id, movement]) => (movement === undefined ? [] : [[id, movement] as const])));
}

async function movementOf(callbacks: Inspected, record: CallbackRecord): Promise<Movement | undefined> {
  const { transfers, outcome, bodyBytes } = record;
  const recorded = transfers.find(({ depositId }) => depositId !== undefined)?.depositId;
  const more = Math.max(0, transfers.length - 1);
  if (recorded !== undefined) {
    const found = await callbacks.store.deposit(recorded);
    if (found) return { ...movementIn(found.deposit), more };
  }
  if (outcome === 'rejected' || bodyBytes > mostBytes) return undefined;
  const [first, ...others] = await callbacks.transfersIn(record.id);
  return first && { ...first, more: others.length };
}

/** The same of a deposit. */
export function movementIn(deposit: DepositRecord): Movement {
  const { id, transaction, account, memo, symbol, decimals, from, reason } = deposit;
  return {
    network: deposit.network,
    asset: deposit.asset,
    amount: deposit.amount,
    to: deposit.to,
    transactionId: transaction.id,
    depositId: id,
    more: 0,
    ...(symbol === undefined ? {} : { symbol }),
    ...(decimals === undefined ? {} : { decimals }),
    ...(from === undefined ? {} : { from }),
    ...(memo === undefined ? {} : { memo }),
    ...(account === undefined ? {} : { account }),
    ...(reason === undefined ? {} : { reason }),
  };
}
