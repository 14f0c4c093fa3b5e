import { array, optionalText, text } from '../../json/json.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';
import { type AddressWatch, type ApiOptions, apiOptionNames, createApiClient, requireText } from './api-client.ts';

/** Options of `watchCoinbaseCdp`. */
export interface CoinbaseCdpWatchOptions extends ApiOptions {
  /** Makes the JWT of one request, as the CDP documentation says; `path` is that of the API, with its base. */
  token(request: { method: string; path: string }): string | Promise<string>;
  network: 'base-mainnet' | 'base-sepolia';
  /** The token's contract: transfers of each need a subscription of their own. */
  contract: string;
  /** The callback URL. */
  url: string;
  /** Told the secret of each new subscription, which is one of the provider's `secrets` from then on. */
  onSecret(secret: string, subscriptionId: string): void | Promise<void>;
}

const base = '/platform/v2/data/webhooks/subscriptions';

const optionNames: OptionNames<CoinbaseCdpWatchOptions> = {
  ...apiOptionNames,
  token: true,
  network: true,
  contract: true,
  url: true,
  onSecret: true,
};

/**
 * Manages CDP subscriptions to ERC-20 transfers, one per address. https://docs.cdp.coinbase.com/webhooks/quickstart
 */
export function watchCoinbaseCdp(options: CoinbaseCdpWatchOptions): AddressWatch {
  checkOptions('watchCoinbaseCdp', options, optionNames, "{ token, network: 'base-mainnet', contract, url, onSecret }");
  const { token, network, onSecret } = options;
  const contract = requireText('watchCoinbaseCdp.contract', options.contract);
  const url = requireText('watchCoinbaseCdp.url', options.url);
  const api = createApiClient(
    {
      provider: 'coinbase-cdp',
      baseUrl: 'https://api.cdp.coinbase.com',
      headers: async ({ method, path }) => ({ authorization: `Bearer ${await token({ method, path })}` }),
    },
    options,
  );

  async function subscriptions(): Promise<readonly { id: string; address: string }[]> {
    const found: { id: string; address: string }[] = [];
    let pageToken: string | undefined;
    do {
      const query = { pageSize: '100', ...(pageToken === undefined ? {} : { pageToken }) };
      const page = await api.call({ method: 'GET', path: base, query });
      for (const one of array(page, 'subscriptions')) {
        // A label's own name has a dot in it.
        const labels = typeof one === 'object' && one !== null && 'labels' in one ? one.labels : undefined;
        const address = labelOf(labels, 'params.to');
        const isOurs =
          optionalText(one, 'target.url') === url &&
          labelOf(labels, 'network') === network &&
          labelOf(labels, 'contract_address')?.toLowerCase() === contract.toLowerCase();
        if (address !== undefined && isOurs) found.push({ id: text(one, 'subscriptionId'), address });
      }
      const next = optionalText(page, 'nextPageToken');
      pageToken = next === pageToken ? undefined : next;
    } while (pageToken !== undefined);
    return found;
  }

  const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

  return {
    async watch(address) {
      if ((await subscriptions()).some((one) => isSame(one.address, address))) return;
      const created = await api.call({
        method: 'POST',
        path: base,
        body: {
          description: `Transfers to ${address}`,
          eventTypes: ['onchain.activity.detected'],
          labels: { network, contract_address: contract, event_name: 'Transfer', 'params.to': address },
          target: { url },
          isEnabled: true,
        },
        repeatable: false,
      });
      const secret = optionalText(created, 'secret') ?? text(created, 'metadata.secret');
      await onSecret(secret, text(created, 'subscriptionId'));
    },
    async unwatch(address) {
      for (const { id } of (await subscriptions()).filter((one) => isSame(one.address, address))) {
        await api.call({ method: 'DELETE', path: `${base}/${encodeURIComponent(id)}`, allowed: [404] });
      }
    },
    async list() {
      return (await subscriptions()).map(({ address }) => address);
    },
  };
}

function labelOf(labels: unknown, name: string): string | undefined {
  if (typeof labels !== 'object' || labels === null || !Object.hasOwn(labels, name)) return undefined;
  const value = (labels as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}
