/** The exchange's customers and the deposit addresses that it gave them. A real one keeps these in its database. */
export const accounts = [
  { customer: 'alice', network: 'eip155:1', address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed' },
  { customer: 'bob', network: 'eip155:1', address: '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359' },
  { customer: 'carol', network: 'tron:728126428', address: 'TJG7iciLGjsib9qhe6U6F7M2vxYJuDjWNM' },
] as const;

/** What the exchange credits: CAIP-19 ids with their decimals. Everything else is ignored. */
export const assets = [
  { asset: 'eip155:1/slip44:60', symbol: 'ETH', decimals: 18, minimum: 1_000_000_000_000n },
  { asset: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7', symbol: 'USDT', decimals: 6 },
  { asset: 'tron:728126428/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', symbol: 'USDT on TRON', decimals: 6 },
] as const;

/** The customer whom an account belongs to. Addresses come in canonical form, so plain equality is right. */
export function customerOf(account: { network: string; address: string }): string | undefined {
  return accounts.find((one) => one.network === account.network && one.address === account.address)?.customer;
}
