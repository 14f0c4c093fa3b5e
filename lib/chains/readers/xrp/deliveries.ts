import { type Json, member, object, optionalArray, optionalInteger, optionalText, text } from '../../../json/json.ts';
import { accountOn, addressOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import type { ChainRow } from '../../kit/chain-check.ts';
import { type LedgerAmount, readAmount } from './amounts.ts';

/** A transaction of a validated ledger. */
export interface XrpTransaction {
  id: string;
  success: boolean;
  /** What it delivered; of one that failed, nothing. */
  rows: readonly ChainRow[];
  /**
   * What it delivered besides, of which the ledger does not say how much; `'anything'` if its type is none of those that are
   * read.
   */
  unclear: readonly Unclear[] | 'anything';
}

/** A delivery whose amount cannot be told. */
export interface Unclear {
  asset: string;
  to: string;
  memo?: string;
}

interface Delivery {
  from: string | undefined;
  to: string;
  tag: number | undefined;
  amount: LedgerAmount | undefined;
}

/** Reads a transaction with its metadata, of `tx` and `ledger` in version 2 of the API. Throws `BODY_UNREADABLE`. */
export function readTransaction(json: Json, network: Network, listed: ReadonlyMap<string, number>): XrpTransaction {
  const meta = object(json, 'meta');
  const id = network.codec.transactionId(text(json, 'hash'), network);
  // Only this result means that the transaction did what it says; others only took its fee.
  const success = text(meta, 'TransactionResult') === 'tesSUCCESS';
  if (!success) return { id, success, rows: [], unclear: [] };
  const delivered = deliveryOf(object(json, 'tx_json'), meta, (amount) => readAmount(amount, network, listed), network);
  if (delivered === 'not read') return { id, success, rows: [], unclear: 'anything' };
  if (!delivered?.amount || delivered.amount.units === 0n) return { id, success, rows: [], unclear: [] };
  const { asset, units } = delivered.amount;
  const { address: to, memo } = accountOn(network, delivered.to, delivered.tag?.toString());
  const account = { asset, to, ...(memo === undefined ? {} : { memo }) };
  if (units === undefined) return { id, success, rows: [], unclear: [account] };
  const from = delivered.from === undefined ? {} : { from: addressOn(network, delivered.from) };
  return {
    id,
    success,
    rows: [{ ...account, ...from, amount: units, delivered: true, position: 'native' }],
    unclear: [],
  };
}

type ReadAmount = (amount: Json) => LedgerAmount | undefined;

function deliveryOf(
  transaction: Json,
  meta: Json,
  read: ReadAmount,
  network: Network,
): Delivery | undefined | 'not read' {
  switch (text(transaction, 'TransactionType')) {
    case 'Payment':
    case 'AccountDelete':
      return {
        from: text(transaction, 'Account'),
        to: text(transaction, 'Destination'),
        tag: optionalInteger(transaction, 'DestinationTag'),
        amount: deliveredAmount(transaction, meta, read, network),
      };
    case 'CheckCash':
      return cashedCheck(transaction, meta, read, network);
    case 'EscrowFinish':
      return finishedEscrow(meta, read);
    case 'PaymentChannelClaim':
      return claimedChannel(meta, read);
    // Of those that every account sends daily, these deliver nothing to others.
    case 'AccountSet':
    case 'TrustSet':
    case 'OfferCancel':
      return undefined;
    default:
      return 'not read';
  }
}

/** What arrived; never `Amount`, of which a partial payment delivers less. */
function deliveredAmount(transaction: Json, meta: Json, read: ReadAmount, network: Network): LedgerAmount | undefined {
  // `ledger` leaves the first out for an AccountDelete, and both where nobody knows.
  const delivered = member(meta, 'delivered_amount') ?? member(meta, 'DeliveredAmount') ?? 'unavailable';
  if (delivered !== 'unavailable') return read(delivered);
  const meant = member(transaction, 'DeliverMax') ?? member(transaction, 'Amount') ?? '';
  const asset = read(meant)?.asset ?? network.native.asset;
  return { asset, units: undefined };
}

/** The account that cashes a check sends the transaction; which customer's it is, the check says. */
function cashedCheck(transaction: Json, meta: Json, read: ReadAmount, network: Network): Delivery {
  const check = entryOf(meta, 'Check')?.final;
  return {
    from: optionalText(check, 'Account'),
    to: text(transaction, 'Account'),
    tag: optionalInteger(check, 'DestinationTag'),
    amount: deliveredAmount(transaction, meta, read, network),
  };
}

/** Anybody may finish an escrow; recipient and amount stand in the escrow, which is deleted by that. */
function finishedEscrow(meta: Json, read: ReadAmount): Delivery | undefined {
  const escrow = entryOf(meta, 'Escrow')?.final;
  if (escrow === undefined) return undefined;
  const held = read(member(escrow, 'Amount') ?? '');
  // The issuer of a token may keep a fee of what an escrow holds.
  const amount =
    typeof member(escrow, 'Amount') === 'string' || held === undefined ? held : { ...held, units: undefined };
  return {
    from: optionalText(escrow, 'Account'),
    to: text(escrow, 'Destination'),
    tag: optionalInteger(escrow, 'DestinationTag'),
    amount,
  };
}

/** What a channel has paid in all is its balance, so that a claim pays by how much it grew. */
function claimedChannel(meta: Json, read: ReadAmount): Delivery | undefined {
  const channel = entryOf(meta, 'PayChannel');
  const before = member(channel?.previous, 'Balance');
  if (channel === undefined || typeof before !== 'string') return undefined;
  const after = text(channel.final, 'Balance');
  return {
    from: optionalText(channel.final, 'Account'),
    to: text(channel.final, 'Destination'),
    tag: optionalInteger(channel.final, 'DestinationTag'),
    amount: read((BigInt(after) - BigInt(before)).toString()),
  };
}

/** The entry of this type that the transaction changed or deleted. */
function entryOf(meta: Json, type: string): { final: Json; previous: Json | undefined } | undefined {
  for (const node of optionalArray(meta, 'AffectedNodes')) {
    const changed = member(node, 'DeletedNode') ?? member(node, 'ModifiedNode');
    if (optionalText(changed, 'LedgerEntryType') !== type) continue;
    return { final: object(changed, 'FinalFields'), previous: member(changed, 'PreviousFields') };
  }
  return undefined;
}
