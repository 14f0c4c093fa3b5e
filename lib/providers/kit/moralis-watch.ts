import { array, optionalText, text } from '../../json/json.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';
import { type AddressWatch, type ApiOptions, apiOptionNames, createApiClient, requireText } from './api-client.ts';

/** Options of `watchMoralis`. */
export interface MoralisWatchOptions extends ApiOptions {
  apiKey: string;
  /** The stream's id, a UUID. */
  streamId: string;
}

const optionNames: OptionNames<MoralisWatchOptions> = { ...apiOptionNames, apiKey: true, streamId: true };

/**
 * Manages the addresses of a Moralis stream (EVM).
 * https://docs.moralis.com/streams/api-reference/streams/add-address-to-stream
 */
export function watchMoralis(options: MoralisWatchOptions): AddressWatch {
  checkOptions('watchMoralis', options, optionNames, '{ apiKey, streamId }');
  const apiKey = requireText('watchMoralis.apiKey', options.apiKey);
  const path = `/streams/evm/${encodeURIComponent(requireText('watchMoralis.streamId', options.streamId))}/address`;
  const api = createApiClient(
    { provider: 'moralis', baseUrl: 'https://api.moralis-streams.com', headers: () => ({ 'x-api-key': apiKey }) },
    options,
  );
  return {
    async watch(address) {
      await api.call({ method: 'POST', path, body: { address } });
    },
    async unwatch(address) {
      await api.call({ method: 'DELETE', path, body: { address } });
    },
    async list() {
      const addresses: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { limit: '100', ...(cursor === undefined ? {} : { cursor }) };
        const page = await api.call({ method: 'GET', path, query });
        const found = array(page, 'result').map((entry) => text(entry, 'address'));
        addresses.push(...found);
        const next = optionalText(page, 'cursor');
        cursor = found.length === 0 || next === cursor ? undefined : next;
      } while (cursor !== undefined);
      return addresses;
    },
  };
}
