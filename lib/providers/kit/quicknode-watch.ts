import { array } from '../../json/json.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';
import { type AddressWatch, type ApiOptions, apiOptionNames, createApiClient, requireText } from './api-client.ts';

/** Options of `watchQuicknode`. */
export interface QuicknodeWatchOptions extends ApiOptions {
  apiKey: string;
  /** Key of the list that the filter looks into: the one given to `quicknodeFilter`. */
  list: string;
}

/** The watched addresses of a QuickNode list, and the list itself. */
export interface QuicknodeWatch extends AddressWatch {
  /** Creates the list, empty, if it does not exist yet: before the first `watch`. */
  create(): Promise<void>;
}

const optionNames: OptionNames<QuicknodeWatchOptions> = { ...apiOptionNames, apiKey: true, list: true };

/**
 * Manages the addresses of a list in QuickNode's key-value store, in lower case, as the filter looks them up.
 * https://www.quicknode.com/docs/key-value-store/rest-api/getting-started
 */
export function watchQuicknode(options: QuicknodeWatchOptions): QuicknodeWatch {
  checkOptions('watchQuicknode', options, optionNames, "{ apiKey, list: 'deposits' }");
  const apiKey = requireText('watchQuicknode.apiKey', options.apiKey);
  const key = requireText('watchQuicknode.list', options.list);
  const lists = '/kv/rest/v1/lists';
  const path = `${lists}/${encodeURIComponent(key)}`;
  const api = createApiClient(
    { provider: 'quicknode', baseUrl: 'https://api.quicknode.com', headers: () => ({ 'x-api-key': apiKey }) },
    options,
  );
  return {
    async create() {
      // 409: it is there already.
      await api.call({ method: 'POST', path: lists, body: { key, items: [] }, allowed: [409] });
    },
    async watch(address) {
      await api.call({ method: 'POST', path: `${path}/items`, body: { item: address.toLowerCase() } });
    },
    async unwatch(address) {
      await api.call({ method: 'DELETE', path: `${path}/items/${encodeURIComponent(address.toLowerCase())}` });
    },
    async list() {
      return array(await api.call({ method: 'GET', path }), 'data.items').map(String);
    },
  };
}
