import { DepositCallbackError } from '../../../errors.ts';
import type { Network } from '../../../networks/network.ts';
import { askOnce } from '../../kit/ask-once.ts';
import type { ChainClaim, ChainSubject, ChainTransfer } from '../../kit/chain-check.ts';
import type { ChainReader, IsWanted, NoBlock, ReadBlock, ReadTransaction } from '../../kit/chain-reader.ts';
import type { XrpTransaction } from './deliveries.ts';
import type { LedgerRange, XrpHeader, XrpNode } from './node.ts';

export interface XrpReaderOptions {
  network: Network;
  /** Decimals of the assets that are read. */
  listed: ReadonlyMap<string, number>;
}

// The first ledger of which the main network has a history; others begin with 1.
const firstLedger = 32_570n;
const lastNumber = 2n ** 32n - 1n;

/** A server of the XRP Ledger as the chain check reads it: validated ledgers alone, each of which is final. */
export function xrpReader(node: XrpNode, options: XrpReaderOptions): ChainReader {
  // The newest ledger and the newest final one are the same: whoever asks for both at once asks the server once.
  const head = askOnce(() => node.head());
  return {
    head: async () => withoutRows(await head()),
    finalized: async () => (await head()).number,
    async block(number, isWanted) {
      // No ledger, and no number that the server would take.
      if (number > lastNumber) return undefined;
      if (!isWanted) {
        const header = await node.header(number);
        return header ? withoutRows(header) : whyThereIsNone(node, number);
      }
      const ledger = await node.ledger(number);
      if (!ledger) return whyThereIsNone(node, number);
      return { ...withoutRows(ledger.header), rows: await rowsOf(ledger.transactions, isWanted, options) };
    },
    transaction: (subject) => find(node, options, subject),
  };
}

function withoutRows({ number, hash, parentHash, time }: XrpHeader): ReadBlock {
  return { number, hash, parentHash, time, rows: [] };
}

async function whyThereIsNone(node: XrpNode, number: bigint): Promise<NoBlock | undefined> {
  return number > (await node.head()).number ? undefined : 'unavailable';
}

async function rowsOf(
  transactions: readonly XrpTransaction[],
  isWanted: IsWanted,
  { listed }: XrpReaderOptions,
): Promise<ChainTransfer[]> {
  const found: ChainTransfer[] = [];
  for (const { id, success, rows, unclear } of transactions) {
    for (const row of rows) {
      if (await isWanted({ address: row.to, ...(row.memo === undefined ? {} : { memo: row.memo }) })) {
        found.push({ ...row, transactionId: id, success });
      }
    }
    if (unclear === 'anything') continue;
    for (const { asset, to, memo } of unclear) {
      // What nobody listed is not credited, and comes unasked.
      if (listed.has(asset) && (await isWanted({ address: to, ...(memo === undefined ? {} : { memo }) }))) {
        throw withoutAmount(id, asset);
      }
    }
  }
  return found;
}

async function find(node: XrpNode, { network }: XrpReaderOptions, subject: ChainSubject): Promise<ReadTransaction> {
  const found = await node.transaction(subject.transactionId);
  if (found === 'pending') return { status: 'pending' };
  if (!found) return notFound(node, subject);
  const header = await node.header(found.ledger);
  // Its ledger is there, at another server behind the same URL perhaps.
  if (!header) return { status: 'changed' };
  const { success, rows } = found;
  return {
    status: 'mined',
    block: { number: header.number, hash: header.hash },
    success,
    rows,
    unseen: unseenOf(found, network, subject.claims),
  };
}

/** Of a type that is not read nobody can say what it delivered to whom. */
function unseenOf(
  { unclear }: XrpTransaction,
  { native }: Network,
  claims: readonly ChainClaim[] | undefined,
): readonly string[] {
  if (unclear !== 'anything') return unclear.map((one) => one.asset);
  return [...new Set(claims?.map((claim) => claim.asset) ?? [native.asset])];
}

async function notFound(node: XrpNode, { blocks = [], foundIn }: ChainSubject): Promise<ReadTransaction> {
  // Another server behind the same URL may know more.
  if (foundIn) return { status: 'changed' };
  const ranges = await node.completeLedgers();
  const hasAll = ranges.length === 1 && ranges.every(({ first }) => first <= firstLedger);
  const hasNamed = blocks.length > 0 && blocks.every(({ number }) => ranges.some((range) => isWithin(range, number)));
  if (hasAll || hasNamed) return { status: 'absent' };
  const kept = ranges.map(({ first, last }) => `${first}-${last}`).join(', ') || 'none';
  const reason = `the node finds no such transaction, and of the ledgers keeps ${kept}; ask one with a longer history`;
  return { status: 'unknown', reason };
}

function isWithin({ first, last }: LedgerRange, number: bigint): boolean {
  return first <= number && number <= last;
}

function withoutAmount(id: string, asset: string): DepositCallbackError {
  const what = `Transaction ${id} delivered ${asset}, but the ledger does not say how much in its decimals`;
  return new DepositCallbackError('REQUEST_FAILED', `${what}; credit it by hand, and go on from the next ledger`);
}
