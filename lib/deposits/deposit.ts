import type { DepositCode } from './codes.ts';

/** The status of a deposit. Only `confirmed` is credited. */
export type DepositStatus = 'pending' | 'confirmed' | 'reverted' | 'failed' | 'ignored' | 'quarantined';

/** The one on-chain fact that statements, from any provider, speak of. */
export interface DepositRecord {
  /** Group, amount, copy ordinal (docs/rules.md#deposit-id), as one opaque text. */
  id: string;
  /** Counts the `deposit` events made for it; 0 before the first. */
  generation: number;
  /** CAIP-2, for example `eip155:1`. */
  network: string;
  /** CAIP-19, for example `eip155:1/slip44:60`. */
  asset: string;
  symbol?: string;
  /** Decimals of the asset as the policy pins them; with `assets: 'any'` as the provider says, if it does. */
  decimals?: number;
  /** Smallest units. */
  amount: bigint;
  from?: string;
  to: string;
  memo?: string;
  /** The customer's account, as `policy.accounts` named it when the deposit was first reported. */
  account?: string;
  transaction: { id: string; position?: string; block?: { number?: string; hash?: string } };
  /** `instance/payment id`, for a provider keyed by payment. */
  payment?: string;
  /** The most that one provider has counted on the live block. */
  confirmations?: number;
  status: DepositStatus;
  code?: DepositCode;
  /** Why `policy.hold` or an operator keeps it back, or why an operator reverted it. */
  reason?: string;
  /** Names of the provider instances that have spoken of it. */
  providers: string[];
  firstSeenAt: number;
  /** The first 100 callbacks that spoke of it; their raw bodies by `callbacks.raw(callbackId)`. */
  callbackIds: string[];
}

/** A deposit as listeners receive it. `JSON.stringify` writes the amount as a decimal string of smallest units. */
export interface Deposit extends DepositRecord {
  toJSON(): DepositJson;
}

export type DepositJson = Omit<DepositRecord, 'amount'> & { amount: string };

export function depositToJson(deposit: DepositRecord): DepositJson {
  return { ...deposit, amount: deposit.amount.toString() };
}

export function depositFromJson(json: DepositJson): Deposit {
  return withJson({ ...json, amount: BigInt(json.amount) });
}

/** A deposit of the receiver's own: what it changes changes no other. */
export function copyDeposit(deposit: DepositRecord): Deposit {
  const copy = withJson(deposit);
  copy.transaction = { ...deposit.transaction };
  if (deposit.transaction.block) copy.transaction.block = { ...deposit.transaction.block };
  copy.providers = [...deposit.providers];
  copy.callbackIds = [...deposit.callbackIds];
  return copy;
}

/** The same members and `toJSON`, which is not enumerable: a spread or a deep comparison of a deposit sees data only. */
function withJson(deposit: DepositRecord): Deposit {
  const made = {} as Deposit;
  // First: a property that is defined later costs a hidden class for each deposit on Node 20. Bound, for whoever takes it apart.
  Object.defineProperty(made, 'toJSON', { value: () => depositToJson(made) });
  return Object.assign(made, deposit);
}

/** The kinds of durable event. Listeners are awaited, and retried if they fail. */
export type EventKind = 'deposit' | 'deposit.pending' | 'deposit.reverted' | 'deposit.failed';

/** One status change of one deposit, owed to the listeners. */
export interface DepositEvent {
  /** Deposit id, generation and kind as one text: the key for a user's own ledger. */
  id: string;
  kind: EventKind;
  generation: number;
  /** The deposit as it was when the event was made. */
  deposit: DepositRecord;
}
