import { canonicalAccount, canonicalTransactionId } from '../../networks/address.ts';
import { present } from '../../util/present.ts';
import type { NotifierSettings } from '../options.ts';
import type { CallbackFilter } from '../store/callback-search.ts';
import { filteredTypes } from '../store/filters.ts';
import { invalid, optionalText, readNetwork, readState } from './inputs.ts';
import { readAsset } from './url-inputs.ts';

/** Members that a search for callbacks may have, of a query or of a body. */
export const searchFields: readonly string[] = [
  ...['state', 'type', 'callbackUrl', 'network', 'asset', 'address', 'transaction', 'httpStatus', 'since', 'until'],
];

/** The members of a query as those of a body: numbers are texts there. */
export function fromQuery(query: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(query).map(([name, value]) => {
    const isNumber = ['httpStatus', 'since', 'until'].includes(name) && /^\d{1,16}$/.test(String(value));
    return [name, isNumber ? Number(value) : value];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

export function readSearch(given: Record<string, unknown>, settings: NotifierSettings): CallbackFilter {
  const text = (name: string, longest: number): string | undefined => optionalText(given[name], name, longest);
  const all = settings.networks.map((one) => one.network.id);
  const filter = {
    state: readState(given.state),
    type: readCallbackType(given.type),
    callbackUrl: text('callbackUrl', 64),
    httpStatus: readNumber(given.httpStatus, 'httpStatus', 100, 599),
    since: readNumber(given.since, 'since', 0),
    until: readNumber(given.until, 'until', 0),
  };
  const [network, asset, address, transaction] = [
    text('network', 64),
    text('asset', 256),
    text('address', 128),
    text('transaction', 256),
  ];
  const networks = network === undefined ? all : [readNetwork(network, all)];
  return present<CallbackFilter>({
    ...filter,
    network,
    asset: asset === undefined ? undefined : readAsset(asset, networks),
    address: address && spellings(address, networks, (on) => canonicalAccount(on, address).address),
    transaction: transaction && spellings(transaction, networks, (on) => canonicalTransactionId(on, transaction)),
  } as CallbackFilter);
}

/** What a text may stand for on those networks, as it is stored. */
function spellings(text: string, networks: readonly string[], canonical: (network: string) => string): string[] {
  const found = networks.flatMap((network) => {
    try {
      return [canonical(network)];
    } catch {
      return [];
    }
  });
  return [...new Set([...found, text])];
}

function readCallbackType(value: unknown): string | undefined {
  const types: readonly unknown[] = [...filteredTypes.filter((one) => one !== 'heartbeat'), 'test'];
  if (value === undefined || (typeof value === 'string' && types.includes(value))) return value;
  throw invalid(`type must be one of ${types.join(', ')}`);
}

function readNumber(value: unknown, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw invalid(`${name} must be an integer from ${least} to ${most}`);
}
