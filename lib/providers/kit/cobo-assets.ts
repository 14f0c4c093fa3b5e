/** Cobo's names of assets, the same in WaaS 1.0 and 2.0; the option `assets` names the others. */
export const coboAssets = {
  BTC: 'bitcoin',
  ETH: 'ethereum',
  ETH_USDT: 'ethereum/USDT',
  TRON: 'tron',
  TRON_USDT: 'tron/USDT',
} as const;
