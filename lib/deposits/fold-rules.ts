import type { Statement } from './statement.ts';

/** What the fold has to know of a provider. Each member that is missing takes the default written here. */
export interface ProviderRules {
  /** Default `'count'`. A number, or numbers by network: what its "confirmed" means. `false`: it never says. */
  reportsConfirmations: 'count' | number | Readonly<Record<string, number>> | false;
  /** Whether it can report a memo on networks that have them (rule 4). Default true. */
  reportsMemos: boolean;
  /** Mined suffices, whatever the count (rule 18). Default false. */
  trustMined: boolean;
}

/** The policy, as far as the fold of one group needs it. */
export interface FoldRules {
  /** Confirmations asked, at least 1; missing, nothing is ever confirmed. */
  confirmations: number | ((amount: bigint) => number);
  /** Confirmations after which a block never dies (rule 16); missing, no block is ever final. */
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
  /** Default true: then a provider that cannot report memos tells no rows. */
  networkHasMemos?: boolean;
}

/** Name under which the service's own chain check speaks: it decides conflicts and removals (rules 17, 20). */
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

/** Rules of one provider with every default filled in. */
export interface Ear {
  tellsRows: boolean;
  depthOf(statement: Statement): Depth;
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

export function earFor(rules: FoldRules, provider: string): Ear {
  const given = rules.providers && Object.hasOwn(rules.providers, provider) ? rules.providers[provider] : undefined;
  const trustMined = given?.trustMined ?? false;
  const reports = given?.reportsConfirmations ?? 'count';
  const meaning = typeof reports === 'object' ? meaningOn(reports, rules.network) : reports;
  return {
    // Rule 4: without its memo, a row is some other amount or none.
    tellsRows: (given?.reportsMemos ?? true) || rules.networkHasMemos === false,
    depthOf(statement) {
      // Never mempool (rule 18).
      if (statement.kind === 'seen' || statement.kind === 'removed') return noDepth;
      const confirmed = statement.kind === 'confirmed';
      return {
        count: countOf(statement, meaning),
        trusted: (trustMined && statement.kind !== 'failed') || (confirmed && provider === chainProvider),
      };
    },
  };
}

// Rule 18: the type "confirmed" never overrides a count, and an absent count is 0.
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
