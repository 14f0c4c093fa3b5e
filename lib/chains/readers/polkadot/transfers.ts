import { addressOn, assetOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import type { Pieces } from '../../../util/turns.ts';
import type { ChainRow } from '../../kit/chain-check.ts';
import { isOutcome, type SubstrateEvent } from './events.ts';

/** What the events of one extrinsic say. */
export interface Extrinsic {
  /** Index in its block. */
  index: number;
  success: boolean;
  rows: readonly ChainRow[];
  /** What else came to accounts: whether it may be spent, or was theirs before, its event does not say. */
  unclear: readonly { asset: string; account: string }[];
}

/** Fields of `Transfer` and `Transferred`, in the order of runtimes that do not name them. */
const transferFields = ['from', 'to', 'amount'];
const assetFields = ['asset_id', ...transferFields];
/** Events that raise a balance without a transfer, by the field that names the account. */
const raises: Readonly<Record<string, string>> = {
  'Balances.Deposit': 'who',
  'Balances.Minted': 'who',
  'Balances.Restored': 'who',
  'Balances.BalanceSet': 'who',
  'Balances.ReserveRepatriated': 'to',
  'Balances.TransferOnHold': 'dest',
  'Balances.TransferAndHold': 'dest',
  'Assets.Issued': 'owner',
  'Assets.Deposited': 'who',
};

/** The extrinsics of a block, by its events: a call says only what was asked for. Throws if an event has other fields. */
export function* readExtrinsics(decoding: Pieces<SubstrateEvent[]>, network: Network): Pieces<Extrinsic[]> {
  const events = yield* decoding;
  const byExtrinsic = new Map<number | undefined, SubstrateEvent[]>();
  for (const event of events) {
    const own = byExtrinsic.get(event.extrinsic);
    if (own) own.push(event);
    else byExtrinsic.set(event.extrinsic, [event]);
  }
  const extrinsics: Extrinsic[] = [];
  for (const outcome of events.filter(isOutcome)) {
    extrinsics.push(yield* readExtrinsic(outcome, byExtrinsic.get(outcome.extrinsic) ?? [], network));
  }
  return extrinsics;
}

function* readExtrinsic(
  { extrinsic = 0, name }: SubstrateEvent,
  events: readonly SubstrateEvent[],
  network: Network,
): Pieces<Extrinsic> {
  const success = name === 'ExtrinsicSuccess';
  const transfers: ChainRow[] = [];
  const unclear: Extrinsic['unclear'][number][] = [];
  const vesting = new Set<string>();
  for (const event of events) {
    yield;
    const account = vestingAccount(event, network);
    if (account !== undefined) vesting.add(account);
    if (!success) continue;
    const transfer = transferOf(event, network);
    if (transfer) transfers.push(transfer);
    const raise = raiseOf(event, network);
    if (raise) unclear.push(raise);
  }
  const isLocked = ({ asset, to }: ChainRow): boolean => asset === network.native.asset && vesting.has(to);
  for (const { asset, to } of transfers.filter(isLocked)) unclear.push({ asset, account: to });
  return { index: extrinsic, success, rows: transfers.filter((row) => !isLocked(row)), unclear };
}

function transferOf(event: SubstrateEvent, network: Network): ChainRow | undefined {
  const kind = `${event.pallet}.${event.name}`;
  const isNative = kind === 'Balances.Transfer';
  // ForeignAssets and PoolAssets have events of this name too, with numbers of their own.
  if (!isNative && kind !== 'Assets.Transferred') return undefined;
  const names = isNative ? transferFields : assetFields;
  const from = accountIn(event, names, 'from', network);
  const to = accountIn(event, names, 'to', network);
  // What somebody sends to himself moves nothing, and has an event all the same.
  if (from === to) return undefined;
  const asset = isNative ? network.native.asset : numberedAsset(event, network);
  const amount = field(event, names, 'amount');
  if (typeof amount !== 'bigint' || amount < 0n) throw new TypeError('An amount is not an integer');
  return { asset, from, to, amount, position: `event:${event.index}` };
}

function raiseOf(event: SubstrateEvent, network: Network): { asset: string; account: string } | undefined {
  const kind = `${event.pallet}.${event.name}`;
  const name = Object.hasOwn(raises, kind) ? raises[kind] : undefined;
  // Of runtimes that do not name the fields there is none to tell them apart by.
  if (name === undefined || Array.isArray(event.fields)) return undefined;
  const asset = event.pallet === 'Balances' ? network.native.asset : numberedAsset(event, network);
  return { asset, account: accountIn(event, [], name, network) };
}

/** The account whose coins the extrinsic locks: a vested transfer is a transfer that its recipient cannot spend. */
function vestingAccount(event: SubstrateEvent, network: Network): string | undefined {
  if (event.pallet !== 'Vesting' || event.name === 'VestingCompleted') return undefined;
  return accountIn(event, ['account'], 'account', network);
}

function numberedAsset(event: SubstrateEvent, network: Network): string {
  const id = field(event, assetFields, 'asset_id');
  if (typeof id !== 'number' && typeof id !== 'bigint') throw new TypeError('An asset has no number');
  return assetOn(network, { namespace: 'asset', reference: `${id}` });
}

function accountIn(event: SubstrateEvent, names: readonly string[], name: string, network: Network): string {
  const account = field(event, names, name);
  if (typeof account !== 'string') throw new TypeError('An event names no account');
  return addressOn(network, account);
}

function field({ fields }: SubstrateEvent, names: readonly string[], name: string): unknown {
  return Array.isArray(fields) ? fields[names.indexOf(name)] : (fields as Readonly<Record<string, unknown>>)[name];
}
