import { DepositCallbackError } from '../../../errors.ts';
import { array, type Json, member, numberText, optionalArray, optionalText, text } from '../../../json/json.ts';
import { addressOn, tokenOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';

/** An asset that came to an account, or left it, by one event of a transaction. */
export interface Movement {
  /** Index among the events. */
  event: number;
  /** CAIP-19. */
  asset: string;
  account: string;
  /** Smallest units; negative for what left. */
  units: bigint;
  /** Metadata object of a fungible asset; undefined for a coin of the older kind. */
  metadata?: string;
  /** Whether it may be the account's own balance, which was moved from its coin store to its fungible store. */
  mayBeMigrated?: boolean;
}

/** A store of a fungible asset, as the changes of a transaction show it. */
interface FungibleStore {
  metadata: string;
  owner: string;
}

/** What a transaction says about the stores that its events name. */
interface Stores {
  fungible: ReadonlyMap<string, FungibleStore>;
  /** Types of coins by the handle that their store emits its events with: `account number`. */
  coins: ReadonlyMap<string, string>;
  /** Accounts of which a coin store was deleted: its balance has moved on. */
  withoutCoinStore: ReadonlySet<string>;
}

const fungible = { '0x1::fungible_asset::Deposit': 1n, '0x1::fungible_asset::Withdraw': -1n } as const;
const coinHandle = { '0x1::coin::DepositEvent': 1n, '0x1::coin::WithdrawEvent': -1n } as const;
const coinModule = { '0x1::coin::CoinDeposit': 1n, '0x1::coin::CoinWithdraw': -1n } as const;
/** Emitted where the balance of a coin store goes to the account's fungible store. */
const migrated = new Set(['0x1::coin::CoinEventHandleDeletion', '0x1::coin::CoinStoreDeletion']);
const coinStore = /^0x1::coin::CoinStore<(.+)>$/;

/**
 * What the events of a transaction moved. An event names only the store; whose it is, and of which asset, stands in the
 * changes. Throws `BODY_UNREADABLE`, also if something stays in a store that the changes do not show.
 */
export function movementsOf(transaction: Json, network: Network): Movement[] {
  const events = optionalArray(transaction, 'events');
  const stores = storesOf(transaction, events, network);
  const ofHandles: Movement[] = [];
  const ofModules: Movement[] = [];
  for (const [event, json] of events.entries()) {
    const type = text(json, 'type');
    const handle = signIn(coinHandle, type);
    if (handle !== undefined) ofHandles.push(...coinByHandle(json, { event, sign: handle }, stores, network));
    const module = signIn(coinModule, type);
    if (module === undefined) continue;
    const asset = assetOf(text(json, 'data.coin_type'), network);
    const account = addressOn(network, text(json, 'data.account'));
    if (asset !== undefined) ofModules.push({ event, asset, account, units: module * units(json) });
  }
  const found = [...fungibleMovements(events, stores, network), ...ofModules, ...withoutTwins(ofHandles, ofModules)];
  return found.filter((one) => one.units !== 0n).sort((a, b) => a.event - b.event);
}

function signIn(signs: Readonly<Record<string, bigint>>, type: string): bigint | undefined {
  return Object.hasOwn(signs, type) ? signs[type] : undefined;
}

function fungibleMovements(events: readonly Json[], stores: Stores, network: Network): Movement[] {
  const unknown = new Map<string, bigint>();
  const found = events.flatMap((json, event): Movement[] => {
    const sign = signIn(fungible, text(json, 'type'));
    if (sign === undefined) return [];
    const moved = sign * units(json);
    const at = addressOn(network, text(json, 'data.store'));
    const store = stores.fungible.get(at);
    if (!store) {
      unknown.set(at, (unknown.get(at) ?? 0n) + moved);
      return [];
    }
    const { owner: account, metadata } = store;
    const asset = assetOf(metadata, network);
    if (asset === undefined) return [];
    const isOwn = sign > 0n && followsMigration(events[event - 1], account, network);
    return [{ event, asset, account, units: moved, metadata, ...(isOwn && { mayBeMigrated: true }) }];
  });
  // A store that the transaction itself opens and closes leaves nothing in the changes, and nothing in the store.
  if ([...unknown.values()].every((net) => net <= 0n)) return found;
  throw unreadable('something stays in a store that the changes do not show');
}

/** Older versions of the framework report the balance that an account takes over from its coin store as a deposit. */
function followsMigration(before: Json | undefined, account: string, network: Network): boolean {
  if (!migrated.has(optionalText(before, 'type') ?? '')) return false;
  return addressOn(network, text(before, 'data.event_handle_creation_address')) === account;
}

interface Place {
  event: number;
  sign: bigint;
}

function coinByHandle(json: Json, { event, sign }: Place, stores: Stores, network: Network): Movement[] {
  const amount = units(json);
  const account = addressOn(network, text(json, 'guid.account_address'));
  const type = stores.coins.get(`${account} ${numberText(json, 'guid.creation_number')}`);
  if (type === undefined && (amount === 0n || stores.withoutCoinStore.has(account))) return [];
  if (type === undefined) throw unreadable(`event ${event} is of a store that the changes do not show`);
  const asset = assetOf(type, network);
  return asset === undefined ? [] : [{ event, asset, account, units: sign * amount }];
}

/** Undefined for a type of such a form that no policy can list it: anybody can make one. */
function assetOf(name: string, network: Network): string | undefined {
  try {
    return tokenOn(network, name);
  } catch {
    return undefined;
  }
}

/** For a time the framework reported each movement of a coin twice: by its handle, and as an event of the module. */
function withoutTwins(ofHandles: readonly Movement[], ofModules: readonly Movement[]): Movement[] {
  const key = ({ asset, account, units: moved }: Movement): string => `${asset} ${account} ${moved}`;
  const left = ofModules.map(key);
  return ofHandles.filter((one) => {
    const twin = left.indexOf(key(one));
    if (twin >= 0) left.splice(twin, 1);
    return twin < 0;
  });
}

function storesOf(transaction: Json, events: readonly Json[], network: Network): Stores {
  const metadata = new Map<string, string>();
  const owners = new Map<string, string>();
  const coins = new Map<string, string>();
  const withoutCoinStore = new Set<string>();
  for (const change of array(transaction, 'changes')) {
    const kind = text(change, 'type');
    if (kind !== 'write_resource' && kind !== 'delete_resource') continue;
    const at = addressOn(network, text(change, 'address'));
    if (kind === 'delete_resource') {
      if (coinStore.test(text(change, 'resource'))) withoutCoinStore.add(at);
      continue;
    }
    const type = text(change, 'data.type');
    const data = member(change, 'data', 'data');
    if (type === '0x1::fungible_asset::FungibleStore')
      metadata.set(at, addressOn(network, text(data, 'metadata.inner')));
    if (type === '0x1::object::ObjectCore') owners.set(at, addressOn(network, text(data, 'owner')));
    const coin = coinStore.exec(type)?.[1];
    if (coin === undefined) continue;
    for (const handle of ['deposit_events', 'withdraw_events']) {
      const id = member(data, handle, 'guid', 'id');
      coins.set(`${addressOn(network, text(id, 'addr'))} ${numberText(id, 'creation_num')}`, coin);
    }
  }
  const stores = new Map<string, FungibleStore>(deletedStores(events, network));
  for (const [at, owner] of owners) {
    const of = metadata.get(at);
    if (of !== undefined) stores.set(at, { metadata: of, owner });
  }
  return { fungible: stores, coins, withoutCoinStore };
}

/** Stores that are not there any more: what they held has gone to others, or to other stores of their owner. */
function deletedStores(events: readonly Json[], network: Network): [string, FungibleStore][] {
  return events
    .filter((event) => text(event, 'type') === '0x1::fungible_asset::FungibleStoreDeletion')
    .map((event) => {
      const [at = '', owner = '', metadata = ''] = ['store', 'owner', 'metadata'].map((name) =>
        addressOn(network, text(event, `data.${name}`)),
      );
      return [at, { owner, metadata }];
    });
}

function units(event: Json): bigint {
  const written = numberText(event, 'data.amount');
  if (!/^\d{1,20}$/.test(written)) throw unreadable('an amount is not an integer');
  return BigInt(written);
}

function unreadable(what: string): DepositCallbackError {
  return new DepositCallbackError('BODY_UNREADABLE', `The transaction cannot be read: ${what}`);
}
