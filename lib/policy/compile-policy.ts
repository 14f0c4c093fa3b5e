import type { Deposit } from '../deposits/deposit.ts';
import { chainProvider, type FoldRules } from '../deposits/fold-rules.ts';
import type { HoldAnswer } from '../deposits/holding.ts';
import type { Group } from '../deposits/statement.ts';
import { invalidOption } from '../errors.ts';
import type { Network } from '../networks/network.ts';
import { builtInNetworks } from '../networks/registry.ts';
import type { NetworkTable } from '../networks/table.ts';
import { refuseUnknownKeys } from '../util/known-keys.ts';
import { unawaited } from '../util/promises.ts';
import { booleanOf, holdAnswer, whenAnswered } from './answers.ts';
import { type CompiledAssets, compileAssets, networksOf } from './compile-assets.ts';
import {
  type CompiledConfirmations,
  type ConfirmationsOf,
  compileConfirmations,
  knownNetwork,
} from './compile-confirmations.ts';
import { compileOwner, type OwnerOf } from './compile-owner.ts';
import { compilePayments, type PaymentRules } from './compile-payments.ts';
import type { PolicySettings, ProviderTraits } from './context.ts';
import { checkNames } from './names.ts';
import type { Account, ListedAsset, Policy } from './policy.ts';
import { compileQuorum, refuseSharedKeys } from './quorum.ts';
import { canonicalTraits, checkReach, warnOfUnchecked } from './reachable.ts';

/** The policy, checked and in canonical form. Its functions can be passed on by themselves. */
export interface CompiledPolicy {
  /** The networks that the receiver knows. */
  readonly networks: NetworkTable;
  /** Each network of the table, and each other of which an asset is listed (`eip155:N`). */
  readonly watched: readonly Network[];
  /** `assets: 'any'`. */
  readonly listsAny: boolean;
  /** The listed asset of a canonical CAIP-19. */
  readonly assetOf: (asset: string) => ListedAsset | undefined;
  /** Whose an account is. Throws `POLICY_ANSWER_INVALID` for an invalid answer. */
  readonly ownerOf: OwnerOf;
  /** Whether an account is ours, assigned or not. */
  readonly isOurs: (account: Account) => boolean | Promise<boolean>;
  readonly isOwnSender: (account: { network: string; address: string }) => boolean | Promise<boolean>;
  readonly hold: ((deposit: Deposit) => Promise<HoldAnswer>) | undefined;
  /**
   * CAIP-2 networks on which nothing is credited now. Throws `NETWORK_UNKNOWN` if the policy's function names another.
   */
  readonly frozen: () => ReadonlySet<string>;
  /** Whether a CAIP-2 network has a chain check. */
  readonly isChainChecked: (network: string) => boolean;
  /** What becomes of payments that are not what was asked for. */
  readonly payments: PaymentRules;
  /** What an amount needs on a network. */
  readonly confirmations: ConfirmationsOf;
  readonly rulesFor: (group: Group) => FoldRules;
}

const policyKeys = [
  'assets',
  'accounts',
  'isOurs',
  'isOwnSender',
  'confirmations',
  'quorum',
  'hold',
  'frozen',
  'payments',
];

/**
 * Checks a policy against the providers and puts it into canonical form. Throws `OPTION_INVALID`, naming the option and
 * the fix, for whatever cannot be understood or can never be met; so the process does not start on a weaker policy.
 */
export function compilePolicy(
  policy: Policy,
  providers: readonly ProviderTraits[],
  { chains: given, warn, networks = builtInNetworks }: PolicySettings,
): CompiledPolicy {
  if (typeof policy !== 'object' || policy === null)
    throw invalidOption('policy', 'must be an object with assets and accounts');
  refuseUnknownKeys(policy, policyKeys, 'policy');
  const assets = compileAssets(policy.assets, networks);
  const ownerOf = compileOwner(policy, networksOf(assets), networks, warn);
  const isOwnSender = functionOf(policy, 'isOwnSender');
  const hold = functionOf(policy, 'hold');
  const chains = new Set([...given].map((network) => knownNetwork(network, 'chains', networks).id));
  const confirmations = compileConfirmations(policy.confirmations, chains, networks);
  if (providers.some(({ name }) => name === chainProvider)) {
    throw invalidOption('providers', `must not use the name ${chainProvider}, which is reserved for the chain check`);
  }
  const traits = providers.map((provider) => canonicalTraits(provider, networks));
  checkReach(assets, traits, confirmations, { chains, warn, networks });
  warnOfUnchecked(assets, providers, { chains, warn, networks });
  checkNames(assets, providers, { warn, networks });
  const quorum = compileQuorum(policy.quorum, networksOf(assets), traits, { chains, warn });
  if (quorum > 1) refuseSharedKeys(providers);
  const payments = traits.filter(({ keyedBy }) => keyedBy === 'payment').map(({ name }) => name);
  if (chains.size > 0 && payments.length > 0) {
    warn(
      `No chain check finds the payments of ${payments.join(', ')}: on a network in chains they wait for an operator`,
    );
  }
  const frozen = compileFrozen(policy, networks);
  const paymentRules = compilePayments(policy.payments);
  const rules = new Map<string, FoldRules>();

  return {
    networks,
    watched: watchedNetworks(assets, networks),
    listsAny: assets === 'any',
    assetOf: assets === 'any' ? () => undefined : (asset) => assets.get(asset),
    ownerOf,
    isOurs: (account) => whenAnswered(ownerOf(account), (owner) => owner !== false),
    isOwnSender:
      isOwnSender === undefined
        ? () => false
        : (account) => whenAnswered(policy.isOwnSender?.(account), (given) => booleanOf(given, account)),
    hold: hold && (async (deposit) => holdAnswer(await policy.hold?.(deposit), deposit)),
    frozen,
    isChainChecked: (network) => chains.has(network),
    payments: paymentRules,
    confirmations: confirmations.of,
    rulesFor({ network, payment }) {
      const keyedBy = payment === undefined ? 'transaction' : 'payment';
      const key = `${keyedBy} ${network}`;
      const known = rules.get(key);
      if (known) return known;
      const made = rulesOn(networks.require(network), keyedBy, { traits, confirmations, quorum, chains });
      rules.set(key, made);
      return made;
    },
  };
}

/** What the fold needs to know of groups of one network. */
function rulesOn(
  { id, reorgDepth, hasMemos, family }: Network,
  keyedBy: NonNullable<FoldRules['keyedBy']>,
  {
    traits,
    confirmations,
    quorum,
    chains,
  }: {
    traits: readonly ProviderTraits[];
    confirmations: CompiledConfirmations;
    quorum: number;
    chains: ReadonlySet<string>;
  },
): FoldRules {
  const isPayment = keyedBy === 'payment';
  const { least = 1, most = 1 } = confirmations.span(id) ?? {};
  return {
    network: id,
    keyedBy,
    // Where the rule is 'finalized' the chain check counts, and `chainRequired` waits for it.
    confirmations: least === most ? least : (amount) => Number(confirmations.of(id, amount)),
    reorgDepth,
    quorum,
    providers: Object.fromEntries(traits.map((provider) => [provider.name, provider])),
    chainRequired: chains.has(id),
    // Whose a payment is stands in its id, not in a memo.
    networkHasMemos: hasMemos && !isPayment,
    // One message, or one payment, moves one amount to one account.
    paysOnce: !isPayment && (family === 'xrpl' || family === 'ton'),
  };
}

function watchedNetworks(assets: CompiledAssets, table: NetworkTable): readonly Network[] {
  const listed = networksOf(assets);
  const own = listed === 'any' ? [] : listed.map((id) => table.require(id));
  return [...new Set([...table.all, ...own])];
}

function functionOf<K extends 'isOwnSender' | 'hold'>(policy: Policy, key: K): Policy[K] | undefined {
  const given = policy[key];
  if (given !== undefined && typeof given !== 'function') throw invalidOption(`policy.${key}`, 'must be a function');
  return given;
}

function compileFrozen(policy: Policy, table: NetworkTable): () => ReadonlySet<string> {
  const { frozen } = policy;
  if (typeof frozen === 'function') {
    return () => {
      const networks: unknown = (policy.frozen as () => readonly string[])();
      unawaited(networks);
      if (!Array.isArray(networks))
        throw invalidOption('policy.frozen', 'must synchronously return a list of networks');
      return new Set(networks.map((network: string) => table.require(network).id));
    };
  }
  if (frozen !== undefined && !Array.isArray(frozen)) {
    throw invalidOption('policy.frozen', 'must be a list of CAIP-2 networks, or a function that returns one');
  }
  const networks = new Set((frozen ?? []).map((network: string) => knownNetwork(network, 'policy.frozen', table).id));
  return () => networks;
}
