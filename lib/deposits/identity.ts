import { hash } from 'node:crypto';
import type { EventKind } from './deposit.ts';
import type { Group, Statement } from './statement.ts';

/** Key of what is loaded and committed as one: `network|transaction id`, or `payment|instance/payment id` (docs/rules.md#payments). */
export function transactionKey(group: Group): string {
  return group.payment === undefined ? `${group.network}|${group.transactionId}` : `payment|${group.payment}`;
}

/** Key of a group within its transaction (docs/rules.md#group). A payment is one group whatever its callbacks name (docs/rules.md#payments). */
export function groupKey(group: Group): string {
  if (group.payment !== undefined) return transactionKey(group);
  return `${group.network}|${group.transactionId}|${group.asset}|${group.to}`;
}

/** `amount`, or `amount|memo`: the memo belongs to the amount (docs/rules.md#group). */
export function amountKey(statement: Pick<Statement, 'amount' | 'memo'>): string {
  return statement.memo === undefined ? `${statement.amount}` : `${statement.amount}|${statement.memo}`;
}

/**
 * `dep_` and 32 hex of the SHA-256 over group, amount, memo and copy ordinal (docs/rules.md#deposit-id). No position, block or provider is
 * in it, so it survives reorgs and is the same whoever reports (docs/rules.md#positions). For a payment, over the payment alone (docs/rules.md#payments).
 */
export function depositId(group: Group, amount: bigint, memo: string | undefined, ordinal: number): string {
  return `dep_${hash('sha256', identityText(group, amount, memo, ordinal), 'hex').slice(0, 32)}`;
}

// The memo comes last: it alone is free text, so no memo can imitate another field.
function identityText(group: Group, amount: bigint, memo: string | undefined, ordinal: number): string {
  if (group.payment !== undefined) return `payment\n${group.payment}`;
  const { network, transactionId, asset, to } = group;
  const text = `transfer\n${network}\n${transactionId}\n${asset}\n${to}\n${amount}\n${ordinal}`;
  return memo === undefined ? text : `${text}\n${memo}`;
}

/** The key for a user's own ledger: deposit id, generation and kind as one text. */
export function eventId(deposit: string, generation: number, kind: EventKind): string {
  return `${deposit}:${generation}:${kind}`;
}
