import { invalidOption } from '../errors.ts';
import type { Provider, ProviderOptions } from '../providers/provider.ts';

/** Options of one kind, as JSON gives them, beside the common ones. */
export type AnyProviderOptions = ProviderOptions & Readonly<Record<string, unknown>>;

type Maker = (options: AnyProviderOptions) => Provider;

// `test/cli/provider-table.test.ts` holds it to the files that are there. Each is loaded only when it is named.
const makers: Readonly<Record<string, () => Promise<unknown>>> = {
  imtoken: () => import('../providers/imtoken.ts').then((file) => file.imtoken),
  'standard-webhooks': () => import('../providers/standard-webhooks.ts').then((file) => file.standardWebhooks),
  alchemy: () => import('../providers/alchemy.ts').then((file) => file.alchemy),
  blockcypher: () => import('../providers/blockcypher.ts').then((file) => file.blockcypher),
  'coinbase-cdp': () => import('../providers/coinbase-cdp.ts').then((file) => file.coinbaseCdp),
  helius: () => import('../providers/helius.ts').then((file) => file.helius),
  moralis: () => import('../providers/moralis.ts').then((file) => file.moralis),
  quicknode: () => import('../providers/quicknode.ts').then((file) => file.quicknode),
  tatum: () => import('../providers/tatum.ts').then((file) => file.tatum),
  tenderly: () => import('../providers/tenderly.ts').then((file) => file.tenderly),
};

/** Names of the providers that a verb takes, in alphabetical order. */
export const providerNames: readonly string[] = Object.keys(makers).sort();

// What a kind needs beside the secrets, where nothing else is said: enough to sign, and for a first try.
const stopgaps: Readonly<Record<string, object>> = {
  'standard-webhooks': { read: () => ({ kind: 'unknown', transfers: [], removals: [] }) },
  blockcypher: { network: 'bitcoin' },
};

/** A provider by its name in this package. Throws `OPTION_INVALID`. */
export async function makeProvider(name: string, options: AnyProviderOptions): Promise<Provider> {
  const load = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!load) throw invalidOption('provider', `${name} is not known; known are ${providerNames.join(', ')}`);
  const maker = (await load()) as Maker;
  return maker({ ...stopgaps[name], ...options });
}

/** A provider that only signs: it has no secret to verify with. */
export function makeSigner(name: string): Promise<Provider> {
  return makeProvider(name, { secrets: () => [] });
}
