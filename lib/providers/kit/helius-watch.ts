import { array, type Json, optionalText, text } from '../../json/json.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';
import { type AddressWatch, type ApiOptions, apiOptionNames, createApiClient, requireText } from './api-client.ts';

/** Options of `watchHelius`. */
export interface HeliusWatchOptions extends ApiOptions {
  apiKey: string;
  webhookId: string;
  /** The text that Helius sends as `authorization`: one of the provider's `secrets`. Each edit sends it again. */
  authHeader: string;
}

const optionNames: OptionNames<HeliusWatchOptions> = {
  ...apiOptionNames,
  apiKey: true,
  webhookId: true,
  authHeader: true,
};

/**
 * Manages the addresses of a Helius webhook. An edit replaces the whole list, so the edits of one client run one after
 * another; clients in two processes would undo each other's. For tokens, watch the token accounts too.
 * https://www.helius.dev/docs/webhooks
 */
export function watchHelius(options: HeliusWatchOptions): AddressWatch {
  checkOptions('watchHelius', options, optionNames, '{ apiKey, webhookId, authHeader }');
  const apiKey = requireText('watchHelius.apiKey', options.apiKey);
  const authHeader = requireText('watchHelius.authHeader', options.authHeader);
  const path = `/v0/webhooks/${encodeURIComponent(requireText('watchHelius.webhookId', options.webhookId))}`;
  const api = createApiClient(
    {
      provider: 'helius',
      baseUrl: 'https://api-mainnet.helius-rpc.com',
      headers: () => ({}),
      query: { 'api-key': apiKey },
    },
    options,
  );
  let last: Promise<void> = Promise.resolve();

  async function edit(change: (addresses: Set<string>) => boolean): Promise<void> {
    const webhook = await api.call({ method: 'GET', path });
    const addresses = new Set(addressesOf(webhook));
    if (!change(addresses)) return;
    await api.call({
      method: 'PUT',
      path,
      body: {
        webhookURL: text(webhook, 'webhookURL'),
        transactionTypes: array(webhook, 'transactionTypes'),
        accountAddresses: [...addresses],
        webhookType: optionalText(webhook, 'webhookType') ?? 'enhanced',
        authHeader,
        // An edit replaces the whole webhook: what it does not say is lost.
        ...kept(webhook, 'encoding'),
        ...kept(webhook, 'txnStatus'),
      },
    });
  }

  function inTurn(change: (addresses: Set<string>) => boolean): Promise<void> {
    const edited = last.then(() => edit(change));
    last = edited.catch(() => {});
    return edited;
  }

  return {
    watch: (address) =>
      inTurn((addresses) => {
        const isNew = !addresses.has(address);
        addresses.add(address);
        return isNew;
      }),
    unwatch: (address) => inTurn((addresses) => addresses.delete(address)),
    async list() {
      return addressesOf(await api.call({ method: 'GET', path }));
    },
  };
}

function kept(webhook: Json, name: string): Record<string, string> {
  const value = optionalText(webhook, name);
  return value === undefined ? {} : { [name]: value };
}

function addressesOf(webhook: Json): readonly string[] {
  return array(webhook, 'accountAddresses').map(String);
}
