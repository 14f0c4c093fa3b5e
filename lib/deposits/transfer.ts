import type { StatementKind } from './statement.ts';

/** One movement of an asset that a callback reports. Texts are as the provider writes them; they are canonicalised later. */
export interface Transfer {
  kind: StatementKind;
  /** Which event of the request it stands in; rows of one event are told apart (rule 8). Default `'0'`. */
  event?: string;
  /** CAIP-2, or an alias that the registry knows. */
  network: string;
  /** CAIP-19; `nativeAsset()` and `tokenAsset()` of `networks/registry.ts` make them. */
  asset: string;
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

/** `units`: integer text or bigint in the smallest unit. `decimal`: plain decimal text in whole coins. */
export type Amount = { units: string | bigint } | { decimal: string };

/** What the named checks compare, where a provider reports it. */
export interface Evidence {
  /** Whether the transaction succeeded on chain; `null`: the provider ought to say and did not. */
  success?: boolean | null;
  /** Success by the token protocol (Omni `valid`), apart from the transaction's. */
  protocolValid?: boolean;
  /** Whether every call frame on the way to an internal transfer succeeded. */
  callSucceeded?: boolean | null;
  /** A state by name where a chain has several (EOS `executed`, `hard_fail`, …). */
  state?: string;
  /** What really arrived (XRPL `delivered_amount`, balance change); `null`: ought to be there and is not. */
  delivered?: Amount | null;
  bounced?: boolean;
  /** Block height or time until which the money cannot be spent; `'0'` for none. */
  lockedUntil?: string;
  replaceable?: boolean;
  /** A newer message or transaction took its place. */
  superseded?: boolean;
  /** Output script type, for example `p2wpkh`, `multisig`. */
  script?: string;
  /** How many addresses the output names. */
  scriptAddresses?: number;
  /** The output's one-time key was paid before. */
  outputKeyReused?: boolean;
  direction?: 'in' | 'out';
  category?: 'transfer' | 'internal' | 'nft' | 'approval' | 'fee';
  /** Contract that emitted the log, or sent the notification; compared with the asset's contract. */
  emitter?: string;
}
