import { LRUCache } from 'lru-cache';
import { unknownEvmNetwork } from './evm-networks.ts';
import { aliasesOf, everyone, type Network } from './network.ts';
import { networkUnknown } from './refusals.ts';

/** The networks that one receiver knows: those of the package, and those of its own settings. */
export interface NetworkTable {
  /** Each network that has an entry. An `eip155` network without one can be used all the same. */
  readonly all: readonly Network[];
  /**
   * The network of a CAIP-2 id, of a chain id of the EVM in hex or decimal, or of a name that a provider uses
   * (`ETH_MAINNET`, `matic-mainnet`, `BSC`); undefined if it is not known. A decimal number alone is an EVM chain id, and
   * only of a network with an entry; `eip155:N` and `0xN` are taken for any N. `speaker` is the provider who says it: a name that only this provider uses comes first.
   */
  find(idOrAlias: string, speaker?: Speaker): Network | undefined;
  /** As `find`; throws `NETWORK_UNKNOWN`. */
  require(idOrAlias: string): Network;
}

/** The provider who names a network: a name may be its own. */
export interface Speaker {
  readonly name: string;
  /** Which kind of provider it is, `alchemy`, whatever its instance is called. */
  readonly kind?: string;
}

/** Two networks under one name: which one is meant is ambiguous. */
export class AliasTaken extends Error {
  readonly alias: string;
  readonly network: Network;

  constructor(alias: string, network: Network, other: Network) {
    super(`The name ${alias} already means ${network.id} and cannot also mean ${other.id}`);
    this.alias = alias;
    this.network = network;
  }
}

// Senders name chain ids, so those made up are bounded.
const mostUnlisted = 1_000;

/** A table of these networks. Throws `AliasTaken`. */
export function networkTable(networks: readonly Network[]): NetworkTable {
  const byId = new Map(networks.map((network) => [network.id, network]));
  const { common, own } = indexAliases(networks);
  const unlisted = new LRUCache<string, Network>({ max: mostUnlisted });
  const listed = (text: string): Network | undefined => byId.get(text) ?? common.get(aliasKey(text));

  const unlistedEvm = (text: string): Network | undefined => {
    const chainId = chainIdIn(text);
    if (chainId === undefined) return undefined;
    const known = listed(`eip155:${chainId}`) ?? unlisted.get(chainId);
    if (known !== undefined) return known;
    const made = unknownEvmNetwork(chainId);
    unlisted.set(chainId, made);
    return made;
  };
  const byOwnName = ({ name, kind = name }: Speaker, key: string): Network | undefined =>
    own.get(name)?.get(key) ?? own.get(kind)?.get(key);
  const find: NetworkTable['find'] = (text, speaker) => {
    // A user of plain JavaScript may leave the network out.
    if (typeof text !== 'string') return undefined;
    return (
      (speaker && own.size > 0 ? byOwnName(speaker, aliasKey(text)) : undefined) ?? listed(text) ?? unlistedEvm(text)
    );
  };
  return Object.freeze({
    all: Object.freeze([...networks]),
    find,
    require(text: string) {
      const network = find(text);
      if (network === undefined) throw networkUnknown(text);
      return network;
    },
  });
}

/** The decimal chain id in `eip155:N` or `0xN`. */
function chainIdIn(text: string): string | undefined {
  const decimal = /^eip155:([1-9][0-9]{0,31})$/.exec(text)?.[1];
  if (decimal !== undefined) return decimal;
  const hex = /^0[xX]0*([1-9a-fA-F][0-9a-fA-F]{0,15})$/.exec(text)?.[1];
  return hex === undefined ? undefined : BigInt(`0x${hex}`).toString();
}

// Dashes count in an id (`tvm:-239`), not in a name (`ETH_MAINNET`, `eth-mainnet`, `ETHMAINNET`).
function aliasKey(text: string): string {
  return text.includes(':') ? text.toLowerCase() : text.toLowerCase().replace(/[-_\s]/g, '');
}

type Index = Map<string, Network>;

function indexAliases(networks: readonly Network[]): { common: Index; own: ReadonlyMap<string, Index> } {
  const common: Index = new Map();
  const own = new Map<string, Index>();
  for (const network of networks) {
    add(common, network.id, network);
    for (const [speaker, names] of aliasesOf(network)) {
      const index = speaker === everyone ? common : (own.get(speaker) ?? new Map<string, Network>());
      if (speaker !== everyone) own.set(speaker, index);
      for (const alias of names) add(index, alias, network);
    }
  }
  return { common, own };
}

function add(index: Index, alias: string, network: Network): void {
  const key = aliasKey(alias);
  const known = index.get(key);
  if (known !== undefined && known !== network) throw new AliasTaken(alias, known, network);
  index.set(key, network);
}
