import { areDecimals } from '../../deposits/amount.ts';
import { DepositCallbackError, invalidOption } from '../../errors.ts';
import { tokenOn } from '../../networks/canonical.ts';
import type { Network } from '../../networks/network.ts';
import { canonicalAsset, findNetwork, splitAsset } from '../../networks/registry.ts';
import type { ChainRow } from '../kit/chain-check.ts';
import type { EosTransfer } from './transactions.ts';

/** A token whose transfers are read. */
export interface ListedToken {
  /** CAIP-19, for example `antelope:aca376f206b8fc25a6ed44dbdc66547c/token:tethertether-USDT`. */
  asset: string;
  /** As the policy counts it. A transfer with another precision is refused, never converted. */
  decimals: number;
}

/** The assets that are read, with their decimals: the native one always, and the tokens. */
export type ListedTokens = ReadonlyMap<string, number>;

/** Assets of other networks are passed over, so that `policy.assets` can be given. Throws `OPTION_INVALID`. */
export function readListed(tokens: readonly ListedToken[], network: Network): ListedTokens {
  const listed = new Map([[network.native.asset, network.native.decimals]]);
  for (const { asset, decimals } of tokens) {
    const canonical = assetOf(asset, network);
    if (canonical === undefined) continue;
    if (!areDecimals(decimals)) throw invalidOption('tokens', `must have the decimals of ${canonical}, from 0 to 255`);
    if (canonical === network.native.asset && decimals !== network.native.decimals) {
      throw invalidOption('tokens', `must give ${canonical} ${network.native.decimals} decimals`);
    }
    listed.set(canonical, decimals);
  }
  return listed;
}

function assetOf(asset: string, network: Network): string | undefined {
  try {
    return findNetwork(splitAsset(asset).network)?.id === network.id ? canonicalAsset(asset) : undefined;
  } catch (cause) {
    throw invalidOption('tokens', `must list assets by CAIP-19, for example ${network.id}/token:core.vaulta-A`, cause);
  }
}

/** The accounts of the contracts to listen to. */
export function contractsOf(listed: ListedTokens): ReadonlySet<string> {
  const contracts = [...listed.keys()].map((asset) => /\/token:(.+)-[A-Z]+$/.exec(asset)?.[1] ?? 'eosio.token');
  return new Set(contracts);
}

/** Undefined for a token that is not listed. Throws `REQUEST_FAILED` for one with other decimals than those listed. */
export function toChainRow(transfer: EosTransfer, network: Network, listed: ListedTokens): ChainRow | undefined {
  const { contract, symbol, precision, from, to, amount, memo, globalSequence } = transfer;
  const asset = tokenOn(network, `${contract}-${symbol}`);
  const decimals = listed.get(asset);
  if (decimals === undefined) return undefined;
  if (decimals !== precision) {
    const what = `${asset} has ${precision} decimals on the chain, but ${decimals} in tokens and the policy`;
    throw new DepositCallbackError('REQUEST_FAILED', `${what}; correct both, and check again`);
  }
  const row = { asset, from, to, amount, position: `trace:${globalSequence}` };
  return memo === '' ? row : { ...row, memo };
}
