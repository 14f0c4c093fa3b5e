import type { NamedAsset } from './asset-names.ts';
import type { ProviderOptions } from './provider.ts';
import { wordIn } from './readings.ts';

/** For providers that number networks by SLIP-0044. */
export interface CoinTypesOptions extends ProviderOptions {
  /**
   * Networks (CAIP-2 or a name) by the provider's number. Known without it: 0 Bitcoin, 60 Ethereum, 144 XRP Ledger, 195 TRON. A
   * transfer on any other number is quarantined.
   */
  networks?: Readonly<Record<string, string>>;
}

const coinTypes: Readonly<Record<string, string>> = { '0': 'bitcoin', '60': 'ethereum', '144': 'xrp', '195': 'tron' };

/** What coin and token stand for: `token` is a contract, or the coin's own number again. */
export function assetByCoinType(
  coin: string,
  token: string,
  networks: Readonly<Record<string, string>> = {},
): NamedAsset {
  // A number that is not in the table is not an EVM chain id, which is a bare number too.
  const network = wordIn(networks, coin) ?? wordIn(coinTypes, coin) ?? `slip44:${coin}`;
  return { network, asset: token === coin ? 'native' : { contract: token } };
}
