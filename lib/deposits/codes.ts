/**
 * Codes of the named checks, per transfer. `docs/checks.md` has a line for each: the attack, what is compared. The
 * outcome that a check gives a transfer: `ignored` (may change: ours tomorrow, listed tomorrow), `failed` (cannot
 * change), `quarantined` (kept for an operator).
 */
export const checkResults = {
  NOT_OURS: 'ignored',
  OWN_SENDER: 'ignored',
  ASSET_NOT_LISTED: 'ignored',
  BELOW_MINIMUM: 'ignored',
  NOT_DELIVERED_YET: 'ignored',
  ONLY_A_HINT: 'ignored',
  PAYMENT_IGNORED: 'ignored',
  ZERO_AMOUNT: 'failed',
  OUTGOING: 'failed',
  FEE_EVENT: 'failed',
  NFT_EVENT: 'failed',
  APPROVAL_EVENT: 'failed',
  TRANSACTION_FAILED: 'failed',
  PROTOCOL_FAILED: 'failed',
  CALL_FAILED: 'failed',
  STATE_NOT_EXECUTED: 'failed',
  BOUNCED: 'failed',
  SUPERSEDED: 'failed',
  EMITTER_MISMATCH: 'failed',
  LOG_MALFORMED: 'failed',
  STATUS_MISSING: 'quarantined',
  DELIVERED_MISSING: 'quarantined',
  LOG_MISSING: 'quarantined',
  DECIMALS_MISMATCH: 'quarantined',
  ASSET_NEEDS_BALANCE_DELTA: 'quarantined',
  SCRIPT_NOT_STANDARD: 'quarantined',
  REPLACEABLE: 'quarantined',
  TIME_LOCKED: 'quarantined',
  OUTPUT_KEY_REUSED: 'quarantined',
  UNASSIGNED: 'quarantined',
  MEMO_MISSING: 'quarantined',
  MEMO_UNREPORTED: 'quarantined',
  ASSET_MALFORMED: 'quarantined',
  ADDRESS_MALFORMED: 'quarantined',
  TRANSACTION_HASH_ONLY: 'quarantined',
  TRANSACTION_MALFORMED: 'quarantined',
  ID_REUSED: 'quarantined',
  CHAIN_CHECK_MISSING: 'quarantined',
  DIRECTION_UNKNOWN: 'quarantined',
  RECIPIENTS_UNKNOWN: 'quarantined',
  AMOUNT_MALFORMED: 'quarantined',
  PAYMENT_UNDERPAID: 'quarantined',
  PAYMENT_OVERPAID: 'quarantined',
  PAYMENT_LATE: 'quarantined',
  PAYMENT_RESOLVED: 'quarantined',
  NETWORK_NOT_KNOWN: 'quarantined',
  ASSET_NAME_NOT_KNOWN: 'quarantined',
} as const;

/** The code of a named check. `docs/checks.md` lists them. */
export type CheckCode = keyof typeof checkResults;

/** What a check may want to be shown: members of a transfer's evidence, its decimals, its memo. */
export type EvidenceName =
  | 'success'
  | 'callSucceeded'
  | 'protocolValid'
  | 'state'
  | 'bounced'
  | 'delivered'
  | 'logged'
  | 'decimals'
  | 'script'
  | 'scriptAddresses'
  | 'replaceable'
  | 'lockedUntil'
  | 'outputKeyReused'
  | 'direction'
  | 'soleRecipient'
  | 'owner';

/** What clears a check that was stored without what it lacked. A check that is not here waits for an operator. */
export const evidenceWanted: Readonly<Partial<Record<CheckCode, readonly EvidenceName[]>>> = {
  STATUS_MISSING: ['success'],
  DELIVERED_MISSING: ['delivered'],
  ASSET_NEEDS_BALANCE_DELTA: ['delivered'],
  LOG_MISSING: ['logged'],
  DECIMALS_MISMATCH: ['decimals'],
  SCRIPT_NOT_STANDARD: ['script'],
  REPLACEABLE: ['replaceable'],
  TIME_LOCKED: ['lockedUntil'],
  OUTPUT_KEY_REUSED: ['outputKeyReused'],
  DIRECTION_UNKNOWN: ['direction'],
  RECIPIENTS_UNKNOWN: ['soleRecipient'],
  UNASSIGNED: ['owner'],
};

/** Codes that the fold puts on an amount, and the policy on a deposit. */
export type FoldCode =
  | 'MEMO_UNKNOWN'
  | 'POSITIONS_DIFFER'
  | 'COPIES_UNCLEAR'
  | 'REORG_PENDING'
  | 'REORG_AMBIGUOUS'
  | 'GROUP_HELD'
  | 'CONFLICT'
  | 'REMOVED'
  | 'REMOVED_NO_BLOCK'
  | 'REMOVED_UNTIMED'
  | 'FAILED'
  | 'QUORUM_PENDING'
  | 'CHAIN_PENDING'
  | 'CHAIN_DISAGREES'
  | 'HELD'
  | 'OPERATOR_REVERTED'
  | 'NETWORK_FROZEN';

/** The code on a deposit: the reason that it is not credited, or a doubt about one that is. */
export type DepositCode = CheckCode | FoldCode;
