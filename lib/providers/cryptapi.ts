import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { invalidOption } from '../errors.ts';
import {
  type Json,
  member,
  numberText,
  optionalInteger,
  optionalNumberText,
  optionalText,
  text,
} from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAsset, type NamedAssetsOptions } from './kit/asset-names.ts';
import type { BodyForm } from './kit/body-form.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { ping, transfersOf, wordIn } from './kit/readings.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';

/** Options of `cryptapi`. */
export interface CryptapiOptions extends NamedAssetsOptions {
  /**
   * Scheme and host of the callback URL as CryptAPI calls it, for example `https://pay.example.com`: needed for callbacks by
   * GET, which are signed over the whole URL. Without it, only POST is taken.
   */
  origin?: string;
}

/**
 * The one key that CryptAPI uses for all its customers (https://api.cryptapi.io/pubkey/), for the option `secrets`.
 */
export const cryptapiPublicKey =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC3FT0Ym8b3myVxhQW7ESuuu6lodGAsUJs4fq+Ey//jm27jQ7HHHDmP1YJO7XE7Jf/0DTEJgcw4EZhJFVwsk6d3+4fyBsn0tKeyGMiaE6cVkX0cy6Y85o8zgc/CwZKc0uw6d5siAo++xl2zl+RGMXCELQVEox7pp208zTvown577wIDAQAB';

const knownAssets = {
  btc: 'bitcoin',
  bch: 'bitcoin-cash',
  ltc: 'litecoin',
  doge: 'dogecoin',
  eth: 'ethereum',
  trx: 'tron',
  sol: 'solana',
  // `{chain}_{token}`, as its own plugins build it.
  erc20_usdt: 'ethereum/USDT',
  erc20_usdc: 'ethereum/USDC',
  trc20_usdt: 'tron/USDT',
  bep20_usdt: 'bsc/USDT',
  bep20_usdc: 'bsc/USDC',
} as const;

/** Receives callbacks of CryptAPI and BlockBee. `secrets` are their public keys. See `docs/providers/cryptapi.md`. */
export function cryptapi(options: CryptapiOptions): Provider {
  assertOptions('cryptapi', options);
  const { origin } = options;
  if (origin !== undefined && !/^https?:\/\/[^/?#]+$/.test(origin))
    throw invalidOption(
      'cryptapi.origin',
      'must be a scheme and host without a trailing slash, for example https://pay.example.com',
    );
  const nameOf = coinNames(options, assetNames('cryptapi', options.assets, knownAssets));
  // https://docs.cryptapi.io/webhooks/verify-webhook-signature
  const scheme: Scheme = {
    algorithm: 'rsa-sha256',
    signature: { header: 'x-ca-signature' },
    encoding: 'base64',
    signed: [{ from: (request) => signedPart(request, origin) }],
    content: (request) => request.content(),
  };
  return declareProvider(
    {
      name: 'cryptapi',
      scheme,
      form: formOf,
      methods: origin === undefined ? ['POST'] : ['POST', 'GET'],
      events: ['pending', 'confirmed', 'checkout payment', 'checkout deposit', 'test'],
      read: (content) => readCallback(content, nameOf),
      // Anything else is sent again.
      answer: () => accepted,
      reportsConfirmations: 'count',
      ownOptions: ['assets', 'origin'],
    },
    options,
  );
}

const accepted = { status: 200, body: '*ok*' } as const;

function signedPart({ method, url, body }: SignedRequest, origin: string | undefined): Uint8Array | string | undefined {
  // Of a GET its URL is signed: taken for a body, it would be the same callback without its first field.
  if (method !== 'GET') return /^https?:/i.test(body.toString('latin1', 0, 6)) ? undefined : body;
  return origin === undefined ? undefined : `${origin}${url}`;
}

// A form, or JSON if the address was made with `json=1`: determined by the bytes, which are signed.
function formOf({ method, body }: Pick<SignedRequest, 'method' | 'body'>): BodyForm {
  if (method === 'GET') return 'query';
  return body[0] === 0x7b ? 'json' : 'form';
}

function readCallback(fields: Json, nameOf: (coin: string) => NamedAsset): Reading {
  // Their own test of the URL.
  if (optionalText(fields, 'uuid')?.startsWith('TEST_')) return ping;
  return transfersOf(
    member(fields, 'paid_coin') === undefined ? readPayment(fields, nameOf) : readCheckout(fields, nameOf),
  );
}

function readPayment(fields: Json, nameOf: (coin: string) => NamedAsset): Transfer {
  // What is confirmed need not say so.
  const isFinal = (optionalNumberText(fields, 'pending') ?? '0') === '0';
  return present<Transfer>({
    kind: isFinal ? 'confirmed' : 'seen',
    ...nameOf(text(fields, 'coin')),
    amount: { decimal: numberText(fields, 'value_coin') },
    to: text(fields, 'address_in'),
    transaction: { id: text(fields, 'txid_in') },
    payment: optionalText(fields, 'uuid'),
    confirmations: isFinal ? (optionalInteger(fields, 'confirmations') ?? 0) : undefined,
    evidence: deliveredIn(isFinal ? numberText(fields, 'value_coin') : undefined),
  });
}

/** BlockBee's Checkout sends once, when it is confirmed, and no count. */
function readCheckout(fields: Json, nameOf: (coin: string) => NamedAsset): Transfer {
  const amount = numberText(fields, 'paid_amount');
  return present<Transfer>({
    kind: optionalText(fields, 'status') === 'done' ? 'confirmed' : 'seen',
    ...nameOf(text(fields, 'paid_coin')),
    amount: { decimal: amount },
    to: text(fields, 'address'),
    transaction: { id: text(fields, 'txid') },
    payment: optionalText(fields, 'uuid') ?? optionalText(fields, 'payment_id'),
    evidence: deliveredIn(amount),
  });
}

function deliveredIn(amount: string | undefined): Evidence {
  return present<Evidence>({
    category: 'transfer',
    direction: 'in',
    delivered: amount === undefined ? undefined : { decimal: amount },
  });
}

/** Tokens are named by chain and token: `trc20_usdt`, `bep20/usdc`. */
const chains: Readonly<Record<string, string>> = {
  erc20: 'ethereum',
  bep20: 'bsc',
  trc20: 'tron',
  sol: 'solana',
  polygon: 'polygon',
  arbitrum: 'arbitrum',
  optimism: 'optimism',
  base: 'base',
  'avax-c': 'avalanche',
};

function coinNames(options: CryptapiOptions, names: AssetNames): (coin: string) => NamedAsset {
  return (coin) => {
    const [, prefix = '', token = ''] = /^([^_/]+)[_/](.+)$/.exec(coin) ?? [];
    const chain = wordIn(chains, prefix);
    const isNamed = Object.hasOwn(options.assets ?? {}, coin) || Object.hasOwn(knownAssets, coin);
    return isNamed || chain === undefined ? names.named(coin) : names.on(chain, token.toUpperCase());
  };
}
