import type { Deposit } from '../deposits/deposit.ts';
import type { PaymentDifference } from '../deposits/transfer.ts';

/** What may be credited. `assets` and `isOurs` are required: what may be credited is never a default. */
export interface Policy {
  /** Listed assets; `'any'` lists all, and then decimal amounts are refused, since nothing pins their decimals. */
  assets: readonly ListedAsset[] | 'any';
  /** Whether an account is ours to credit. A throw is our own trouble: the callback gets a 503 and comes again. */
  isOurs(account: Account): boolean | Promise<boolean>;
  /** Whether a sender is ours (sweeps, gas top-ups, change): such money is not a deposit. */
  isOwnSender?(account: { network: string; address: string }): boolean | Promise<boolean>;
  /** By CAIP-2 network; a network without an entry takes the registry's documented default. */
  confirmations?: Readonly<Record<string, ConfirmationRule>>;
  /** How many distinct provider instances must agree before a deposit is due. Default 1. */
  quorum?: number;
  /** A reason keeps the deposit from being credited until an operator releases it. */
  hold?(deposit: Deposit): string | undefined | Promise<string | undefined>;
  /** CAIP-2 networks on which nothing is credited for now. */
  frozen?: readonly string[] | (() => readonly string[]);
  /**
   * What becomes of a gateway's payment that is not what was asked for. What is credited is always what was received.
   * Default `hold` for each: it is quarantined, and `release` credits it.
   */
  payments?: Readonly<Partial<Record<PaymentDifference, PaymentRule>>>;
}

/** `credit`: like any other payment. `hold`: kept for an operator. `ignore`: it is no deposit. */
export type PaymentRule = 'credit' | 'hold' | 'ignore';

export interface ListedAsset {
  /** CAIP-19. */
  asset: string;
  /** Pinned decimals: what a provider says of them is compared, never believed. */
  decimals: number;
  /** Smallest amount to credit, in the smallest units. Default 1. */
  minimum?: bigint;
  memo?: 'required';
  /** The received amount may differ from the sent one (transfer fees, rebasing): only a balance change is believed. */
  balanceDelta?: boolean;
  /** Contracts besides the asset's own whose word counts: on TON, our own jetton wallets. */
  emitters?: readonly string[];
}

export interface Account {
  network: string;
  /** Canonical for its network (EVM: EIP-55). */
  address: string;
  memo?: string;
}

/** A count; `'finalized'` (needs `chains`); or counts by amount, the last entry whose `from` the amount reaches. */
export type ConfirmationRule =
  | number
  | 'finalized'
  | readonly { readonly from: bigint; readonly confirmations: number }[];
