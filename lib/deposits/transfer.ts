import type { StatementKind } from './statement.ts';

/** One movement of an asset that a callback reports. Texts are as the provider writes them; they are canonicalised later. */
export interface Transfer {
  kind: StatementKind;
  /** Which event of the request it stands in; rows of one event are told apart (docs/rules.md#copies). Default `'0'`. */
  event?: string;
  /**
   * Its row within the event, a whole number that stays the same when the callback is read again: `readRows` gives it.
   * Default: in the order of the reading.
   */
  row?: number;
  /** As the provider writes it: a CAIP-2 id, or its own name of the network. Absent if the asset alone tells it. */
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
  /** The provider's payment id, where it is keyed by payment. */
  payment?: string;
  confirmations?: number;
  /** The event's own time, epoch ms, from the signed body. */
  at?: number;
  evidence?: Evidence;
}

/**
 * An asset as a provider tells it: CAIP-19 text, or `'native'` for the network's own coin; the contract, mint, type or issuer
 * of a token; or a name, such as a symbol, of which the receiver's table says what it stands for.
 */
export type ReportedAsset = string | { contract: string } | { name: string };

/** `units`: integer text or bigint in the smallest unit. `decimal`: plain decimal text in whole coins. */
export type Amount = { units: string | bigint } | { decimal: string };

/**
 * What the named checks compare, where a provider reports it. Absent: it does not say. `null`: it ought to say and did
 * not, which keeps the transfer for an operator.
 */
export interface Evidence {
  /** Whether the transaction succeeded on chain. */
  success?: boolean | null;
  /** Success by the token protocol (Omni `valid`), apart from the transaction's. */
  protocolValid?: boolean | null;
  /** Whether every call frame on the way to an internal transfer succeeded. */
  callSucceeded?: boolean | null;
  /** A state by name where a chain has several (EOS `executed`, `hard_fail`, ...); good ones are listed in `checks.ts`. */
  state?: string | null;
  /** What really arrived (XRPL `delivered_amount`, balance change). Where it is there, it is the amount. */
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
  /** How many addresses the output names. */
  scriptAddresses?: number;
  /** The output's one-time key was paid before. */
  outputKeyReused?: boolean;
  direction?: 'in' | 'out' | null;
  /** Whether the amount went to `to` alone. `null`: it may be the sum of what several recipients got. */
  soleRecipient?: true | null;
  category?: 'transfer' | 'internal' | 'nft' | 'approval' | 'fee';
  /** Contract that emitted the log, or sent the notification; compared with the asset's contract. */
  emitter?: string;
  /** How many topics the log has: a token transfer has 3, an NFT's 4. */
  topics?: number;
  /** Whether a log of the token stands for the transfer; false: it was read from call data. */
  logged?: boolean;
  /** How the payment differs from the one that was asked for; absent or empty: it does not. `policy.payments` decides. */
  differences?: readonly PaymentDifference[];
}

/**
 * How a payment that a gateway received is not the one that was asked for: less, more, after it had expired, or settled
 * by a person at the gateway.
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
