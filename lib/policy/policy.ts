import type { Deposit } from '../deposits/deposit.ts';
import type { HoldAnswer } from '../deposits/holding.ts';
import type { PaymentDifference } from '../deposits/transfer.ts';

/**
 * The policy: what may be credited, and when. `assets`, and one of `accounts` and `isOurs`, are required; they have no
 * default.
 */
export interface Policy {
  /** Listed assets; `'any'` lists all, and then decimal amounts are refused, since nothing pins their decimals. */
  assets: readonly ListedAsset[] | 'any';
  /**
   * Accounts that are ours to credit: a list, a Set, a Map to the customer's account (`Deposit.account`), or a function.
   * Addresses are compared in canonical form, so any spelling that their network allows matches.
   */
  accounts?: Accounts;
  /**
   * Whether an account is ours to credit, in place of `accounts`. It gets the address in canonical form, which on EVM
   * networks is EIP-55 (mixed case), so compare it with addresses from `canonicalAddress`. Anything but `true`, `false` and
   * `'unassigned'` is an error, and so is a throw: the callback gets a 503 and comes again.
   */
  isOurs?(account: Account): Ownership | Promise<Ownership>;
  /** Whether a sender is ours (sweeps, gas top-ups, change): such money is not a deposit. Must answer `true` or `false`. */
  isOwnSender?(account: { network: string; address: string }): boolean | Promise<boolean>;
  /** By CAIP-2 network; a network without an entry takes the registry's documented default. */
  confirmations?: Readonly<Record<string, ConfirmationRule>>;
  /** Number of distinct provider instances that must agree before a deposit is due. Default 1. */
  quorum?: number;
  /**
   * Asked before a deposit is credited. A reason keeps it back, and is stored: it stays until an operator releases it, or a
   * later answer is `{ ends: reason }`, with the very reason. Undefined adds no hold and ends none.
   */
  hold?(deposit: Deposit): HoldAnswer | Promise<HoldAnswer>;
  /** CAIP-2 networks on which nothing is credited for now. */
  frozen?: readonly string[] | (() => readonly string[]);
  /**
   * The treatment of a gateway's payment that differs from what was asked for. The credited amount is always the
   * received one. Default `hold` for each: it is quarantined, and `release` credits it.
   */
  payments?: Readonly<Partial<Record<PaymentDifference, PaymentRule>>>;
}

/**
 * The treatment of a payment that differs from what was asked for. `credit`: like any other payment. `hold`: held for
 * an operator. `ignore`: not a deposit.
 */
export type PaymentRule = 'credit' | 'hold' | 'ignore';

/** An asset that may be credited. */
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

/** `'unassigned'`: ours, but of an unknown customer, for example with an unknown tag; a person assigns it. */
export type Ownership = boolean | 'unassigned';

/** Whose an account is: the customer's, `true` for ours without a name, `'unassigned'`, or nobody's of ours. */
export type AccountAnswer = string | Ownership | undefined;

/**
 * Addresses, plain or as CAIP-10 (`eip155:1:0x...`) if they count on one network only; or a function of the account. A list is
 * copied; what is added to a Set or Map, or removed from it, counts at once.
 */
export type Accounts =
  | readonly string[]
  | ReadonlySet<string>
  | ReadonlyMap<string, string>
  | ((account: Account) => AccountAnswer | Promise<AccountAnswer>);

/** The account of a transfer, as the functions of the policy are given it. */
export interface Account {
  network: string;
  /** Canonical for its network (EVM: EIP-55). */
  address: string;
  memo?: string;
}

/**
 * The confirmations that a network requires: a count; `'finalized'` (requires `chains`); or counts by amount, of which
 * the last entry whose `from` the amount reaches applies.
 */
export type ConfirmationRule =
  | number
  | 'finalized'
  | readonly { readonly from: bigint; readonly confirmations: number }[];
