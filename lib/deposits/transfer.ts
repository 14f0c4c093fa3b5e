import type { StatementKind } from './statement.ts';

/**
 * One movement of an asset in a callback. Texts are as the provider writes them; the receiver makes them canonical.
 */
export interface Transfer {
  kind: StatementKind;
  /**
   * The event of the request that contains it; rows of one event are distinct transfers (docs/rules.md#copies). Default
   * `'0'`.
   */
  event?: string;
  /**
   * Its row within the event, a whole number that stays the same when the callback is read again: `readRows` gives it.
   * Default: in the order of the reading.
   */
  row?: number;
  /** As the provider writes it: a CAIP-2 id, or its own name of the network. Absent if the asset alone implies it. */
  network?: string;
  asset: ReportedAsset;
  amount: Amount;
  /** Decimals as the provider claims; compared with the pinned ones. */
  decimals?: number;
  symbol?: string;
  from?: string;
  to: string;
  /** `null`: the provider says that there is none; absent: it does not say. */
  memo?: string | null;
  transaction: { id?: string; position?: string; block?: { number?: string; hash?: string } };
  /** The provider's payment id, if it is keyed by payment. */
  payment?: string;
  confirmations?: number;
  /** The event's own time, epoch ms, from the signed body. */
  at?: number;
  evidence?: Evidence;
}

/**
 * An asset as a provider names it: CAIP-19, or `'native'` for the network's own coin; the contract, mint, type or
 * issuer of a token; or a name, such as a symbol, that the receiver looks up.
 */
export type ReportedAsset = string | { contract: string } | { name: string };

/**
 * An amount as a provider writes it. `units`: an integer string or bigint in smallest units. `decimal`: a plain
 * decimal string in whole coins.
 */
export type Amount = { units: string | bigint } | { decimal: string };

/**
 * The facts that the named checks compare, as far as a provider reports them. Absent: the provider does not report it.
 * `null`: it should have and did not, which holds the transfer for an operator.
 */
export interface Evidence {
  /** Whether the transaction succeeded on chain. */
  success?: boolean | null;
  /** Success by the token protocol (Omni `valid`), apart from the transaction's. */
  protocolValid?: boolean | null;
  /** Whether every call frame on the way to an internal transfer succeeded. */
  callSucceeded?: boolean | null;
  /** A state by name if a chain has several (EOS `executed`, `hard_fail`, ...); good ones are listed in `checks.ts`. */
  state?: string | null;
  /** The amount that arrived (XRPL `delivered_amount`, balance change). If present, it is the amount. */
  delivered?: Amount | null;
  /** Sent back, in whole or in part (TON: `in_msg` bounced, or `out_msgs` that return it). */
  bounced?: boolean | null;
  /** Block height or time until which the money cannot be spent; `'0'` for none. */
  lockedUntil?: string | null;
  replaceable?: boolean;
  /** A newer message or transaction took its place. */
  superseded?: boolean;
  /** Output script type: `p2wpkh`, or as Bitcoin Core and BlockCypher name it. */
  script?: string | null;
  /** Number of addresses that the output names. */
  scriptAddresses?: number;
  /** The output's one-time key was paid before. */
  outputKeyReused?: boolean;
  direction?: 'in' | 'out' | null;
  /** Whether the amount went to `to` alone. `null`: it may be the sum of what several recipients got. */
  soleRecipient?: true | null;
  category?: 'transfer' | 'internal' | 'nft' | 'approval' | 'fee';
  /** Contract that emitted the log, or sent the notification; compared with the asset's contract. */
  emitter?: string;
  /** Number of topics of the log: a token transfer has 3, an NFT's 4. */
  topics?: number;
  /** Whether a log of the token stands for the transfer; false: it was read from call data. */
  logged?: boolean;
  /**
   * Differences between the payment and the one that was asked for; absent or empty: none. `policy.payments` decides.
   */
  differences?: readonly PaymentDifference[];
}

/**
 * The difference between a payment that a gateway received and the payment it asked for: less, more, after expiry, or
 * settled by hand at the gateway.
 */
export type PaymentDifference = 'underpaid' | 'overpaid' | 'late' | 'resolved';

/** A transfer, block or whole transaction that the provider takes back. */
export interface Removal {
  event?: string;
  network: string;
  transactionId: string;
  block?: { hash?: string };
  at?: number;
  payment?: string;
  /** `removed` (reorg, double spend, replacement) or `failed`. */
  kind?: 'removed' | 'failed';
}
