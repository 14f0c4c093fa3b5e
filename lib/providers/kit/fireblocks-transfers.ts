import type { Amount, Evidence, Transfer } from '../../deposits/transfer.ts';
import {
  type Json,
  optionalBoolean,
  optionalInteger,
  optionalNumberText,
  optionalText,
  text,
} from '../../json/json.ts';
import { present } from '../../util/present.ts';
import { trimEnd } from '../../util/trim-end.ts';
import type { AssetNames, NamedAsset } from './asset-names.ts';
import { ifReadable } from './claims.ts';
import { eventTime } from './event-time.ts';
import { paysByOutputs } from './outputs.ts';
import { blockFrom, wordIn } from './readings.ts';
import { type Rows, readRows } from './rows.ts';

// Words of https://developers.fireblocks.com/reference/webhooks-structures-eventtypes-transaction and of the types that
// https://github.com/fireblocks/ts-sdk generates from Fireblocks' OpenAPI 1.6.2; both read on 2026-11-29.

/** The transfer that `data` itself reports. */
export function readTransaction(data: Json, names: AssetNames): Transfer {
  const asset = names.named(text(data, 'assetId'));
  return present<Transfer>({
    ...asset,
    ...standingOf(data),
    amount: amountOf(data),
    from: ifReadable(() => optionalText(data, 'sourceAddress')),
    to: optionalText(data, 'destinationAddress') ?? '',
    memo: optionalText(data, 'destinationTag') ?? null,
    transaction: present<Transfer['transaction']>({
      id: optionalText(data, 'txHash'),
      position: positionOf(data, asset),
      block: blockOf(data),
    }),
    evidence: evidenceOf(data),
  });
}

/**
 * `networkRecords`: each transfer of a transaction that made several, that of `data` among them. They have no ids and
 * are distinguished within one callback only; their event is not that of `data`, so that what stands in both counts
 * once.
 *
 * A move between two vault accounts stands there twice: as one that leaves a vault for `ONE_TIME_ADDRESS`, and as one
 * that comes from `UNKNOWN` to the other vault. So an arrival that a vault of ours has paid is not a deposit. Real
 * deliveries of a batch sweep showed it, August 2026.
 */
export function readRecords(records: readonly Json[], data: Json, names: AssetNames): Rows {
  const paidByUs = new Map<string, number>();
  for (const record of records) {
    if (peerOf(record, 'source') === 'VAULT_ACCOUNT')
      paidByUs.set(keyOf(record), (paidByUs.get(keyOf(record)) ?? 0) + 1);
  }
  const isCallOfOurs = peerOf(data, 'source') === 'VAULT_ACCOUNT';
  return readRows(records, 'data.networkRecords', (record, row) => {
    // It says that it did not happen, beside others of one transaction that did: those must not be taken for undone with it.
    if (isDropped(record) && isOfTransaction(record, data)) return undefined;
    const transfer = readRecord(record, data, names);
    const left = paidByUs.get(keyOf(record)) ?? 0;
    if (transfer.evidence?.direction !== 'in') return { ...transfer, row };
    if (left > 0) paidByUs.set(keyOf(record), left - 1);
    // What a call of our own brought in may be anything: the proceeds of a swap, a refund.
    const direction = left > 0 ? 'out' : isCallOfOurs ? null : 'in';
    return { ...transfer, row, evidence: { ...transfer.evidence, direction } };
  });
}

function readRecord(record: Json, data: Json, names: AssetNames): Transfer {
  const evidence = evidenceOf(record);
  return present<Transfer>({
    ...names.named(text(record, 'assetId')),
    ...standingOf(data),
    event: 'network-records',
    amount: { decimal: optionalNumberText(record, 'netAmount') ?? '' },
    to: optionalText(record, 'destinationAddress') ?? '',
    transaction: present<Transfer['transaction']>({
      id: optionalText(record, 'txHash') ?? optionalText(data, 'txHash'),
      block: blockOf(data),
    }),
    evidence: isDropped(record) ? { ...evidence, superseded: true } : evidence,
  });
}

function isDropped(record: Json): boolean {
  return ifReadable(() => optionalBoolean(record, 'isDropped')) === true;
}

function isOfTransaction(record: Json, data: Json): boolean {
  const own = ifReadable(() => optionalText(record, 'txHash'));
  return own === undefined || own === ifReadable(() => optionalText(data, 'txHash'));
}

function keyOf(record: Json): string {
  const amount = ifReadable(() => optionalNumberText(record, 'netAmount')) ?? '';
  const address = ifReadable(() => optionalText(record, 'destinationAddress')) ?? '';
  const asset = ifReadable(() => optionalText(record, 'assetId')) ?? '';
  return JSON.stringify([asset, address.toLowerCase(), withoutZeros(amount)]);
}

function withoutZeros(amount: string): string {
  return amount.includes('.') ? trimEnd(trimEnd(amount, '0'), '.') : amount;
}

function peerOf(of: Json, side: 'source' | 'destination'): string {
  return ifReadable(() => optionalText(of, `${side}.type`)) ?? '';
}

/** Whether it is on no chain yet: then there is nothing to identify a deposit by. */
export function isBeforeBroadcast(data: Json): boolean {
  return optionalText(data, 'txHash') === undefined && kindOf(text(data, 'status')) === 'seen';
}

function standingOf(data: Json): Pick<Transfer, 'kind' | 'confirmations' | 'at'> {
  const kind = kindOf(text(data, 'status'));
  return present<Pick<Transfer, 'kind' | 'confirmations' | 'at'>>({
    kind,
    confirmations:
      kind === 'confirmed' ? (ifReadable(() => optionalInteger(data, 'numOfConfirmations')) ?? 0) : undefined,
    at: eventTime(data, 'lastUpdated'),
  });
}

// Only COMPLETED has passed the workspace's own checks (confirmations, AML); anything on the way may still be turned down.
function kindOf(status: string): Transfer['kind'] {
  if (status === 'COMPLETED') return 'confirmed';
  return failures.has(status) ? 'failed' : 'seen';
}

const failures: ReadonlySet<string> = new Set(['FAILED', 'REJECTED', 'BLOCKED', 'CANCELLED', 'TIMEOUT']);

// The floats beside it (`amount`, `netAmount`) are deprecated; this is text in whole coins. An exchange keeps its fee back:
// what arrives is `netAmount`.
function amountOf(data: Json): Amount {
  const field = peerOf(data, 'source') === 'EXCHANGE_ACCOUNT' ? 'netAmount' : 'amount';
  return { decimal: optionalText(data, `amountInfo.${field}`) ?? '' };
}

function positionOf(data: Json, { network }: NamedAsset): string {
  const output = ifReadable(() => optionalNumberText(data, 'index'));
  // Elsewhere `index` counts Fireblocks' own list of the transaction's transfers.
  if (output !== undefined && paysByOutputs(network)) return `out:${output}`;
  return `transfer:${text(data, 'id')}`;
}

function blockOf(data: Json): Transfer['transaction']['block'] {
  if (kindOf(text(data, 'status')) !== 'confirmed') return undefined;
  const number = ifReadable(() => optionalNumberText(data, 'blockInfo.blockHeight'));
  return blockFrom(number, optionalText(data, 'blockInfo.blockHash'));
}

function evidenceOf(peers: Json): Evidence {
  const source = peerOf(peers, 'source');
  const direction = directionOf(source, peerOf(peers, 'destination'));
  // Gas that the workspace sends to its own vaults.
  if (source === 'GAS_STATION') return { category: 'fee', direction: 'out' };
  return { category: isNft(peers) ? 'nft' : 'transfer', direction };
}

function isNft(of: Json): boolean {
  const type = ifReadable(() => optionalText(of, 'assetType')) ?? '';
  return type === 'ERC721' || type === 'ERC1155' || text(of, 'assetId').startsWith('NFT-');
}

// A deposit comes to an account of the workspace from outside. Who stands in a whitelist, or on an exchange, is outside.
function directionOf(source: string, destination: string): 'in' | 'out' | null {
  if (source === 'VAULT_ACCOUNT' || wordIn(destinations, destination) === 'outside') return 'out';
  if (wordIn(destinations, destination) === undefined) return null;
  return outsiders.has(source) ? 'in' : null;
}

const destinations: Readonly<Record<string, 'ours' | 'outside'>> = {
  VAULT_ACCOUNT: 'ours',
  END_USER_WALLET: 'ours',
  COMPOUND: 'outside',
  CONNECTED_ACCOUNT: 'outside',
  CONTRACT: 'outside',
  EXCHANGE_ACCOUNT: 'outside',
  EXTERNAL_WALLET: 'outside',
  FIAT_ACCOUNT: 'outside',
  GAS_STATION: 'outside',
  INTERNAL_WALLET: 'outside',
  NETWORK_CONNECTION: 'outside',
  OEC_PARTNER: 'outside',
  ONE_TIME_ADDRESS: 'outside',
  PROGRAM_CALL: 'outside',
};

const outsiders: ReadonlySet<string> = new Set([
  'UNKNOWN',
  'CONNECTED_ACCOUNT',
  'CONTRACT',
  'EXCHANGE_ACCOUNT',
  'EXTERNAL_WALLET',
  'INTERNAL_WALLET',
  'NETWORK_CONNECTION',
  'ONE_TIME_ADDRESS',
  'WHITELISTED_ADDRESS',
]);
