import { array, optionalText } from '../../json/json.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';
import { type AddressWatch, type ApiOptions, apiOptionNames, createApiClient, requireText } from './api-client.ts';

/** Options of `watchAlchemy`. */
export interface AlchemyWatchOptions extends ApiOptions {
  /** The auth token of the dashboard: not a signing key, and not the key of an app. */
  authToken: string;
  /** The Address Activity webhook, `wh_...`. */
  webhookId: string;
}

const optionNames: OptionNames<AlchemyWatchOptions> = { ...apiOptionNames, authToken: true, webhookId: true };

/**
 * Manages the addresses of an Alchemy Address Activity webhook.
 * https://www.alchemy.com/docs/reference/notify-api-endpoints
 */
export function watchAlchemy(options: AlchemyWatchOptions): AddressWatch {
  checkOptions('watchAlchemy', options, optionNames, '{ authToken, webhookId }');
  const authToken = requireText('watchAlchemy.authToken', options.authToken);
  const webhookId = requireText('watchAlchemy.webhookId', options.webhookId);
  const api = createApiClient(
    {
      provider: 'alchemy',
      baseUrl: 'https://dashboard.alchemy.com/api',
      headers: () => ({ 'x-alchemy-token': authToken }),
    },
    options,
  );

  async function update(added: readonly string[], removed: readonly string[]): Promise<void> {
    await api.call({
      method: 'PATCH',
      path: '/update-webhook-addresses',
      body: { webhook_id: webhookId, addresses_to_add: added, addresses_to_remove: removed },
    });
  }

  return {
    watch: (address) => update([address], []),
    unwatch: (address) => update([], [address]),
    async list() {
      const addresses: string[] = [];
      let after: string | undefined;
      do {
        const query = { webhook_id: webhookId, limit: '100', ...(after === undefined ? {} : { after }) };
        const page = await api.call({ method: 'GET', path: '/webhook-addresses', query });
        const found = array(page, 'data').map(String);
        addresses.push(...found);
        const next = optionalText(page, 'pagination.cursors.after');
        after = found.length === 0 || next === after ? undefined : next;
      } while (after !== undefined);
      return addresses;
    },
  };
}
