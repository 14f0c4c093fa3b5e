import { invalidOption } from '../errors.ts';
import type { PolicySettings, ProviderTraits } from './context.ts';
import { isServed } from './reachable.ts';

/**
 * Checks `policy.quorum` against those who have a vote on each network: providers keyed by transaction, and a chain
 * check. Throws `OPTION_INVALID` if it can never be met.
 */
export function compileQuorum(
  quorum: number | undefined,
  networks: readonly string[] | 'any',
  providers: readonly ProviderTraits[],
  { chains, warn }: PolicySettings,
): number {
  if (quorum === undefined) return 1;
  if (!Number.isSafeInteger(quorum) || quorum < 1) {
    throw invalidOption('policy.quorum', 'must be a positive integer');
  }
  const voters = providers.filter(({ keyedBy }) => keyedBy === 'transaction');
  const payments = providers.filter(({ keyedBy }) => keyedBy === 'payment').map(({ name }) => name);
  // The default is met by whoever speaks, payments too; and a chain built by hand may name its providers later.
  if (quorum === 1 || providers.length === 0) return quorum;
  for (const network of networks === 'any' ? [undefined] : networks) {
    const own = network === undefined ? voters : voters.filter((provider) => isServed(provider, network));
    const votes = own.length + (network === undefined ? Math.min(chains.size, 1) : Number(chains.has(network)));
    if (quorum <= votes) continue;
    const where = network === undefined ? '' : ` on ${network}`;
    const fix = `must be at most ${votes}${where}: providers keyed by transaction have a vote, and a chain check`;
    throw invalidOption('policy.quorum', `is ${quorum}, but ${fix}`);
  }
  if (payments.length > 0) {
    warn(
      `Payments of ${payments.join(', ')} have no vote (docs/rules.md#payments): with policy.quorum ${quorum} they wait for an operator`,
    );
  }
  return quorum;
}

/** One key is one voice: whoever has it could speak as both instances. Throws `OPTION_INVALID`, as far as keys can be seen. */
export function refuseSharedKeys(providers: readonly ProviderTraits[]): void {
  const owners = new Map<string, string>();
  for (const { name, keyedBy, keys } of providers) {
    if (keyedBy !== 'transaction') continue;
    for (const { print } of keys?.describe() ?? []) {
      const owner = owners.get(print);
      if (owner !== undefined && owner !== name) {
        const fix = 'give each its own, or make them one instance';
        throw invalidOption('providers', `${owner} and ${name} share a secret, and policy.quorum counts keys; ${fix}`);
      }
      owners.set(print, name);
    }
  }
}
