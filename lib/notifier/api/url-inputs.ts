import { canonicalAsset, parseAsset } from '../../networks/registry.ts';
import { checkedUrl } from '../../outbound/safe-fetch.ts';
import { present } from '../../util/present.ts';
import type { NotifierSettings } from '../options.ts';
import type { EndpointChanges } from '../store/endpoints.ts';
import { type FilteredType, type Filters, filteredTypes } from '../store/filters.ts';
import { invalid, readFields, readNetwork, readText } from './inputs.ts';
import { Problem } from './problem.ts';

/** Members of a callback URL that can be set. */
export const urlFields: readonly string[] = ['url', 'filters', 'apiKey'];

const mostNetworks = 100;
export const mostAssets = 1_000;

export function readUrl(value: unknown, { allowPrivate }: NotifierSettings): string {
  const url = readText(value, 'url', 2_048);
  try {
    checkedUrl(url, allowPrivate);
  } catch (error) {
    throw new Problem(422, 'URL_REFUSED', error instanceof Error ? error.message : 'The URL is not allowed');
  }
  return url;
}

/** What is to be changed of a callback URL: at least one of its members. */
export function readUrlChanges(
  { url, filters, apiKey }: Record<string, unknown>,
  settings: NotifierSettings,
): EndpointChanges {
  if (url === undefined && filters === undefined && apiKey === undefined) {
    throw invalid(`Set at least one of ${urlFields.join(', ')}`);
  }
  return present<EndpointChanges>({
    apiKey: readReceiverKey(apiKey),
    filters: filters === undefined ? undefined : readFilters(filters, settings),
    url: url === undefined ? undefined : readUrl(url, settings),
  });
}

// Printable ASCII without blanks: anything else would be another header, or none.
function readReceiverKey(value: unknown): string | null | undefined {
  if (value === undefined || value === null) return value;
  if (typeof value === 'string' && /^[!-~]{1,512}$/.test(value)) return value;
  throw invalid('apiKey must be null, or a string of 1 to 512 printable ASCII characters without blanks');
}

function readFilters(value: unknown, settings: NotifierSettings): Filters {
  const given = readFields(value, ['networks', 'assets', 'types']);
  const types = readList(given.types, 'filters.types', filteredTypes.length, readType);
  const assets = readList(given.assets, 'filters.assets', mostAssets, (one) => readText(one, 'filters.assets', 256));
  const networks = readList(given.networks, 'filters.networks', mostNetworks, (one) =>
    readText(one, 'filters.networks', 64),
  );
  const known = settings.networks.map((one) => one.network.id);
  for (const one of networks ?? []) readNetwork(one, known);
  return present<Filters>({ networks, assets: assets?.map((one) => readAsset(one, known)), types });
}

/** An asset in canonical form, on one of the networks that this notifier reads. */
export function readAsset(text: string, networks: readonly string[]): string {
  let asset: string;
  try {
    asset = canonicalAsset(text);
  } catch (error) {
    throw new Problem(422, 'ASSET_INVALID', error instanceof Error ? error.message : 'The asset is invalid');
  }
  readNetwork(parseAsset(asset).network, networks);
  return asset;
}

function readType(value: unknown): FilteredType {
  const type = filteredTypes.find((one) => one === value);
  if (type !== undefined) return type;
  throw invalid(`filters.types must list some of ${filteredTypes.join(', ')}`);
}

export function readList<T>(value: unknown, name: string, most: number, read: (one: unknown) => T): T[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.length > 0 && value.length <= most) return value.map(read);
  throw invalid(`${name} must be a list of 1 to ${most}`);
}
