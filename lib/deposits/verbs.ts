import { DepositCallbackError, invalidOption } from '../errors.ts';
import { alarmOf } from './alarms.ts';
import type { DepositCode } from './codes.ts';
import { type Correction, cured, type Decision, type Verb } from './decisions.ts';
import type { Standing } from './standing.ts';

/** What an operator asks for. */
export interface Order {
  verb: Verb;
  reason: string;
  actor: string;
  /** Epoch ms. */
  at: number;
  /** Of `correct`. */
  correction?: Omit<Correction, 'amount'>;
}

/**
 * The decision that an order comes to as the deposit stands, or undefined if it was carried out before. Throws if it
 * can do nothing, with the reason: `ALREADY_CREDITED`, `NOT_CREDITED`, `NOTHING_HELD`, `NOT_POSSIBLE`,
 * `CORRECTION_NEEDED`, or `OPTION_INVALID` for a correction that makes no sense.
 */
export function decisionFor(order: Order, standing: Standing): Decision | undefined {
  const { verb, reason, actor, at } = order;
  const decision: Decision = { depositId: standing.deposit.id, kind: verb, reason, actor, at };
  if (verb === 'hold') return hold(decision, standing);
  if (verb === 'revert') return revert(decision, standing);
  if (verb === 'release') return release(decision, standing);
  return correct(decision, standing, order.correction ?? {});
}

function hold(decision: Decision, { deposit, isCredited, ruling }: Standing): Decision | undefined {
  if (isCredited) throw refusal('ALREADY_CREDITED', `${deposit.id} is credited; use revert to take it back`);
  const isHeld = ruling.holds.some(({ kind, reason }) => kind === 'operator' && reason === decision.reason);
  return isHeld ? undefined : decision;
}

function revert(decision: Decision, { deposit, isCredited, ruling }: Standing): Decision | undefined {
  if (isCredited) return decision;
  if (ruling.holds.some(({ kind }) => kind === 'reverted')) return undefined;
  // What waits for a person may be false as well: no report credits it then, and nobody is asked again.
  if (alarmOf(deposit) !== undefined) return decision;
  throw refusal(
    'NOT_CREDITED',
    `${deposit.id} is ${deposit.status}, so there is no credit to revert; use hold to hold it`,
  );
}

function release(decision: Decision, standing: Standing): Decision | undefined {
  const { deposit, isCredited, isGone, ruling, stands, doubts } = standing;
  const isRepeated = ruling.last?.kind === 'release' && ruling.holds.length === 0;
  if (isCredited && doubts.length === 0) {
    if (isRepeated) return undefined;
    throw refusal('ALREADY_CREDITED', `${deposit.id} is credited; there is nothing to release`);
  }
  if (isGone) throw refusal('NOT_POSSIBLE', `${deposit.id} ${whyGone(deposit.code)}, so it cannot be released`);
  if (isCredited) return { ...decision, codes: doubts };
  if (stands.includes('DECIMALS_MISMATCH'))
    throw refusal(
      'CORRECTION_NEEDED',
      `${deposit.id} has DECIMALS_MISMATCH, so its amount may be wrong by a power of ten; use correct to set the decimals of the reported amount`,
    );
  if (ruling.holds.length > 0 || stands.length > 0) return { ...decision, codes: stands };
  if (isRepeated) return undefined;
  throw refusal('NOTHING_HELD', `Nothing holds ${deposit.id}: ${whatItWaitsFor(deposit.code)}`);
}

function correct(decision: Decision, standing: Standing, asked: Omit<Correction, 'amount'>): Decision | undefined {
  const { deposit, isCredited, isGone, ruling, stands } = standing;
  const correction = completed(asked, standing);
  const known: Correction = ruling.correction ?? {};
  const isKnown = Object.entries(correction).every(
    ([name, value]) => JSON.stringify(known[name as keyof Correction]) === JSON.stringify(value),
  );
  if (isKnown) return undefined;
  if (isCredited)
    throw refusal('ALREADY_CREDITED', `${deposit.id} is credited as it is; revert it, then correct and release it`);
  if (isGone) throw refusal('NOT_POSSIBLE', `${deposit.id} ${whyGone(deposit.code)}, so it cannot be credited`);
  if (ruling.holds.length === 0 && stands.length === 0)
    throw refusal('NOTHING_HELD', `Nothing holds ${deposit.id}: hold it first, then correct and release it`);
  return { ...decision, correction, codes: cured(correction) };
}

/** The correction with the amount that follows from it. */
function completed({ decimals, memo, account }: Omit<Correction, 'amount'>, standing: Standing): Correction {
  if (decimals === undefined && memo === undefined && account === undefined)
    throw invalidOption('correction', 'set at least one of decimals, memo and account');
  const correction: Correction = {};
  if (memo !== undefined) {
    if (memo !== null && (typeof memo !== 'string' || memo === ''))
      throw invalidOption('memo', 'must be a string, or null for none');
    correction.memo = memo;
  }
  if (account !== undefined) {
    if (typeof account !== 'string' || account === '') throw invalidOption('account', 'must be a string');
    correction.account = account;
  }
  if (decimals !== undefined) {
    correction.decimals = decimals;
    correction.amount = amountIn(decimals, standing);
  }
  return correction;
}

function amountIn(decimals: number, { deposit, reported }: Standing): Correction['amount'] & object {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 255)
    throw invalidOption('decimals', 'must be an integer from 0 to 255');
  const pinned = deposit.decimals;
  if (pinned === undefined)
    throw invalidOption(
      'decimals',
      `policy.assets sets no decimals for ${deposit.asset}, so the amount cannot be converted`,
    );
  const scale = 10n ** BigInt(Math.abs(pinned - decimals));
  if (pinned < decimals && reported % scale !== 0n)
    throw invalidOption(
      'decimals',
      `${reported} units with ${decimals} decimals are not a whole number of units with ${pinned}`,
    );
  const credited = pinned >= decimals ? reported * scale : reported / scale;
  return { reported: reported.toString(), credited: credited.toString() };
}

function refusal(
  code: 'ALREADY_CREDITED' | 'NOT_CREDITED' | 'NOTHING_HELD' | 'NOT_POSSIBLE' | 'CORRECTION_NEEDED',
  message: string,
): DepositCallbackError {
  return new DepositCallbackError(code, message);
}

function whyGone(code: DepositCode | undefined): string {
  if (code === 'MEMO_UNKNOWN') return 'was reported by providers that do not report memos (MEMO_UNKNOWN)';
  if (code === 'CHAIN_DISAGREES') return 'is denied by the chain check (CHAIN_DISAGREES)';
  return `may no longer be true${code === undefined ? '' : ` (${code})`}`;
}

function whatItWaitsFor(code: DepositCode | undefined): string {
  switch (code) {
    case undefined:
      return 'it waits for confirmations, and is credited when they come';
    case 'NETWORK_FROZEN':
      return 'its network is frozen (NETWORK_FROZEN); thaw it in policy.frozen, then reassess';
    case 'GROUP_HELD':
      return 'another deposit of its transaction is credited above what is due (GROUP_HELD); release that if it is true, revert it if it is not';
    default:
      return `it waits (${code}) and is credited when that ends`;
  }
}
