import { decimalFrom, unitsFrom } from '../deposits/amount.ts';
import type { Transfer } from '../deposits/transfer.ts';
import { findNetwork, tokenAsset } from '../networks/registry.ts';
import { assetOfSymbol, symbolOf } from '../networks/symbols.ts';
import type { InboundCallback, Provider } from '../providers/kit/provider.ts';
import { present } from '../util/present.ts';
import { asIs, phrase, type Told } from './words/phrases.ts';

/** A signed callback, as its receiver gets it. */
export interface SentRequest {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** Its delivery id, if it is known and the provider sends one. */
  id: string | undefined;
  receivedAt: number;
}

// Of a block's callback, the first few.
const most = 5;

type Fields = Readonly<Record<string, string>>;
type Said = (told: Told) => string;

/** What a callback says, as its provider's own reader reads it: one list of names and values for each transfer. */
export function sentLines(
  provider: Provider,
  { method, url, headers, body, id, receivedAt }: SentRequest,
  said: Said = ({ en }) => en,
): Fields[] {
  const inbound: InboundCallback = { method, url: `${url.pathname}${url.search}`, headers, body, receivedAt };
  const carriesId = id !== undefined && (Object.values(headers).includes(id) || body.includes(id));
  const delivery = carriesId ? { delivery: id } : {};
  const transfers = transfersIn(provider, inbound);
  if (transfers.length === 0) return carriesId ? [delivery] : [];
  const lines = transfers.slice(0, most).map((transfer) => ({ ...fieldsOf(transfer, said), ...delivery }));
  const more = transfers.length - most;
  return more > 0 ? [...lines, { more: said(phrase('{count} transfers', { count: more })) }] : lines;
}

function transfersIn(provider: Provider, inbound: InboundCallback): readonly Transfer[] {
  try {
    return provider.read(inbound, {}).transfers;
  } catch {
    // What cannot be read is the receiver's to tell.
    return [];
  }
}

function fieldsOf(transfer: Transfer, said: Said): Fields {
  const { network: named, to, memo, transaction, payment } = transfer;
  const network = named === undefined ? undefined : findNetwork(named);
  return present<Record<string, string>>({
    says: transfer.kind,
    amount: said(amountOf(transfer)),
    network: network?.name ?? named,
    to: memo == null ? to : `${to} (${memo})`,
    transaction: transaction.id,
    payment,
  } as Record<string, string>);
}

/** In whole coins with the symbol, if the decimals are known; else the units and the asset's id. */
function amountOf(transfer: Transfer): Told {
  const asset = assetOf(transfer);
  const network = transfer.network === undefined ? undefined : findNetwork(transfer.network);
  const symbol = network === undefined ? undefined : (symbolOf(network, asset) ?? transfer.symbol);
  const decimals = asset === network?.native.asset ? network.native.decimals : transfer.decimals;
  const { amount } = transfer;
  if ('decimal' in amount) return asIs(`${amount.decimal} ${symbol ?? asset}`);
  const name = symbol ?? asset;
  const inUnits = phrase('{units} units of {name}', { units: String(amount.units), name });
  if (decimals === undefined) return inUnits;
  try {
    return asIs(`${decimalFrom(unitsFrom(amount, decimals), decimals)} ${name}`);
  } catch {
    return inUnits;
  }
}

function assetOf({ asset, network: named }: Transfer): string {
  const network = named === undefined ? undefined : findNetwork(named);
  if (asset === 'native') return network?.native.asset ?? 'the native coin';
  if (typeof asset === 'string') return asset;
  if ('name' in asset) return (network === undefined ? undefined : assetOfSymbol(network, asset.name)) ?? asset.name;
  try {
    return network === undefined ? asset.contract : tokenAsset(network.id, asset.contract);
  } catch {
    return asset.contract;
  }
}
