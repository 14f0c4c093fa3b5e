import { createHmac, randomBytes } from 'node:crypto';
import { DepositCallbackError, invalidOption } from '../../errors.ts';
import { array, parseJson, text } from '../../json/json.ts';
import { type SafeFetchOptions, safeFetch } from '../../outbound/safe-fetch.ts';
import type { SecretEntry } from '../../signatures/key-ring.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';

/** Options of `binancePayKeys`. */
export interface BinancePayKeysOptions {
  apiKey: string;
  secretKey: string;
  /** Default `https://bpay.binanceapi.com`. */
  url?: string;
  /** Epoch ms. Default `Date.now`. */
  now?: () => number;
  /** For tests: `allowPrivate`, `timeoutMs`. */
  fetch?: Pick<SafeFetchOptions, 'allowPrivate' | 'timeoutMs'>;
}

const path = '/binancepay/openapi/certificates';
const body = '{}';

const optionNames: OptionNames<BinancePayKeysOptions> = {
  apiKey: true,
  secretKey: true,
  url: true,
  now: true,
  fetch: true,
};

/**
 * Fetches Binance's public keys with their serials, for the option `secrets`: when they are first needed, and again
 * each minute. Rejects with `KEYS_UNAVAILABLE`; callbacks then get a 503 and are sent again. Throws `OPTION_INVALID`.
 */
export function binancePayKeys(options: BinancePayKeysOptions): () => Promise<readonly SecretEntry[]> {
  checkOptions('binancePayKeys', options, optionNames, '{ apiKey, secretKey }');
  const { apiKey, secretKey, url = 'https://bpay.binanceapi.com', now = Date.now } = options;
  for (const [name, value] of Object.entries({ apiKey, secretKey })) {
    if (typeof value !== 'string' || value === '') throw invalidOption(`binancePayKeys.${name}`, 'is required');
  }
  return async () => {
    const answer = await safeFetch(`${url}${path}`, {
      method: 'POST',
      timeoutMs: 1_500,
      headers: signedHeaders(apiKey, secretKey, now()),
      body,
      ...options.fetch,
    });
    if (answer.status !== 200)
      throw new DepositCallbackError('KEYS_UNAVAILABLE', `Binance answered ${answer.status} when asked for its keys`);
    return array(parseJson(answer.body), 'data').map((one) => ({
      id: text(one, 'certSerial'),
      key: text(one, 'certPublic'),
    }));
  };
}

// https://developers.binance.com/docs/binance-pay/webhook-query-certificate: `time\nnonce\nbody\n`, hex in capitals; the nonce has 32 letters.
function signedHeaders(apiKey: string, secretKey: string, now: number): Record<string, string> {
  const nonce = randomBytes(16).toString('hex');
  const signed = `${now}\n${nonce}\n${body}\n`;
  return {
    'content-type': 'application/json',
    'binancepay-timestamp': String(now),
    'binancepay-nonce': nonce,
    'binancepay-certificate-sn': apiKey,
    'binancepay-signature': createHmac('sha512', secretKey).update(signed).digest('hex').toUpperCase(),
  };
}
