import type { NamedBy } from '../networks/named-by.ts';
import type { NetworkTable } from '../networks/table.ts';

/** What the policy needs to know of a provider; each `Provider` is one. */
export interface ProviderTraits {
  readonly name: string;
  /** Which kind of provider it is: some names of networks are a kind's own. */
  readonly kind?: string;
  /** Which assets it can name, if it names assets and not their contracts. */
  readonly names?: NamedBy;
  readonly keyedBy: 'transaction' | 'payment' | 'hint';
  readonly reportsConfirmations: 'count' | Readonly<Record<string, number>> | false;
  readonly reportsMemos: boolean;
  readonly sendsRemovals: boolean;
  readonly trustMined: boolean;
  /** Whether an id of its that names a second transfer is held: its signature covers parts of a callback one by one. */
  readonly bindsIds?: boolean;
  /** Whether nothing of it is credited on a network without a chain check. */
  readonly needsChainCheck?: boolean;
  /** Its keys, as far as they can be seen: instances that share one have one vote. */
  readonly keys?: { describe(): readonly { readonly print: string }[] };
}

export interface PolicySettings {
  /** CAIP-2 networks that have a chain check. */
  chains: ReadonlySet<string>;
  /** Told, once, of what is allowed and yet unsafe. */
  warn(text: string): void;
  /** Default: the networks of the package. */
  networks?: NetworkTable;
}
