import type { Counted, Statement } from './statement.ts';

/** The traits of a provider that the fold depends on. An omitted member has the default given here. */
export interface ProviderRules {
  /** Default `'count'`. A number, or numbers by network: what its "confirmed" means. `false`: it never says. */
  reportsConfirmations: 'count' | number | Readonly<Record<string, number>> | false;
  /** Whether it can report a memo on networks that have them (docs/rules.md#group). Default true. */
  reportsMemos: boolean;
  /** Mined suffices, whatever the count (docs/rules.md#confirmations). Default false. */
  trustMined: boolean;
}

/** The part of the policy that the fold of one group depends on. */
export interface FoldRules {
  /** Confirmations asked, at least 1; missing, nothing is ever confirmed. */
  confirmations: number | ((amount: bigint) => number);
  /** Confirmations after which a block never dies (docs/rules.md#final); missing, no block is ever final. */
  reorgDepth: number;
  /** Distinct provider instances that must agree. Default 1. */
  quorum: number;
  /** By instance name. */
  providers: Readonly<Record<string, Partial<ProviderRules>>>;
  /** CAIP-2: which of a provider's numbers holds. Missing, its smallest does. */
  network?: string;
  /** Nothing is due without a confirming statement of our own chain check. Default false. */
  chainRequired?: boolean;
  /** Default `'transaction'`. */
  keyedBy?: 'transaction' | 'payment';
  /** Default true: then a provider that cannot report memos has no rows. */
  networkHasMemos?: boolean;
  /** A transaction of the network pays a recipient once (XRP Ledger, TON). Default false. */
  paysOnce?: boolean;
}

/** Name under which the service's own chain check speaks: it decides conflicts and removals (docs/rules.md#conflict and docs/rules.md#removed). */
export const chainProvider = 'chain';

/** How deep a provider says a block, or a statement without one, to be. */
export interface Depth {
  count: number;
  /** It meets whatever is asked, though it counts less: `trustMined`, or "confirmed" of our own chain check. */
  trusted: boolean;
}

export const noDepth: Depth = { count: 0, trusted: false };

export function meets(depth: Depth, confirmations: number): boolean {
  return depth.trusted || depth.count >= confirmations;
}

export function deeper(a: Depth, b: Depth): Depth {
  return { count: Math.max(a.count, b.count), trusted: a.trusted || b.trusted };
}

export function confirmationsAsked(rules: FoldRules, amount: bigint): number {
  const asked = typeof rules.confirmations === 'function' ? rules.confirmations(amount) : rules.confirmations;
  // A comparison with NaN or undefined would be false in one place and true in another.
  return asked >= 1 ? asked : Number.isFinite(asked) ? 1 : Number.POSITIVE_INFINITY;
}

export function reorgDepth(rules: FoldRules): number {
  return rules.reorgDepth >= 1 ? rules.reorgDepth : Number.POSITIVE_INFINITY;
}

export function quorumAsked(rules: FoldRules): number {
  return rules.quorum >= 1 ? Math.ceil(rules.quorum) : 1;
}

/** What a statement counts as under the configuration of now. */
export type Counting = (statement: Statement) => Counted;

/** Rules of one provider, with every default filled in and read for the network. */
export function rulesFor(rules: FoldRules, provider: string): ReadRules {
  const given = givenFor(rules, provider);
  const reports = given?.reportsConfirmations ?? 'count';
  return {
    reportsConfirmations: typeof reports === 'object' ? meaningOn(reports, rules.network) : reports,
    // Without its memo, a row is some other amount or none.
    reportsMemos: (given?.reportsMemos ?? true) || rules.networkHasMemos === false,
    trustMined: given?.trustMined ?? false,
  };
}

type ReadRules = ProviderRules & { reportsConfirmations: 'count' | number | false };

function givenFor({ providers }: FoldRules, provider: string): Partial<ProviderRules> | undefined {
  return providers && Object.hasOwn(providers, provider) ? providers[provider] : undefined;
}

/** What each statement of one provider counts as under the configuration of now. */
export function countingFor(rules: FoldRules, provider: string): Counting {
  const isConfigured = givenFor(rules, provider) !== undefined;
  const { reportsConfirmations: meaning, reportsMemos, trustMined } = rulesFor(rules, provider);
  return (statement) => {
    // Of a provider that is configured no more, nothing is known but what its statements counted as.
    if (!isConfigured && statement.counted) return statement.counted;
    // A memo that could not be reported then does not become known by configuration.
    const tellsRows = reportsMemos && statement.counted?.tellsRows !== false;
    if (!isInChain(statement)) return { confirmations: 0, trusted: false, tellsRows };
    const { kind } = statement;
    return {
      confirmations: countOf(statement, meaning),
      trusted: (trustMined && kind !== 'failed') || (kind === 'confirmed' && provider === chainProvider),
      tellsRows,
    };
  };
}

/** What a statement counted as when it was recorded. Without a stamp: its own count, as most providers mean it. */
export function countedWhenRecorded(statement: Statement): Counted {
  return statement.counted ?? ownCount(statement);
}

/** The stamp that a statement is stored with; undefined if it counts as its own count does. */
export function stampFor(statement: Statement, counting: Counting): Counted | undefined {
  const { confirmations, trusted = false, tellsRows = true } = counting(statement);
  const own = ownCount(statement);
  if (confirmations === own.confirmations && trusted === own.trusted && tellsRows) return undefined;
  const stamp: Counted = { confirmations };
  if (trusted) stamp.trusted = true;
  if (!tellsRows) stamp.tellsRows = false;
  return stamp;
}

function ownCount(statement: Statement): Counted {
  if (!isInChain(statement)) return { confirmations: 0, trusted: false };
  const trusted = statement.kind === 'confirmed' && statement.provider === chainProvider;
  return { confirmations: countOf(statement, 'count'), trusted };
}

/** Mempool and removals count nothing. */
function isInChain({ kind }: Statement): boolean {
  return kind !== 'seen' && kind !== 'removed';
}

// The type "confirmed" never overrides a count, and an absent count is 0.
function countOf(statement: Statement, meaning: 'count' | number | false): number {
  if (meaning === false) return 0;
  const counted = statement.confirmations;
  if (counted !== undefined) return Number.isNaN(counted) ? 0 : Math.max(counted, 0);
  return typeof meaning === 'number' && statement.kind === 'confirmed' ? meaning : 0;
}

function meaningOn(byNetwork: Readonly<Record<string, number>>, network: string | undefined): number | false {
  if (network !== undefined)
    return Object.hasOwn(byNetwork, network) ? (byNetwork[network] ?? false) : smallest(byNetwork);
  return smallest(byNetwork);
}

function smallest(byNetwork: Readonly<Record<string, number>>): number | false {
  const numbers = Object.values(byNetwork);
  return numbers.length === 0 ? false : Math.min(...numbers);
}
