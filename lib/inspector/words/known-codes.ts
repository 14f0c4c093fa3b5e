import { type CheckCode, checkResults, type DepositCode } from '../../deposits/codes.ts';
import { type RefusalCode, refusalStatus } from '../../errors.ts';

/** The codes that a callback or a deposit can have. */
export type KnownCode =
  | DepositCode
  | RefusalCode
  | 'BODY_UNREADABLE'
  | 'ROW_UNREADABLE'
  | 'PING'
  | 'HINT'
  | 'NOTICE'
  | 'HEARTBEAT'
  | 'UNKNOWN';

/** Codes of the fold whose rule has a heading of its own in docs/rules.md. */
const rules: Readonly<Partial<Record<KnownCode, string>>> = {
  CONFLICT: 'conflict',
  GROUP_HELD: 'group-held',
  MEMO_UNKNOWN: 'group',
  POSITIONS_DIFFER: 'copies',
  COPIES_UNCLEAR: 'copies-unclear',
  REORG_PENDING: 'facts',
  REORG_AMBIGUOUS: 'rival-blocks',
  REMOVED: 'removed',
  REMOVED_NO_BLOCK: 'removed-without-a-block',
  REMOVED_UNTIMED: 'removed',
  FAILED: 'failed',
  QUORUM_PENDING: 'quorum',
  CHAIN_PENDING: 'due',
  CHAIN_DISAGREES: 'due',
  HELD: 'decisions',
  OPERATOR_REVERTED: 'decisions',
  NETWORK_FROZEN: 'due',
};

// The others of docs/checks.md stand in the section that their result names.
const notADeposit: ReadonlySet<string> = new Set<KnownCode>([
  ...(['ONLY_A_HINT', 'OUTGOING', 'FEE_EVENT', 'NFT_EVENT', 'APPROVAL_EVENT', 'ZERO_AMOUNT'] as const),
  ...(['NETWORK_NOT_KNOWN', 'ASSET_NAME_NOT_KNOWN', 'ASSET_NOT_LISTED', 'BELOW_MINIMUM', 'ASSET_MALFORMED'] as const),
  ...(['ADDRESS_MALFORMED', 'PAYMENT_IGNORED', 'NOT_OURS', 'OWN_SENDER', 'TRANSACTION_HASH_ONLY'] as const),
  'TRANSACTION_MALFORMED',
]);

/** Where the documentation has the rule behind a code, below docs/. */
export function placeOfRule(code: KnownCode): string {
  const rule = rules[code];
  if (rule !== undefined) return `rules.md#${rule}`;
  if (notADeposit.has(code)) return 'checks.md#no-deposit-of-ours';
  if (isCheck(code)) return `checks.md#${checkResults[code] === 'failed' ? 'undone-or-forged' : 'for-an-operator'}`;
  if (code in refusalStatus || code.endsWith('_UNREADABLE')) return `errors.md#${code.toLowerCase()}`;
  return 'rules.md#hints';
}

function isCheck(code: string): code is CheckCode {
  return Object.hasOwn(checkResults, code);
}
