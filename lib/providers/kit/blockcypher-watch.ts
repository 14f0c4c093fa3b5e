import { invalidOption } from '../../errors.ts';
import { array, optionalText, text } from '../../json/json.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';
import { type AddressWatch, type ApiOptions, apiOptionNames, createApiClient, requireText } from './api-client.ts';

/** Options of `watchBlockcypher`. */
export interface BlockcypherWatchOptions extends ApiOptions {
  token: string;
  /** As BlockCypher names it: `btc/main`, `btc/test3`, `ltc/main`, `doge/main`. */
  chain: 'btc/main' | 'btc/test3' | 'ltc/main' | 'doge/main';
  /** The callback URL, with its `?secret=...`. */
  url: string;
  /** Up to how many confirmations callbacks come. Default 6, at most 10. */
  confirmations?: number;
}

const optionNames: OptionNames<BlockcypherWatchOptions> = {
  ...apiOptionNames,
  token: true,
  chain: true,
  url: true,
  confirmations: true,
};

/** Manages BlockCypher hooks, one per address. https://www.blockcypher.com/dev/bitcoin/#using-webhooks */
export function watchBlockcypher(options: BlockcypherWatchOptions): AddressWatch {
  checkOptions('watchBlockcypher', options, optionNames, "{ token, chain: 'btc/main', url }");
  const token = requireText('watchBlockcypher.token', options.token);
  const url = requireText('watchBlockcypher.url', options.url);
  const { confirmations = 6 } = options;
  if (!Number.isSafeInteger(confirmations) || confirmations < 1 || confirmations > 10) {
    throw invalidOption('watchBlockcypher.confirmations', 'must be 1 to 10');
  }
  const path = `/v1/${options.chain}/hooks`;
  const api = createApiClient(
    { provider: 'blockcypher', baseUrl: 'https://api.blockcypher.com', headers: () => ({}), query: { token } },
    options,
  );

  async function hooks(): Promise<readonly { id: string; address: string }[]> {
    const answer = await api.call({ method: 'GET', path });
    // Without any hook the answer is null.
    if (answer === null) return [];
    return array(answer, '').flatMap((hook) => {
      const address = optionalText(hook, 'address');
      return address === undefined || optionalText(hook, 'url') !== url ? [] : [{ id: text(hook, 'id'), address }];
    });
  }

  return {
    async watch(address) {
      if ((await hooks()).some((hook) => hook.address === address)) return;
      await api.call({
        method: 'POST',
        path,
        body: { event: 'tx-confirmation', address, url, confirmations },
        repeatable: false,
      });
    },
    async unwatch(address) {
      for (const { id } of (await hooks()).filter((hook) => hook.address === address)) {
        await api.call({ method: 'DELETE', path: `${path}/${encodeURIComponent(id)}`, allowed: [404] });
      }
    },
    async list() {
      return [...new Set((await hooks()).map(({ address }) => address))];
    },
  };
}
