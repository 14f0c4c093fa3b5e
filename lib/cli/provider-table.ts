import { generateKeyPairSync } from 'node:crypto';
import type { DepositCallbackError } from '../errors.ts';
import type { Provider, ProviderOptions } from '../providers/kit/provider.ts';
import { notKnown } from './words/phrases.ts';
import { refuse } from './words/refuse.ts';

/** Options of one kind, as JSON gives them, beside the common ones. */
export type AnyProviderOptions = ProviderOptions & Readonly<Record<string, unknown>>;

type Maker = (options: AnyProviderOptions) => Provider;

// `test/cli/provider-table.test.ts` holds it to the files that are there. Each is loaded only when it is named.
const makers: Readonly<Record<string, () => Promise<unknown>>> = {
  alchemy: () => import('../providers/alchemy.ts').then((file) => file.alchemy),
  basswallet: () => import('../providers/basswallet.ts').then((file) => file.basswallet),
  'binance-pay': () => import('../providers/binance-pay.ts').then((file) => file.binancePay),
  bitgo: () => import('../providers/bitgo.ts').then((file) => file.bitgo),
  bitpay: () => import('../providers/bitpay.ts').then((file) => file.bitpay),
  blockcypher: () => import('../providers/blockcypher.ts').then((file) => file.blockcypher),
  blockonomics: () => import('../providers/blockonomics.ts').then((file) => file.blockonomics),
  btcpay: () => import('../providers/btcpay.ts').then((file) => file.btcpay),
  'chainup-custody': () => import('../providers/chainup-custody.ts').then((file) => file.chainupCustody),
  circle: () => import('../providers/circle.ts').then((file) => file.circle),
  cobo: () => import('../providers/cobo.ts').then((file) => file.cobo),
  'cobo-waas1': () => import('../providers/cobo-waas1.ts').then((file) => file.coboWaas1),
  'coinbase-cdp': () => import('../providers/coinbase-cdp.ts').then((file) => file.coinbaseCdp),
  'coinbase-commerce': () => import('../providers/coinbase-commerce.ts').then((file) => file.coinbaseCommerce),
  coinpayments: () => import('../providers/coinpayments.ts').then((file) => file.coinpayments),
  'coinpayments-v2': () => import('../providers/coinpayments-v2.ts').then((file) => file.coinpaymentsV2),
  coinspaid: () => import('../providers/coinspaid.ts').then((file) => file.coinspaid),
  confirmo: () => import('../providers/confirmo.ts').then((file) => file.confirmo),
  cregis: () => import('../providers/cregis.ts').then((file) => file.cregis),
  crossmint: () => import('../providers/crossmint.ts').then((file) => file.crossmint),
  cryptapi: () => import('../providers/cryptapi.ts').then((file) => file.cryptapi),
  cryptomus: () => import('../providers/cryptomus.ts').then((file) => file.cryptomus),
  dfns: () => import('../providers/dfns.ts').then((file) => file.dfns),
  fireblocks: () => import('../providers/fireblocks.ts').then((file) => file.fireblocks),
  helius: () => import('../providers/helius.ts').then((file) => file.helius),
  imtoken: () => import('../providers/imtoken.ts').then((file) => file.imtoken),
  moralis: () => import('../providers/moralis.ts').then((file) => file.moralis),
  nowpayments: () => import('../providers/nowpayments.ts').then((file) => file.nowpayments),
  opennode: () => import('../providers/opennode.ts').then((file) => file.opennode),
  oxapay: () => import('../providers/oxapay.ts').then((file) => file.oxapay),
  plisio: () => import('../providers/plisio.ts').then((file) => file.plisio),
  privy: () => import('../providers/privy.ts').then((file) => file.privy),
  quicknode: () => import('../providers/quicknode.ts').then((file) => file.quicknode),
  safeheron: () => import('../providers/safeheron.ts').then((file) => file.safeheron),
  shkeeper: () => import('../providers/shkeeper.ts').then((file) => file.shkeeper),
  'standard-webhooks': () => import('../providers/standard-webhooks.ts').then((file) => file.standardWebhooks),
  tatum: () => import('../providers/tatum.ts').then((file) => file.tatum),
  tenderly: () => import('../providers/tenderly.ts').then((file) => file.tenderly),
  thirdweb: () => import('../providers/thirdweb.ts').then((file) => file.thirdweb),
  tokenpocket: () => import('../providers/tokenpocket.ts').then((file) => file.tokenpocket),
  turnkey: () => import('../providers/turnkey.ts').then((file) => file.turnkey),
  udun: () => import('../providers/udun.ts').then((file) => file.udun),
};

/** Names of the providers that a verb takes, in alphabetical order. */
export const providerNames: readonly string[] = Object.keys(makers).sort();

/** What a file of `deposit-callback/providers` exports its provider as: `binancePay` for `binance-pay`. */
export function exportedName(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

const anyAccount = { accounts: { ethereum: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed' } };

// Options that a kind requires to read callbacks, and that play no part in signing them.
const required: Readonly<Record<string, object>> = {
  'standard-webhooks': { read: () => ({ kind: 'unknown', transfers: [], removals: [] }) },
  'binance-pay': anyAccount,
  'coinbase-commerce': anyAccount,
  coinpayments: { merchant: 'any' },
  cryptomus: anyAccount,
  plisio: anyAccount,
  blockcypher: { network: 'bitcoin' },
  turnkey: { organizationId: 'any' },
  'chainup-custody': { appId: 'any' },
  'coinpayments-v2': { url: 'https://example.com/' },
};

/** Options that hold a key of the receiver's own, to which the bodies are encrypted. */
const ownKeys: Readonly<Record<string, string>> = { safeheron: 'privateKey' };

/** The option of a provider that holds a key of the receiver's own, if it has one. */
export function ownKeyOption(name: string): string | undefined {
  return ownKeys[name];
}

/** The options beside `secrets` without which a provider cannot be made, with values that only serve to make it. */
export function requiredOptions(name: string): Readonly<Record<string, unknown>> {
  return { ...required[name] };
}

/** A provider by its name in this package. Throws `OPTION_INVALID`. */
export async function makeProvider(name: string, options: AnyProviderOptions): Promise<Provider> {
  const load = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!load) throw unknownProvider(name);
  const maker = (await load()) as Maker;
  return maker(options);
}

/** The error for a name that is none of `providerNames`. */
export function unknownProvider(name: string): DepositCallbackError {
  return refuse('provider', notKnown(name, providerNames));
}

/** A provider that only signs: it has no secret to verify with. A key of the receiver's own is made if none is given. */
export async function makeSigner(name: string, options: Readonly<Record<string, unknown>> = {}): Promise<Provider> {
  const ownKey = ownKeys[name];
  const made = ownKey === undefined || ownKey in options ? {} : { [ownKey]: generatePrivateKey() };
  return makeProvider(name, { ...requiredOptions(name), ...made, ...options, secrets: () => [] });
}

/** An RSA key of 2048 bits, PEM. */
export function generatePrivateKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
