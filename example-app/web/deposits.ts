import type { CallbackRecord, DepositRecord } from 'deposit-callback';
import { coins, symbolOf } from '../coins.ts';
import { type Html, html } from './html.ts';
import type { View } from './view.ts';

export function money({ exchange }: View, units: bigint, asset: string): string {
  const { assets } = exchange.book;
  return `${grouped(coins(units, asset, assets))} ${symbolOf(asset, assets)}`;
}

/** Thousands set apart: `1,234.5`. */
export function grouped(coins: string): string {
  return coins.replace(/\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
}

/** An amount that a narrow place may break behind a comma or the point. */
export function breakable(amount: string): Html {
  return html`${amount.split(/(?<=[,.])/).map((part) => html`${part}<wbr>`)}`;
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
