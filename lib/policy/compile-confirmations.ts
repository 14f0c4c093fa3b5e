import { invalidOption } from '../errors.ts';
import type { Network } from '../networks/registry.ts';
import type { NetworkTable } from '../networks/table.ts';
import type { ConfirmationRule, Policy } from './policy.ts';

/** What an amount needs on a network (CAIP-2): the policy's rule, else the registry's documented default. */
export type ConfirmationsOf = (network: string, amount: bigint) => number | 'finalized';

type Tiers = Exclude<ConfirmationRule, number | 'finalized'>;

export interface CompiledConfirmations {
  of: ConfirmationsOf;
  /** The fewest and the most that any amount needs on a network; undefined if its rule is `'finalized'`. */
  span(network: string): Span;
}

export type Span = { least: number; most: number } | undefined;

/** Checks `policy.confirmations`. Throws `OPTION_INVALID`. */
export function compileConfirmations(
  rules: Policy['confirmations'],
  chains: ReadonlySet<string>,
  networks: NetworkTable,
): CompiledConfirmations {
  if (rules !== undefined && (typeof rules !== 'object' || rules === null || Array.isArray(rules))) {
    throw invalidOption('policy.confirmations', 'must be an object with a rule for each network');
  }
  const byNetwork = new Map<string, ConfirmationRule>();
  for (const [key, rule] of Object.entries(rules ?? {})) {
    const { id } = knownNetwork(key, 'policy.confirmations', networks);
    const option = `policy.confirmations[${key}]`;
    if (byNetwork.has(id)) throw invalidOption(option, `${id} has two rules; keep one`);
    checkRule(rule, option);
    if (rule === 'finalized' && !chains.has(id)) {
      throw invalidOption(
        option,
        `'finalized' requires a check for ${id} in chains: a provider's report does not prove finality`,
      );
    }
    byNetwork.set(id, rule);
  }
  const ruleOf = (network: string): ConfirmationRule =>
    byNetwork.get(network) ?? networks.require(network).confirmations;
  return {
    of: (network, amount) => applied(ruleOf(network), amount),
    span: (network) => spanOf(ruleOf(network)),
  };
}

function spanOf(rule: ConfirmationRule): Span {
  if (rule === 'finalized') return undefined;
  const counts = typeof rule === 'number' ? [rule] : rule.map((tier) => tier.confirmations);
  return { least: Math.min(...counts), most: Math.max(...counts) };
}

function applied(rule: ConfirmationRule, amount: bigint): number | 'finalized' {
  if (typeof rule === 'number' || rule === 'finalized') return rule;
  const reached = rule.findLast(({ from }) => amount >= from) ?? rule[0];
  // The first tier begins at 0n, so each amount reaches one.
  return reached?.confirmations ?? Number.POSITIVE_INFINITY;
}

function checkRule(rule: ConfirmationRule, option: string): void {
  if (Array.isArray(rule)) checkTiers(rule as Tiers, option);
  else if (rule !== 'finalized') checkCount(rule, option);
}

function checkCount(count: unknown, option: string): void {
  if (count === 0) throw invalidOption(option, 'must not be 0: an unconfirmed transfer can be replaced at will');
  if (!Number.isSafeInteger(count) || Number(count) < 1) {
    throw invalidOption(option, "must be a positive integer, 'finalized', or a list of { from, confirmations }");
  }
}

function checkTiers(tiers: Tiers, option: string): void {
  if (tiers[0]?.from !== 0n)
    throw invalidOption(option, 'the first entry must have from: 0n, so that each amount has one');
  for (const [index, { from, confirmations }] of tiers.entries()) {
    const before = tiers[index - 1];
    checkCount(confirmations, `${option}[${index}].confirmations`);
    if (typeof from !== 'bigint')
      throw invalidOption(`${option}[${index}].from`, 'must be a bigint in the smallest units');
    if (before && from <= before.from)
      throw invalidOption(option, 'must be sorted by from, each larger than the one before');
    if (before && confirmations < before.confirmations) {
      throw invalidOption(option, 'a larger amount must not need fewer confirmations');
    }
  }
}

/** The network of an option. Throws `OPTION_INVALID` if it is not known. */
export function knownNetwork(text: unknown, option: string, networks: NetworkTable): Network {
  const network = typeof text === 'string' ? networks.find(text) : undefined;
  if (network === undefined) {
    throw invalidOption(
      option,
      `${JSON.stringify(text)} is not a known network; give a CAIP-2 id, for example eip155:1, or define it in the option networks`,
    );
  }
  return network;
}
