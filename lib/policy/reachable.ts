import { invalidOption } from '../errors.ts';
import { builtInNetworks } from '../networks/registry.ts';
import type { NetworkTable } from '../networks/table.ts';
import { type CompiledAssets, networksOf } from './compile-assets.ts';
import { type CompiledConfirmations, knownNetwork } from './compile-confirmations.ts';
import type { PolicySettings, ProviderTraits } from './context.ts';

/**
 * Whether each provider can meet the policy at all (docs/rules.md#confirmations), and which of them are only as safe as removals that they
 * never send (docs/rules.md#unseen-reorgs). Throws `OPTION_INVALID` naming the provider; warns of what is allowed and yet unsafe.
 */
export function checkReach(
  assets: CompiledAssets,
  providers: readonly ProviderTraits[],
  confirmations: CompiledConfirmations,
  { chains, warn, networks = builtInNetworks }: PolicySettings,
): void {
  const named = networksOf(assets);
  const listed = named === 'any' ? networks.all.map(({ id }) => id) : named;
  const speaking = providers.filter(({ keyedBy }) => keyedBy !== 'hint');
  for (const provider of speaking) {
    const unchecked = listed.filter((network) => !chains.has(network) && isServed(provider, network));
    refuseUnreachable(provider, unchecked, listed, confirmations);
    warnOfReorgs(provider, unchecked, confirmations, { warn, networks });
  }
  // A payment needs no memo.
  const isMuteOnMemos = speaking.every(({ reportsMemos, keyedBy }) => !reportsMemos && keyedBy !== 'payment');
  if (assets !== 'any' && speaking.length > 0 && isMuteOnMemos) {
    for (const { asset, memo } of assets.values()) {
      if (memo === 'required')
        warn(`No provider reports memos, so each deposit of ${asset} waits for an operator (docs/rules.md#accounts)`);
    }
  }
}

function refuseUnreachable(
  provider: ProviderTraits,
  unchecked: readonly string[],
  listed: readonly string[],
  confirmations: CompiledConfirmations,
): void {
  const { name, reportsConfirmations, trustMined } = provider;
  if (trustMined || reportsConfirmations === 'count') return;
  const fix = 'give chains a check for it, or set trustMined: true on the provider';
  if (reportsConfirmations === false) {
    // It does not say which networks it serves: one that it can meet is enough.
    if (unchecked.length < listed.length || listed.length === 0) return;
    throw invalidOption(
      'providers',
      `${name} never reports confirmations, so none of its deposits would be credited; ${fix}`,
    );
  }
  for (const network of unchecked) {
    const needed = confirmations.span(network)?.most ?? Number.POSITIVE_INFINITY;
    const given = reportsConfirmations[network] ?? 0;
    if (given < needed) {
      const what = `${name} reports no more than ${given} confirmations on ${network}, but policy.confirmations requires ${needed}`;
      throw invalidOption('providers', `${what}; require fewer, ${fix}`);
    }
  }
}

/** Says on which networks nothing of a provider is credited without an operator, for want of a chain check. */
export function warnOfUnchecked(
  assets: CompiledAssets,
  providers: readonly ProviderTraits[],
  { chains, warn, networks = builtInNetworks }: PolicySettings,
): void {
  const named = networksOf(assets);
  const listed = named === 'any' ? networks.all.map(({ id }) => id) : named;
  const unchecked = listed.filter((network) => !chains.has(network));
  if (unchecked.length === 0) return;
  for (const { name, needsChainCheck } of providers) {
    if (needsChainCheck !== true) continue;
    warn(
      `The signature of ${name} does not cover a callback as a whole, so each of its deposits on ${someOf(unchecked)} waits for an operator; add chains (docs/signed-forms.md)`,
    );
  }
}

function someOf(networks: readonly string[]): string {
  return networks.length > 3
    ? `${networks.slice(0, 3).join(', ')} and ${networks.length - 3} more`
    : networks.join(', ');
}

function warnOfReorgs(
  { name, sendsRemovals, trustMined }: ProviderTraits,
  unchecked: readonly string[],
  confirmations: CompiledConfirmations,
  { warn, networks }: { warn(text: string): void; networks: NetworkTable },
): void {
  if (sendsRemovals) return;
  const shallow = unchecked.filter(
    (network) =>
      trustMined ||
      (confirmations.span(network)?.least ?? Number.POSITIVE_INFINITY) < networks.require(network).reorgDepth,
  );
  if (shallow.length === 0) return;
  const why = trustMined ? 'trustMined is set' : 'policy.confirmations is below the reorg depth';
  warn(
    `${name} never reports reorgs, and ${why} on ${someOf(shallow)}: a reorg after the credit goes unnoticed; add chains (docs/rules.md#unseen-reorgs)`,
  );
}

/** The provider with the networks of its counts by their CAIP-2 ids. Throws `OPTION_INVALID`. */
export function canonicalTraits(provider: ProviderTraits, networks: NetworkTable): ProviderTraits {
  const { name, keyedBy, reportsConfirmations, reportsMemos, sendsRemovals, trustMined } = provider;
  const counts = canonicalCounts(reportsConfirmations, `reportsConfirmations of provider ${name}`, networks);
  return { name, keyedBy, reportsConfirmations: counts, reportsMemos, sendsRemovals, trustMined };
}

function canonicalCounts(
  counts: ProviderTraits['reportsConfirmations'],
  option: string,
  networks: NetworkTable,
): ProviderTraits['reportsConfirmations'] {
  if (typeof counts !== 'object') return counts;
  const canonical = Object.entries(counts).map(([network, count]) => {
    if (Number.isSafeInteger(count) && count >= 0) return [knownNetwork(network, option, networks).id, count] as const;
    throw invalidOption(option, `must be integers, also on ${network}`);
  });
  return Object.fromEntries(canonical);
}

/** Whether the provider may report this network: one with counts by network reports those networks only. */
export function isServed({ reportsConfirmations }: ProviderTraits, network: string): boolean {
  return typeof reportsConfirmations !== 'object' || Object.hasOwn(reportsConfirmations, network);
}
