import { DepositCallbackError, invalidOption } from '../../errors.ts';
import { parseJson, text } from '../../json/json.ts';
import { type SafeFetchOptions, safeFetch } from '../../outbound/safe-fetch.ts';
import type { SecretEntry } from '../../signatures/key-ring.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';

/** Options of `circleKeys`. */
export interface CircleKeysOptions {
  apiKey: string;
  /** Ids of keys, as `x-circle-key-id` of deliveries names them. A few beside one another during a rotation. */
  ids: readonly string[];
  /** Default `https://api.circle.com`. */
  url?: string;
  /** For tests: `allowPrivate`, `timeoutMs`. */
  fetch?: Pick<SafeFetchOptions, 'allowPrivate' | 'timeoutMs'>;
}

const optionNames: OptionNames<CircleKeysOptions> = { apiKey: true, ids: true, url: true, fetch: true };

/**
 * Fetches Circle's public keys by their ids, for the option `secrets`: each once, since a key never changes. Rejects
 * with `KEYS_UNAVAILABLE`; callbacks then get a 503 and are sent again. Throws `OPTION_INVALID`.
 */
export function circleKeys(options: CircleKeysOptions): () => Promise<readonly SecretEntry[]> {
  checkOptions('circleKeys', options, optionNames, '{ apiKey, ids }');
  const { apiKey, ids, url = 'https://api.circle.com' } = options;
  if (typeof apiKey !== 'string' || apiKey === '') throw invalidOption('circleKeys.apiKey', 'must be your API key');
  if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id) => /^[\w-]{1,64}$/.test(id)))
    throw invalidOption('circleKeys.ids', 'must name the keys, as x-circle-key-id of a delivery does');
  const known = new Map<string, SecretEntry>();

  async function fetchKey(id: string): Promise<SecretEntry> {
    const answer = await safeFetch(`${url}/v2/notifications/publicKey/${id}`, {
      timeoutMs: 1_500,
      headers: { authorization: `Bearer ${apiKey}`, accept: 'application/json' },
      ...options.fetch,
    });
    if (answer.status !== 200)
      throw new DepositCallbackError(
        'KEYS_UNAVAILABLE',
        `Circle answered ${answer.status} when asked for the key ${id}`,
      );
    const entry = { id, key: text(parseJson(answer.body), 'data.publicKey') };
    known.set(id, entry);
    return entry;
  }

  return () => Promise.all(ids.map((id) => known.get(id) ?? fetchKey(id)));
}
