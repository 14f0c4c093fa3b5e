import type { Asset, Customer } from '../accounts.ts';
import type { Exchange } from '../exchange.ts';
import type { Wallet } from '../wallets/wallet.ts';
import type { Told } from './told.ts';
import type { Words } from './words.ts';

/** What the pages are made from. */
export interface Site {
  exchange: Exchange;
  wallet: Wallet;
  told: Told;
  /** How many confirmations a credit needs, if the page can tell. */
  confirmations: number | undefined;
}

/** One reader's look at the site. */
export interface View extends Site {
  words: Words;
  theme: 'light' | 'dark' | undefined;
  customer: Customer;
  asset: Asset;
  /** What was typed as an amount and is none. */
  wrongAmount?: string;
}

/** What a customer can be paid: the assets of his network. */
export function assetsFor({ network }: Customer, listed: readonly Asset[]): readonly Asset[] {
  return listed.filter(({ asset }) => asset.startsWith(`${network}/`));
}

export function nameOf({ customer }: Customer): string {
  return customer.charAt(0).toUpperCase() + customer.slice(1);
}
