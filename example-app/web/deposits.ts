import type { CallbackRecord, DepositRecord } from 'deposit-callback';
import { coins, symbolOf } from '../coins.ts';
import type { View } from './view.ts';

export function money({ exchange }: View, units: bigint, asset: string): string {
  const { assets } = exchange.book;
  return `${coins(units, asset, assets)} ${symbolOf(asset, assets)}`;
}

export async function depositOf({ exchange }: View, { transfers }: CallbackRecord): Promise<DepositRecord | undefined> {
  const id = transfers.find(({ depositId }) => depositId !== undefined)?.depositId;
  return id === undefined ? undefined : (await exchange.store.deposit(id))?.deposit;
}

export function confirmationsOf(
  { wallet, confirmations }: View,
  deposit: DepositRecord,
): { now: number; of: number } | undefined {
  const block = deposit.transaction.block?.number;
  const height = wallet.height();
  if (confirmations === undefined || block === undefined || height === undefined) return undefined;
  return { now: Math.min(confirmations, Math.max(0, height - Number(block) + 1)), of: confirmations };
}
