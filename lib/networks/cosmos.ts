import { wordIn } from '../util/word-in.ts';
import { bytesOf, decodeBech32 } from './bech32.ts';
import { hash32 } from './hex.ts';
import type { Codec, Network } from './network.ts';
import { addressInvalid } from './refusals.ts';

interface Chain {
  /** Human-readable part of accounts. */
  prefix: string;
  /** The bank module's name of the coin. */
  denom: string;
}

// https://github.com/cosmos/chain-registry, `bech32_prefix` and `staking_tokens`.
const chains: Readonly<Record<string, Chain>> = {
  'cosmos:cosmoshub-4': { prefix: 'cosmos', denom: 'uatom' },
  'cosmos:provider': { prefix: 'cosmos', denom: 'uatom' },
  'cosmos:osmosis-1': { prefix: 'osmo', denom: 'uosmo' },
  'cosmos:celestia': { prefix: 'celestia', denom: 'utia' },
  'cosmos:injective-1': { prefix: 'inj', denom: 'inj' },
  'cosmos:dydx-mainnet-1': { prefix: 'dydx', denom: 'adydx' },
};

/**
 * Bech32 of 20 bytes, or of 32 for contracts, with the network's own human-readable part: one key has an account on each
 * network, and a validator (`cosmosvaloper1...`) is none. A token is `ibc/<hash>`, or a CW-20 contract.
 */
export const cosmos: Codec = {
  account: (text, network) => ({ address: cosmosAddress(text, network) }),
  transactionId: (text) => hash32(text, 'A transaction hash').toUpperCase(),
  blockHash: (text) => hash32(text, 'A block hash').toUpperCase(),
  token(reference, namespace, network) {
    if (reference === chainOf(network).denom) return 'native';
    const [, ibc] = /^(?:ibc\/)?([0-9a-fA-F]{64})$/.exec(reference) ?? [];
    switch (namespace ?? (ibc === undefined ? 'cw20' : 'ibc')) {
      case 'ibc':
        if (ibc === undefined) throw addressInvalid(reference, 'an IBC denomination is ibc/ and 64 hex characters');
        return { namespace: 'ibc', reference: ibc.toUpperCase() };
      case 'cw20':
        return { namespace: 'cw20', reference: cosmosAddress(reference, network) };
      default:
        return undefined;
    }
  },
};

function chainOf(network: Network): Chain {
  const chain = wordIn(chains, network.id);
  if (chain === undefined) throw addressInvalid(network.id, 'the human-readable part of its addresses is not known');
  return chain;
}

function cosmosAddress(text: string, network: Network): string {
  const { words, variant } = decodeBech32(text, chainOf(network).prefix);
  const size = bytesOf(words)?.byteLength;
  if (variant !== 'bech32' || (size !== 20 && size !== 32))
    throw addressInvalid(text, 'an account is 20 bytes in bech32, a contract 32');
  return text.toLowerCase();
}
