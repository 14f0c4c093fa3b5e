import type { Network } from './network.ts';

/** The assets that a provider can name, by names of its own and those that the user gives it. */
export interface NamedBy {
  /** CAIP-19 of those that the user names, as written. */
  readonly given: readonly string[];
  /** Whether it has a name for the canonical CAIP-19. */
  canName(asset: string, network: Network): boolean;
}
