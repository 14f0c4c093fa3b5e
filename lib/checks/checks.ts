import type { CheckCode } from '../deposits/codes.ts';
import type { StatementKind } from '../deposits/statement.ts';
import { whenAnswered } from '../policy/answers.ts';
import type { Owner } from '../policy/compile-owner.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import type { CanonicalTransfer } from './canonical-transfer.ts';
import { isForeignEmitter } from './emitter.ts';
import { hasGoodState, isInBlock, isStandardScript, isUnlocked, lacksDelivered, lacksStatus } from './evidence.ts';
import { heldPayments, isIgnoredPayment } from './payments.ts';

/**
 * One named rule that keeps a false or unwanted transfer from being credited. `docs/checks.md` describes the attack of
 * each.
 */
export interface Check {
  readonly code: CheckCode;
  /** Kinds that it is asked of besides `seen`, `mined` and `confirmed`. */
  readonly also?: readonly StatementKind[];
  /** Whether the transfer must not be credited. A promise only if the policy's own function returns one. */
  fails(transfer: CanonicalTransfer, policy: CompiledPolicy): boolean | Promise<boolean>;
}

/** A check that needs to know neither network nor asset: asked of a transfer whose names nobody knows, too. */
export interface EarlyCheck extends Check {
  fails(transfer: Pick<CanonicalTransfer, 'isHint' | 'evidence' | 'asset'>): boolean;
}

const always: readonly StatementKind[] = ['failed', 'removed'];
const failedToo: readonly StatementKind[] = ['failed'];

/** What cannot be a deposit on any network, of any asset. */
export const earlyChecks: readonly EarlyCheck[] = [
  { code: 'ONLY_A_HINT', also: always, fails: ({ isHint }) => isHint },
  { code: 'OUTGOING', also: always, fails: ({ evidence }) => evidence.direction === 'out' },
  { code: 'FEE_EVENT', also: always, fails: ({ evidence }) => evidence.category === 'fee' },
  { code: 'NFT_EVENT', also: always, fails: ({ evidence, asset }) => evidence.category === 'nft' || isNft(asset) },
  { code: 'APPROVAL_EVENT', also: always, fails: ({ evidence }) => evidence.category === 'approval' },
];

/**
 * In the order in which they are asked: first what costs nothing and drops most, then whether it is ours, then what a
 * chain has undone, then what an operator must see. So a stranger's odd transfer never gets into the quarantine.
 */
export const checks: readonly Check[] = [
  ...earlyChecks,
  {
    code: 'ASSET_NOT_LISTED',
    also: always,
    // One that is taken back may have been listed when it was credited.
    fails: ({ asset, listed, kind }, { listsAny }) =>
      asset !== undefined && listed === undefined && !listsAny && kind !== 'removed',
  },
  { code: 'ZERO_AMOUNT', fails: ({ amount }) => amount === 0n },
  {
    code: 'BELOW_MINIMUM',
    fails: ({ amount, listed }) => amount !== undefined && amount > 0n && amount < (listed?.minimum ?? 1n),
  },
  { code: 'ADDRESS_MALFORMED', also: always, fails: ({ to }) => to === undefined },
  {
    code: 'NOT_OURS',
    also: failedToo,
    fails: (transfer, policy) => whenAnswered(askOwner(transfer, policy), (owner) => owner === false),
  },
  {
    code: 'OWN_SENDER',
    also: failedToo,
    fails: ({ from, network }, { isOwnSender }) =>
      from !== undefined && isOwnSender({ network: network.id, address: from }),
  },
  { code: 'PAYMENT_IGNORED', fails: isIgnoredPayment },
  // It may be one that is listed.
  { code: 'ASSET_MALFORMED', also: always, fails: ({ asset }) => asset === undefined },
  { code: 'TRANSACTION_HASH_ONLY', also: always, fails: ({ isHashOnly }) => isHashOnly },
  { code: 'TRANSACTION_MALFORMED', also: always, fails: ({ transactionId }) => transactionId === undefined },

  { code: 'TRANSACTION_FAILED', fails: ({ evidence }) => evidence.success === false },
  { code: 'PROTOCOL_FAILED', fails: ({ evidence }) => evidence.protocolValid === false },
  { code: 'CALL_FAILED', fails: ({ evidence }) => evidence.callSucceeded === false },
  { code: 'STATE_NOT_EXECUTED', fails: ({ evidence, network }) => !hasGoodState(evidence, network) },
  { code: 'BOUNCED', fails: ({ evidence }) => evidence.bounced === true },
  { code: 'SUPERSEDED', fails: ({ evidence }) => evidence.superseded === true },
  { code: 'EMITTER_MISMATCH', fails: isForeignEmitter },
  {
    code: 'LOG_MALFORMED',
    fails: ({ evidence }) => evidence.topics !== undefined && evidence.topics !== 3,
  },

  // What is only seen has neither a status nor a log, and nothing has arrived yet: that is nothing for an operator.
  { code: 'NOT_DELIVERED_YET', fails: (transfer) => transfer.kind === 'seen' && lacksDelivered(transfer) },
  { code: 'STATUS_MISSING', fails: (transfer) => transfer.kind !== 'seen' && lacksStatus(transfer) },
  {
    code: 'DELIVERED_MISSING',
    fails: (transfer) => transfer.listed?.balanceDelta !== true && lacksDelivered(transfer),
  },
  {
    code: 'ASSET_NEEDS_BALANCE_DELTA',
    fails: (transfer) => transfer.listed?.balanceDelta === true && lacksDelivered(transfer),
  },
  { code: 'LOG_MISSING', fails: ({ evidence, kind }) => kind !== 'seen' && evidence.logged === false },
  { code: 'DIRECTION_UNKNOWN', fails: ({ evidence }) => evidence.direction === null },
  { code: 'RECIPIENTS_UNKNOWN', fails: ({ evidence }) => evidence.soleRecipient === null },
  { code: 'AMOUNT_MALFORMED', fails: ({ amount }) => amount === undefined },
  {
    code: 'DECIMALS_MISMATCH',
    fails: ({ claimedDecimals, decimals }) =>
      claimedDecimals !== undefined && decimals !== undefined && claimedDecimals !== decimals,
  },
  { code: 'SCRIPT_NOT_STANDARD', fails: ({ evidence }) => !isStandardScript(evidence) },
  {
    code: 'REPLACEABLE',
    // Only seen, it is never credited anyway; and nearly every wallet marks what it sends as replaceable.
    fails: (transfer) => transfer.evidence.replaceable === true && transfer.kind !== 'seen' && !isInBlock(transfer),
  },
  {
    code: 'TIME_LOCKED',
    fails: ({ evidence }) => !isUnlocked(evidence),
  },
  { code: 'OUTPUT_KEY_REUSED', fails: ({ evidence }) => evidence.outputKeyReused === true },
  {
    code: 'MEMO_UNREPORTED',
    fails: (transfer) => lacksMemo(transfer) && !transfer.memosReported,
  },
  {
    code: 'MEMO_MISSING',
    fails: (transfer) => lacksMemo(transfer) && transfer.memosReported,
  },
  ...heldPayments,
  { code: 'UNASSIGNED', fails: ({ owner }) => owner === 'unassigned' },
];

/** Whose a payment is stands in its id: it needs no memo. */
function lacksMemo({ listed, memo, payment }: CanonicalTransfer): boolean {
  return listed?.memo === 'required' && memo === undefined && payment === undefined;
}

function isNft(asset: string | undefined): boolean {
  return asset !== undefined && /\/erc(721|1155):/.test(asset);
}

// Asked once: what it says is kept on the transfer, for the check of UNASSIGNED and for the statement.
function askOwner(transfer: CanonicalTransfer, { ownerOf }: CompiledPolicy): Owner | undefined | Promise<Owner> {
  const { account } = transfer;
  if (account === undefined) return undefined;
  return whenAnswered(ownerOf(account), (owner) => {
    transfer.owner = owner;
    return owner;
  });
}
