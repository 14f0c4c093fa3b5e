import type { Account } from 'deposit-callback';

/** A customer and the account where deposits for him arrive. */
export interface Customer {
  customer: string;
  /** CAIP-2. */
  network: string;
  address: string;
  /** On networks where customers share an address: what tells theirs apart. */
  memo?: string;
}

/** What is credited: a CAIP-19 id with its decimals. */
export interface Asset {
  asset: string;
  symbol: string;
  decimals: number;
  /** In smallest units. */
  minimum?: bigint;
  memo?: 'required';
}

/** Whose deposits an exchange takes, and of what. */
export interface Book {
  accounts: readonly Customer[];
  assets: readonly Asset[];
}

/** The exchange's customers and the deposit addresses that it gave them. A real one keeps these in its database. */
export const accounts = [
  { customer: 'alice', network: 'eip155:1', address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed' },
  { customer: 'bob', network: 'eip155:1', address: '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359' },
  { customer: 'carol', network: 'tron:728126428', address: 'TJG7iciLGjsib9qhe6U6F7M2vxYJuDjWNM' },
] as const satisfies readonly Customer[];

/** What the exchange credits: CAIP-19 ids with their decimals. Everything else is ignored. */
export const assets = [
  { asset: 'eip155:1/slip44:60', symbol: 'ETH', decimals: 18, minimum: 1_000_000_000_000n },
  { asset: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7', symbol: 'USDT', decimals: 6 },
  { asset: 'tron:728126428/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', symbol: 'USDT on TRON', decimals: 6 },
] as const satisfies readonly Asset[];

/** The customer whom an account belongs to. Addresses come in canonical form, so plain equality is right. */
export function customerOf(account: Account, list: readonly Customer[]): string | undefined {
  const there = list.filter((one) => one.network === account.network && one.address === account.address);
  const found = there.find((one) => one.memo === account.memo);
  // Money at an address that customers share, with a memo that none of them has: a person assigns it.
  return found?.customer ?? (there.length > 0 ? 'unassigned' : undefined);
}
