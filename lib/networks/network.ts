/** Families share one form of address and of transaction id. */
export type Family = 'evm' | 'bitcoin' | 'tron' | 'solana' | 'aptos' | 'substrate' | 'antelope' | 'ton' | 'xrpl';

/** What a network is. `docs/networks.md` has a line for each. */
export interface Network {
  /** CAIP-2, for example `eip155:1`. */
  id: string;
  name: string;
  family: Family;
  /** Other names that providers use, lower-case; matched whatever the case, dashes, underscores and spaces. */
  aliases: readonly string[];
  /** Confirmations needed where the policy has no entry. */
  confirmations: number;
  /** Why that many, with the source. */
  confirmationsReason: string;
  /** A block with this many confirmations is taken as final (rule 16). */
  reorgDepth: number;
  /** How long a deposit may stay pending or held before `stuck` is raised (rule 25). */
  stuckAfterMs: number;
  native: NativeAsset;
  /** Whether accounts are shared and told apart by a memo or tag (rule 4). */
  hasMemos: boolean;
  inputsModel: 'account' | 'utxo';
  /** Whether its coins have no value. */
  testnet: boolean;
}

export interface NativeAsset {
  /** CAIP-19. */
  asset: string;
  symbol: string;
  decimals: number;
}

/** An account, with the memo that its address carries, if it does (an XRP Ledger X-address). */
export interface CanonicalAccount {
  address: string;
  memo?: string;
}

/** Namespace and reference of a CAIP-19 asset, the reference not percent-encoded. */
export interface AssetName {
  namespace: string;
  reference: string;
}

/** How one family writes things down. Each function returns the canonical text, and throws for text that is not one. */
export interface Codec {
  account(text: string, network: Network): CanonicalAccount;
  transactionId(text: string, network: Network): string;
  blockHash(text: string, network: Network): string;
  /** Whether the text is the hash of a transaction, in a family where a hash alone names none. Default: never. */
  isHashOnly?(text: string): boolean;
  /**
   * A token by its contract, mint, type or issuer. Without a namespace, that of the form is found. `'native'` where the
   * token is the network's own coin by another name; undefined for a namespace that the family does not know.
   */
  token(reference: string, namespace: string | undefined, network: Network): AssetName | 'native' | undefined;
}
