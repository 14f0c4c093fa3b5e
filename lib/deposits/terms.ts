import { ensure } from '../util/maps.ts';
import {
  type Counting,
  countedWhenRecorded,
  countingFor,
  type FoldRules,
  type ProviderRules,
  quorumAsked,
  reorgDepth,
  rulesFor,
} from './fold-rules.ts';
import type { Statement } from './statement.ts';

/** By provider, how its statements counted if not as they did when they were recorded. */
export type CountedOtherwise = Readonly<Record<string, ProviderRules>>;

/** What decides over the amounts of a group beside its statements. Configuration and policy change these over time. */
export interface Terms {
  /** Confirmations after which nothing dies. */
  reorgDepth: number;
  /** Votes that make a block final. */
  finality: number;
  /** Votes that take a block back. */
  taking: number;
  hasMemos: boolean;
  /**
   * How statements count: by the configuration of `now`; as they did when they were recorded, or otherwise; or, for what was
   * credited before statements were stored with what they counted as, `trusting`: mined sufficed.
   */
  counting: 'now' | 'trusting' | CountedOtherwise;
}

/** Terms as they are stored with what was credited under them. */
export interface KeptTerms {
  reorgDepth: number;
  finality: number;
  taking: number;
  /** The network had no memos. */
  noMemos?: true;
  counting?: CountedOtherwise;
}

/** Terms, and the confirmations that were asked of one amount. All but these are absent for what was credited before they were kept. */
export type CreditedUnder = { confirmations: number } & Partial<KeptTerms>;

/** Where a deposit keeps them. */
export interface CreditedTerms {
  /** Confirmations that were asked when it was credited. */
  creditedWith?: number;
  /** What else was asked then; absent for what was credited before it was kept. */
  creditedUnder?: KeptTerms;
  /** What was asked later, if it was something else, while the deposit was credited and possible under it. */
  creditedAlso?: CreditedUnder[];
}

export function termsOf(rules: FoldRules): Terms {
  const quorum = quorumAsked(rules);
  return {
    reorgDepth: reorgDepth(rules),
    finality: quorum,
    taking: quorum,
    hasMemos: rules.networkHasMemos !== false,
    counting: 'now',
  };
}

/** The terms of now in a form that means the same under any later configuration. */
export function keepTerms(now: Terms, rules: FoldRules, all: readonly { statement: Statement }[]): KeptTerms {
  const kept: KeptTerms = { reorgDepth: stored(now.reorgDepth), finality: now.finality, taking: now.taking };
  if (!now.hasMemos) kept.noMemos = true;
  const otherwise = countedOtherwise(rules, all);
  if (otherwise) kept.counting = otherwise;
  return kept;
}

/** The terms under which something was credited. */
export function termsUnder(now: Terms, { confirmations: _, ...kept }: CreditedUnder): Terms {
  if (kept.reorgDepth === undefined) return { ...now, counting: 'trusting' };
  const { finality = now.finality, taking = now.taking, noMemos, counting = {} } = kept;
  return { reorgDepth: kept.reorgDepth, finality, taking, hasMemos: noMemos !== true, counting };
}

export function termsKept({ creditedWith, creditedUnder, creditedAlso = [] }: CreditedTerms): CreditedUnder[] {
  return creditedWith === undefined ? [] : [{ confirmations: creditedWith, ...creditedUnder }, ...creditedAlso];
}

// More than any configuration changes. A rule that asks otherwise each time is held to the first and the newest.
const mostTerms = 32;

/** Puts the first of them, and what else there was, where a deposit keeps them. */
export function putTerms(deposit: CreditedTerms, [first, ...others]: readonly CreditedUnder[]): void {
  if (!first) return;
  const { confirmations, reorgDepth, finality, taking, ...rest } = first;
  deposit.creditedWith = confirmations;
  if (reorgDepth !== undefined && finality !== undefined && taking !== undefined)
    deposit.creditedUnder = { reorgDepth, finality, taking, ...rest };
  if (others.length > 0) deposit.creditedAlso = others.slice(1 - mostTerms);
}

/** With those that were not among them. */
export function withTerms(known: readonly CreditedUnder[], one: CreditedUnder): readonly CreditedUnder[] {
  return known.some((other) => isSame(one, other)) ? known : [...known, one];
}

export function isSame(one: CreditedUnder, other: CreditedUnder): boolean {
  return one.confirmations === other.confirmations && nameOf(one) === nameOf(other);
}

/** Two terms of one name are the same. */
export function nameOf({ reorgDepth, finality, taking, noMemos, counting }: Partial<KeptTerms>): string {
  return `${reorgDepth} ${finality} ${taking} ${noMemos === true} ${counting ? JSON.stringify(counting) : ''}`;
}

/** Infinity is not in JSON. */
export function stored(count: number): number {
  return Math.min(count, Number.MAX_SAFE_INTEGER);
}

/** What each statement of a provider counts as. */
export function countingIn({ counting }: Terms, rules: FoldRules, provider: string): Counting {
  if (counting === 'now') return countingFor(rules, provider);
  if (counting === 'trusting') return trusting(countingFor(rules, provider));
  if (!Object.hasOwn(counting, provider)) return countedWhenRecorded;
  return countingFor({ ...rules, providers: counting, networkHasMemos: true }, provider);
}

function trusting(now: Counting): Counting {
  return (statement) => {
    const counts = now(statement);
    const recorded = countedWhenRecorded(statement);
    const isTrusted = statement.kind === 'mined' || statement.kind === 'confirmed';
    return {
      confirmations: Math.max(counts.confirmations, recorded.confirmations),
      trusted: counts.trusted === true || recorded.trusted === true || isTrusted,
      tellsRows: counts.tellsRows !== false || recorded.tellsRows !== false,
    };
  };
}

/** Providers of whom the configuration of now counts a statement otherwise than it was recorded as; undefined if there is none. */
function countedOtherwise(
  rules: FoldRules,
  all: readonly { statement: Statement }[],
): Record<string, ProviderRules> | undefined {
  let otherwise: Record<string, ProviderRules> | undefined;
  const countings = new Map<string, Counting>();
  for (const { statement } of all) {
    const { provider, kind } = statement;
    if (kind === 'removed' || (otherwise && Object.hasOwn(otherwise, provider))) continue;
    const now = ensure(countings, provider, () => countingFor(rules, provider))(statement);
    const then = countedWhenRecorded(statement);
    const isAsRecorded =
      now.confirmations === then.confirmations &&
      (now.trusted === true) === (then.trusted === true) &&
      (now.tellsRows === false) === (then.tellsRows === false);
    if (!isAsRecorded) otherwise = { ...otherwise, [provider]: rulesFor(rules, provider) };
  }
  return otherwise;
}
