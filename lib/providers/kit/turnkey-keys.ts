import { DepositCallbackError } from '../../errors.ts';
import { array, parseJson, text } from '../../json/json.ts';
import { type SafeFetchOptions, safeFetch } from '../../outbound/safe-fetch.ts';
import type { SecretEntry } from '../../signatures/key-ring.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';

/** Options of `turnkeyKeys`. */
export interface TurnkeyKeysOptions {
  /** Default Turnkey's own. */
  url?: string;
  /** For tests: `allowPrivate`, `timeoutMs`. */
  fetch?: Pick<SafeFetchOptions, 'allowPrivate' | 'timeoutMs'>;
}

const published = 'https://api.turnkey.com/public/v1/discovery/webhooks/jwks';

const optionNames: OptionNames<TurnkeyKeysOptions> = { url: true, fetch: true };

/**
 * Fetches Turnkey's signing keys by their ids from its key set, for the option `secrets`: again after a minute, so
 * that a new key is picked up. Rejects with `KEYS_UNAVAILABLE`; callbacks then get a 503 and are sent again.
 */
export function turnkeyKeys(options: TurnkeyKeysOptions = {}): () => Promise<readonly SecretEntry[]> {
  checkOptions('turnkeyKeys', options, optionNames, '{ url }');
  const { url = published, fetch = {} } = options;
  return async () => {
    const answer = await safeFetch(url, { timeoutMs: 1_500, headers: { accept: 'application/json' }, ...fetch });
    if (answer.status !== 200)
      throw new DepositCallbackError('KEYS_UNAVAILABLE', `Turnkey answered ${answer.status} when asked for its keys`);
    const keys = array(parseJson(answer.body), 'keys').filter((key) => text(key, 'crv') === 'Ed25519');
    return keys.map((key) => ({
      id: text(key, 'kid'),
      key: Buffer.from(text(key, 'x'), 'base64url').toString('hex'),
    }));
  };
}
