import { createPublicKey } from 'node:crypto';
import { DepositCallbackError, invalidOption } from '../../errors.ts';
import { array, optionalText, parseJson, text } from '../../json/json.ts';
import { type SafeFetchOptions, safeFetch } from '../../outbound/safe-fetch.ts';
import type { SecretEntry } from '../../signatures/key-ring.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';

/** Options of `fireblocksKeys`. */
export interface FireblocksKeysOptions {
  /** Region of the workspace. Default `us`. */
  region?: 'us' | 'eu' | 'eu2' | 'sandbox';
  /** In place of the region's. */
  url?: string;
  /** For tests: `allowPrivate`, `timeoutMs`. */
  fetch?: Pick<SafeFetchOptions, 'allowPrivate' | 'timeoutMs'>;
}

const hosts = { us: 'keys', eu: 'eu-keys', eu2: 'eu2-keys', sandbox: 'sandbox-keys' } as const;

const optionNames: OptionNames<FireblocksKeysOptions> = { region: true, url: true, fetch: true };

/**
 * Fetches the keys that Fireblocks publishes for v2 signatures (JWKS), for the option `secrets`: when they are first
 * needed, and again each minute. Rejects with `KEYS_UNAVAILABLE`; callbacks then get a 503 and are sent again.
 */
export function fireblocksKeys(options: FireblocksKeysOptions = {}): () => Promise<readonly SecretEntry[]> {
  checkOptions('fireblocksKeys', options, optionNames, "{ region: 'eu' }");
  const { region = 'us', url = `https://${hosts[region]}.fireblocks.io/.well-known/jwks.json` } = options;
  if (!Object.hasOwn(hosts, region))
    throw invalidOption('fireblocksKeys.region', `must be one of ${Object.keys(hosts).join(', ')}`);
  return async () => {
    const answer = await safeFetch(url, { timeoutMs: 1_500, ...options.fetch });
    if (answer.status !== 200)
      throw new DepositCallbackError(
        'KEYS_UNAVAILABLE',
        `Fireblocks answered ${answer.status} when asked for its keys`,
      );
    return array(parseJson(answer.body), 'keys')
      .filter((key) => text(key, 'kty') === 'RSA' && (optionalText(key, 'alg') ?? 'RS512') === 'RS512')
      .map((key) => ({ id: text(key, 'kid'), key: pemOf(text(key, 'n'), text(key, 'e')) }));
  };
}

function pemOf(n: string, e: string): string {
  return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
}
