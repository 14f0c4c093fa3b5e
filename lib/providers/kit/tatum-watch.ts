import { array, type Json, optionalText, text } from '../../json/json.ts';
import { findNetwork } from '../../networks/registry.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';
import { type AddressWatch, type ApiOptions, apiOptionNames, createApiClient, requireText } from './api-client.ts';

/** Options of `watchTatum`. */
export interface TatumWatchOptions extends ApiOptions {
  apiKey: string;
  /** As Tatum names it: `ethereum-mainnet`, `tron-mainnet`, `bitcoin-mainnet`, ... */
  chain: string;
  /** The callback URL. */
  url: string;
}

const pageSize = 50;

const optionNames: OptionNames<TatumWatchOptions> = { ...apiOptionNames, apiKey: true, chain: true, url: true };

/**
 * Manages Tatum subscriptions of the type ADDRESS_EVENT, one per address; `setSecret` sets the secret that signs them
 * and comes first. https://docs.tatum.io/docs/notifications
 */
export function watchTatum(options: TatumWatchOptions): AddressWatch & { setSecret(secret: string): Promise<void> } {
  checkOptions('watchTatum', options, optionNames, "{ apiKey, chain: 'tron-mainnet', url }");
  const apiKey = requireText('watchTatum.apiKey', options.apiKey);
  const chain = requireText('watchTatum.chain', options.chain);
  const url = requireText('watchTatum.url', options.url);
  const path = '/v4/subscription';
  const api = createApiClient(
    { provider: 'tatum', baseUrl: 'https://api.tatum.io', headers: () => ({ 'x-api-key': apiKey }) },
    options,
  );
  // Without it, Tatum takes the main network.
  const network: { type?: string } = chain.endsWith('-mainnet') ? {} : { type: 'testnet' };
  const family = findNetwork(chain)?.family;
  // Only these have templates. Without one the account's default decides, and the enriched one names no chain.
  const template: { templateId?: string } = family === 'evm' || family === 'tron' ? { templateId: 'legacy' } : {};

  async function subscriptions(): Promise<readonly { id: string; address: string }[]> {
    const found: { id: string; address: string }[] = [];
    for (let offset = 0; ; offset += pageSize) {
      const query = { pageSize: String(pageSize), offset: String(offset), ...network };
      const page = array(await api.call({ method: 'GET', path, query }), '');
      for (const one of page.filter(isOurs)) found.push({ id: text(one, 'id'), address: text(one, 'attr.address') });
      if (page.length < pageSize) return found;
    }
  }

  function isOurs(subscription: Json): boolean {
    return (
      optionalText(subscription, 'type') === 'ADDRESS_EVENT' &&
      optionalText(subscription, 'attr.url') === url &&
      optionalText(subscription, 'attr.chain') === chain &&
      optionalText(subscription, 'attr.address') !== undefined
    );
  }

  return {
    async setSecret(secret) {
      await api.call({ method: 'PUT', path, body: { hmacSecret: requireText('watchTatum.setSecret', secret) } });
    },
    async watch(address) {
      if ((await subscriptions()).some((one) => isSame(one.address, address))) return;
      await api.call({
        method: 'POST',
        path,
        query: network,
        body: {
          type: 'ADDRESS_EVENT',
          attr: { chain, address, url },
          ...template,
        },
        repeatable: false,
      });
    },
    async unwatch(address) {
      for (const { id } of (await subscriptions()).filter((one) => isSame(one.address, address))) {
        const own = `${path}/${encodeURIComponent(id)}`;
        await api.call({ method: 'DELETE', path: own, query: network, allowed: [404] });
      }
    },
    async list() {
      return (await subscriptions()).map(({ address }) => address);
    },
  };
}

// Hex has two cases; other forms have one.
function isSame(a: string, b: string): boolean {
  return a === b || (a.startsWith('0x') && a.toLowerCase() === b.toLowerCase());
}
