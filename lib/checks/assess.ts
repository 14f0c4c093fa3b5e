import { hash } from 'node:crypto';
import { areDecimals, unitsFrom } from '../deposits/amount.ts';
import { type CheckCode, checkResults } from '../deposits/codes.ts';
import { transactionKey } from '../deposits/identity.ts';
import { positionScope } from '../deposits/positions.ts';
import type { Group, StoredStatement } from '../deposits/statement.ts';
import type { Removal, Transfer } from '../deposits/transfer.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import type { ProviderTraits } from '../policy/context.ts';
import { present } from '../util/present.ts';
import { type CanonicalTransfer, canonicalRemoval, canonicalTransfer } from './canonical-transfer.ts';
import { checks as allChecks, type Check, earlyChecks } from './checks.ts';
import { failureOf } from './failure.ts';
import { orUndefined } from './or-undefined.ts';
import { resolveNames, type UnknownName } from './resolve-names.ts';
import { lackingEvidence, shownEvidence } from './shown.ts';

/** What becomes of one transfer: the statement that it makes, or the code of the check that it failed, or both. */
export interface Assessment {
  outcome: 'recorded' | 'ignored' | 'failed' | 'quarantined';
  code?: CheckCode;
  /**
   * The network or asset that nobody knows, as the provider writes it; the network if only a hash is given
   * (`TRANSACTION_HASH_ONLY`).
   */
  name?: string;
  statement?: StoredStatement;
  /** What the statement is loaded and committed with. */
  transactionKey?: string;
  /** The provider's id of the transfer, and what it must name from now on; of a provider that `bindsIds`. */
  binding?: Binding;
}

/** One transfer for one id of a provider's. */
export interface Binding {
  key: string;
  fingerprint: string;
}

/** Where a transfer stands: the event and row make its statement the same when it is read again. */
export interface Origin {
  eventId: string;
  /** From 0, within the event. */
  row: number;
  callbackId: string;
  /** Epoch ms. */
  receivedAt: number;
  /** The provider's own id of the event, if it signs one. */
  report?: string | undefined;
  /** Fingerprint of the key that signed it. */
  signedBy?: string | undefined;
}

/**
 * Makes a transfer canonical, runs the checks and makes its statement. What is ignored makes none; what failed on the
 * chain states a failure, which also ends what is not ours or not listed by now; what is quarantined makes one with the
 * code in `check`, if every part could be read, so that an operator can release it. Answers at once unless a function
 * of the policy gives a promise; what such a function throws goes on to the caller.
 */
export function assess(
  transfer: Transfer,
  provider: ProviderTraits,
  policy: CompiledPolicy,
  origin: Origin,
  checks: readonly Check[] = allChecks,
): Assessment | Promise<Assessment> {
  const names = resolveNames(transfer, provider, policy);
  if ('code' in names) return assessUnknown(transfer, names, provider);
  const canonical = canonicalTransfer(transfer, names, provider, policy);
  const failed = firstFailed(canonical, policy, checks, 0);
  const said = { transfer, provider, origin };
  return failed instanceof Promise
    ? failed.then((code) => conclude(canonical, code, said, policy))
    : conclude(canonical, failed, said, policy);
}

/**
 * A transfer that names what nobody knows: kept to be read again, without a statement, unless it cannot be a deposit
 * anywhere.
 */
function assessUnknown(transfer: Transfer, name: UnknownName, { keyedBy }: ProviderTraits): Assessment {
  const { kind, amount, evidence = {} } = transfer;
  const asked = { evidence, isHint: keyedBy === 'hint', asset: undefined };
  const isTakenBack = kind === 'failed' || kind === 'removed';
  const failed = earlyChecks.find(({ also, fails }) => (!isTakenBack || also?.includes(kind)) && fails(asked));
  if (failed) return { outcome: checkResults[failed.code], code: failed.code };
  const isNothing = !isTakenBack && orUndefined(() => unitsFrom(evidence.delivered ?? amount, 0)) === 0n;
  return isNothing ? { outcome: 'failed', code: 'ZERO_AMOUNT' } : quarantined(name);
}

function quarantined({ code, name }: UnknownName): Assessment {
  // It goes to the log and the store: bounded, and of characters that every database holds.
  return { outcome: 'quarantined', code, name: name.slice(0, 100).replace(/[\p{Cc}\p{Surrogate}]/gu, '?') };
}

function firstFailed(
  canonical: CanonicalTransfer,
  policy: CompiledPolicy,
  checks: readonly Check[],
  from: number,
): CheckCode | undefined | Promise<CheckCode | undefined> {
  const isTakenBack = canonical.kind === 'failed' || canonical.kind === 'removed';
  for (let index = from; index < checks.length; index++) {
    const check = checks[index];
    if (check === undefined || (isTakenBack && !check.also?.includes(canonical.kind))) continue;
    const fails = check.fails(canonical, policy);
    if (fails instanceof Promise) {
      return fails.then((yes) => (yes ? check.code : firstFailed(canonical, policy, checks, index + 1)));
    }
    if (fails) return check.code;
  }
  return undefined;
}

interface Said {
  transfer: Transfer;
  provider: ProviderTraits;
  origin: Origin;
}

function conclude(
  canonical: CanonicalTransfer,
  found: CheckCode | undefined,
  { transfer, provider, origin }: Said,
  { isChainChecked }: CompiledPolicy,
): Assessment {
  const isChecked = isChainChecked(canonical.network.id);
  const mustBeChecked = found === undefined && provider.needsChainCheck === true && mayCredit(canonical);
  const code = mustBeChecked && !isChecked ? 'CHAIN_CHECK_MISSING' : found;
  const outcome = code === undefined ? 'recorded' : checkResults[code];
  const isAsked = code === undefined ? canonical.kind === 'failed' : failureCodes.has(code) || endsOnly.has(code);
  const failure = isAsked ? failureOf(canonical) : undefined;
  const isStated = outcome === 'recorded' || outcome === 'quarantined' || failure !== undefined;
  // Kept on the statement though there is a chain check today: without one tomorrow it must not be credited.
  const stated = mustBeChecked ? 'CHAIN_CHECK_MISSING' : code;
  const statement = isStated
    ? statementOf(canonical, { code: stated, failure }, transfer, provider, origin)
    : undefined;
  const assessment: Assessment = { outcome };
  if (code !== undefined) assessment.code = code;
  if (code === 'TRANSACTION_HASH_ONLY') assessment.name = canonical.network.id;
  if (!statement) return assessment;
  assessment.statement = statement;
  if (statement.group) assessment.transactionKey = transactionKey(statement.group);
  // The chain check says which of two is true, and must not wait for an operator.
  const binding = provider.bindsIds === true && !isChecked ? bindingOf(statement) : undefined;
  if (binding) assessment.binding = binding;
  return assessment;
}

function mayCredit({ kind }: CanonicalTransfer): boolean {
  return kind === 'mined' || kind === 'confirmed';
}

function bindingOf({ provider, position, kind, group, amount, memo }: StoredStatement): Binding | undefined {
  // What takes a transfer back need not say how much it was.
  if (position === undefined || positionScope(position) !== 'provider' || kind === 'failed' || kind === 'removed')
    return undefined;
  const named = [group?.network, group?.asset, group?.to, group?.transactionId, String(amount), memo ?? null];
  return {
    key: `id|${provider}|${position}`,
    fingerprint: hash('sha256', JSON.stringify(named), 'hex'),
  };
}

/** Checks of what the chain has undone. */
const failureCodes: ReadonlySet<CheckCode> = new Set<CheckCode>([
  ...(['TRANSACTION_FAILED', 'PROTOCOL_FAILED', 'CALL_FAILED', 'STATE_NOT_EXECUTED', 'BOUNCED', 'SUPERSEDED'] as const),
]);

/** What is not ours or not listed now may have been, when it was credited: its failure ends that, and begins nothing. */
const endsOnly: ReadonlySet<CheckCode> = new Set<CheckCode>(['NOT_OURS', 'OWN_SENDER', 'ASSET_NOT_LISTED']);

interface Found {
  code: CheckCode | undefined;
  failure: 'transaction' | 'transfer' | undefined;
}

function statementOf(
  canonical: CanonicalTransfer,
  { code, failure }: Found,
  transfer: Transfer,
  provider: ProviderTraits,
  origin: Origin,
): StoredStatement | undefined {
  const kind = failure === undefined ? canonical.kind : 'failed';
  const isTakenBack = kind === 'failed' || kind === 'removed';
  // How much is taken back plays no part, so an amount that cannot be read must not keep the removal out.
  const amount = canonical.amount ?? (isTakenBack ? 0n : undefined);
  const group = groupOf(canonical);
  if (group === undefined || amount === undefined) return undefined;
  const statement: StoredStatement = {
    id: statementId(provider, origin),
    provider: provider.name,
    eventId: origin.eventId,
    row: origin.row,
    callbackId: origin.callbackId,
    receivedAt: origin.receivedAt,
    kind,
    amount,
    group,
  };
  tellWhere(statement, canonical, transfer);
  if (!isTakenBack) tellEvidence(statement, canonical, code);
  // Without its amount it is not known which transfer failed.
  if (failure === 'transfer' && canonical.amount !== undefined) statement.failure = failure;
  if (code !== undefined && endsOnly.has(code)) statement.onlyEnds = true;
  if (origin.report !== undefined) statement.report = origin.report;
  if (origin.signedBy !== undefined) statement.signedBy = origin.signedBy;
  tellWhose(statement, canonical, transfer);
  return statement;
}

// Member by member: what is built from a list of members is copied as it grows, and this is on the way of each callback.
function tellWhere(statement: StoredStatement, canonical: CanonicalTransfer, { transaction, at }: Transfer): void {
  const { memo, blockHash, blockNumber, confirmations } = canonical;
  if (memo !== undefined) statement.memo = memo;
  if (transaction.position !== undefined) statement.position = transaction.position;
  if (blockHash !== undefined) statement.blockHash = blockHash;
  if (blockNumber !== undefined) statement.blockNumber = blockNumber;
  if (confirmations !== undefined) statement.confirmations = confirmations;
  if (at !== undefined) statement.at = at;
}

function tellEvidence(statement: StoredStatement, canonical: CanonicalTransfer, code: CheckCode | undefined): void {
  const lacks = code === undefined ? undefined : lackingEvidence(code, canonical);
  const shows = shownEvidence(canonical);
  if (code !== undefined) statement.check = code;
  if (lacks !== undefined) statement.lacks = lacks;
  if (shows !== undefined) statement.shows = shows;
}

function tellWhose(statement: StoredStatement, { from, owner, decimals }: CanonicalTransfer, transfer: Transfer): void {
  const told = decimals ?? (areDecimals(transfer.decimals) ? transfer.decimals : undefined);
  if (from !== undefined) statement.from = from;
  if (typeof owner === 'object' && owner.account !== undefined) statement.account = owner.account;
  if (transfer.symbol !== undefined) statement.symbol = transfer.symbol;
  if (told !== undefined) statement.decimals = told;
}

function groupOf({ network, asset, to, transactionId, payment }: CanonicalTransfer): Group | undefined {
  if (asset === undefined || to === undefined || transactionId === undefined) return undefined;
  const group: Group = { network: network.id, asset, to, transactionId };
  if (payment !== undefined) group.payment = payment;
  return group;
}

/**
 * Makes the statement of a removal or failure of a whole transaction, which reaches each of its groups. Its row may be
 * one that a transfer of the same event has too.
 */
export function assessRemoval(
  removal: Removal,
  provider: ProviderTraits,
  policy: CompiledPolicy,
  origin: Origin,
): Assessment {
  if (provider.keyedBy === 'hint') return { outcome: 'ignored', code: 'ONLY_A_HINT' };
  const network = policy.networks.find(removal.network, provider);
  if (network === undefined) return quarantined({ code: 'NETWORK_NOT_KNOWN', name: removal.network });
  const canonical = canonicalRemoval(removal, network, provider);
  if (canonical === undefined) return { outcome: 'quarantined', code: 'TRANSACTION_MALFORMED' };
  const statement = present<StoredStatement>({
    eventId: origin.eventId,
    row: origin.row,
    callbackId: origin.callbackId,
    receivedAt: origin.receivedAt,
    signedBy: origin.signedBy,
    id: statementId(provider, origin, 'removal-'),
    provider: provider.name,
    kind: removal.kind ?? 'removed',
    amount: 0n,
    blockHash: canonical.blockHash,
    at: removal.at,
  });
  return { outcome: 'recorded', statement, transactionKey: transactionKey(canonical.group) };
}

function statementId({ name }: ProviderTraits, { eventId, row }: Origin, mark = ''): string {
  return `${name}/${eventId}/${mark}${row}`;
}
