/**
 * A network: its names, its native asset, its confirmations and its codec. `docs/networks.md` lists those of the
 * package.
 */
export interface Network {
  /** CAIP-2, for example `eip155:1`. */
  readonly id: string;
  readonly name: string;
  /**
   * Networks of one family write accounts and transactions alike: `evm`, `bitcoin` and the others of `docs/networks.md`, or any
   * other name for a network of your own.
   */
  readonly family: string;
  /** The text forms of accounts, tokens, transactions and blocks. */
  readonly codec: Codec;
  /** Other names that providers use. */
  readonly aliases: Aliases;
  /** Confirmations needed if the policy has no entry. */
  readonly confirmations: number;
  /** Why that many, with the source. */
  readonly confirmationsReason: string;
  /** A block with this many confirmations is taken as final. */
  readonly reorgDepth: number;
  /** Time that a deposit may stay pending or held before `stuck` is raised. */
  readonly stuckAfterMs: number;
  readonly native: NativeAsset;
  /** Whether accounts are shared and distinguished by a memo or tag. */
  readonly hasMemos: boolean;
  readonly inputsModel: 'account' | 'utxo';
  /** Whether its coins have no value. */
  readonly testnet: boolean;
}

/**
 * Names of a network, compared regardless of case, dashes, underscores and spaces: a list for every provider, or lists
 * by provider, keyed by its kind (`alchemy`) or its instance's `name`, and by `'*'` for every provider.
 */
export type Aliases = readonly string[] | Readonly<Record<string, string | readonly string[]>>;

/** The key of the names that every provider may use. */
export const everyone = '*';

/** The names of a network with who uses them. */
export function aliasesOf({ aliases }: Pick<Network, 'aliases'>): [speaker: string, names: readonly string[]][] {
  if (isList(aliases)) return [[everyone, aliases]];
  return Object.entries(aliases).map(([speaker, names]) => [speaker, typeof names === 'string' ? [names] : names]);
}

function isList(aliases: Aliases): aliases is readonly string[] {
  return Array.isArray(aliases);
}

/** The native coin of a network. */
export interface NativeAsset {
  /** CAIP-19. */
  readonly asset: string;
  readonly symbol: string;
  readonly decimals: number;
  /** Contracts under which the coin is a token too (Celo, Polygon, zkSync): the same asset by another name. */
  readonly contracts?: readonly string[];
  /** Accounts that give back unused fees: what comes from them is not a deposit. */
  readonly feeAccounts?: readonly string[];
}

/** A canonical address, with the memo that its text contains, if any (an XRP Ledger X-address). */
export interface CanonicalAccount {
  address: string;
  memo?: string;
}

/** The namespace and reference of a CAIP-19 asset; the reference is not percent-encoded. */
export interface AssetName {
  namespace: string;
  reference: string;
}

/**
 * The text forms of one family of networks. Each function returns the one canonical text, whatever form it is given,
 * and throws for any other text. Equal things must have equal texts, or one account is taken for two.
 */
export interface Codec {
  account(text: string, network: Network): CanonicalAccount;
  transactionId(text: string, network: Network): string;
  blockHash(text: string, network: Network): string;
  /** Whether the text is the hash of a transaction, in a family in which a hash alone names none. Default: never. */
  isHashOnly?(text: string): boolean;
  /**
   * A token by its contract, mint, type or issuer. Without a namespace, that of the form is found. `'native'` if the
   * token is the network's own coin by another name; undefined for a namespace that the family does not know.
   */
  token(reference: string, namespace: string | undefined, network: Network): AssetName | 'native' | undefined;
  /** A memo or tag that stands beside the address. Default: as it stands. */
  memo?(text: string): string;
}
