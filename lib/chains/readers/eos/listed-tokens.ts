import { DepositCallbackError } from '../../../errors.ts';
import { tokenOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import type { ChainRow } from '../../kit/chain-check.ts';
import type { EosTransfer } from './transactions.ts';

/** The accounts of the contracts to listen to. */
export function contractsOf(listed: ReadonlyMap<string, number>): ReadonlySet<string> {
  const contracts = [...listed.keys()].map((asset) => /\/token:(.+)-[A-Z]+$/.exec(asset)?.[1] ?? 'eosio.token');
  return new Set(contracts);
}

/** Undefined for a token that is not listed. Throws `REQUEST_FAILED` for one with other decimals than those listed. */
export function toChainRow(
  transfer: EosTransfer,
  network: Network,
  listed: ReadonlyMap<string, number>,
): ChainRow | undefined {
  const { contract, symbol, precision, from, to, amount, memo, globalSequence } = transfer;
  const asset = tokenOn(network, `${contract}-${symbol}`);
  const decimals = listed.get(asset);
  if (decimals === undefined) return undefined;
  if (decimals !== precision) {
    const what = `${asset} has ${precision} decimals on the chain, but ${decimals} in assets and the policy`;
    throw new DepositCallbackError('REQUEST_FAILED', `${what}; correct both, and check again`);
  }
  const row = { asset, from, to, amount, position: `trace:${globalSequence}` };
  return memo === '' ? row : { ...row, memo };
}
