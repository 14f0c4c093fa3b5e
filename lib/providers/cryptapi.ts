import type { Transfer } from '../deposits/transfer.ts';
import { invalidOption } from '../errors.ts';
import { type Json, numberText, optionalInteger, text } from '../json/json.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import type { BodyForm } from './kit/body-form.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider } from './kit/provider.ts';
import { transfersOf } from './kit/readings.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';

export interface CryptapiOptions extends NamedAssetsOptions {
  /**
   * Scheme and host of the callback URL as CryptAPI calls it, for example `https://pay.example.com`: needed for callbacks by
   * GET, which are signed over the whole URL. Without it, only POST is taken.
   */
  origin?: string;
}

/** CryptAPI's one key for all its customers (https://api.cryptapi.io/pubkey/), for the option `secrets`. */
export const cryptapiPublicKey =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC3FT0Ym8b3myVxhQW7ESuuu6lodGAsUJs4fq+Ey//jm27jQ7HHHDmP1YJO7XE7Jf/0DTEJgcw4EZhJFVwsk6d3+4fyBsn0tKeyGMiaE6cVkX0cy6Y85o8zgc/CwZKc0uw6d5siAo++xl2zl+RGMXCELQVEox7pp208zTvown577wIDAQAB';

const knownAssets = { btc: 'bitcoin', ltc: 'litecoin', doge: 'dogecoin', eth: 'ethereum', trx: 'tron' } as const;

/** CryptAPI and BlockBee. Secrets are their public keys. See `docs/providers/cryptapi.md`. */
export function cryptapi(options: CryptapiOptions): Provider {
  const { origin } = options;
  if (origin !== undefined && !/^https?:\/\/[^/?#]+$/.test(origin))
    throw invalidOption(
      'cryptapi.origin',
      'must be scheme and host, without a slash at the end: https://pay.example.com',
    );
  const names = assetNames('cryptapi', options.assets, knownAssets);
  // https://docs.cryptapi.io/webhooks/verify-webhook-signature
  const scheme: Scheme = {
    algorithm: 'rsa-sha256',
    signature: { header: 'x-ca-signature' },
    encoding: 'base64',
    signed: [{ from: (request) => signedPart(request, origin) }],
  };
  return declareProvider(
    {
      name: 'cryptapi',
      scheme,
      form: formOf,
      methods: origin === undefined ? ['POST'] : ['POST', 'GET'],
      read: (content) => transfersOf(readPayment(content, names)),
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
  if (method !== 'GET') return body;
  return origin === undefined ? undefined : `${origin}${url}`;
}

// A form, or JSON where the address was made with `json=1`: told by the bytes, which are signed.
function formOf({ method, body }: Pick<SignedRequest, 'method' | 'body'>): BodyForm {
  if (method === 'GET') return 'query';
  return body[0] === 0x7b ? 'json' : 'form';
}

function readPayment(fields: Json, names: AssetNames): Transfer {
  const isFinal = numberText(fields, 'pending') === '0';
  return present<Transfer>({
    kind: isFinal ? 'confirmed' : 'seen',
    ...names.named(text(fields, 'coin')),
    amount: { decimal: numberText(fields, 'value_coin') },
    to: text(fields, 'address_in'),
    transaction: { id: text(fields, 'txid_in') },
    confirmations: isFinal ? (optionalInteger(fields, 'confirmations') ?? 0) : undefined,
    evidence: { category: 'transfer', direction: 'in' },
  });
}
