import type { Network } from '../../../networks/network.ts';
import type { ChainSubject, ChainTransfer } from '../../kit/chain-check.ts';
import type { ChainReader, IsWanted, NoBlock, ReadBlock, ReadTransaction } from '../../kit/chain-reader.ts';
import type { SolanaTransaction } from './balances.ts';
import type { SolanaHeader, SolanaNode } from './node.ts';

/** A node of Solana as the chain check reads it: final blocks alone, each numbered by its slot. */
export function solanaReader(node: SolanaNode, network: Network): ChainReader {
  return {
    async head() {
      const slot = await node.finalizedSlot();
      const header = await node.header(slot);
      if (!header) throw new TypeError('The node has no block of the slot that it calls final');
      return withoutRows(header);
    },
    finalized: () => node.finalizedSlot(),
    async block(number, isWanted) {
      if (!isWanted) {
        const header = await node.header(number);
        return header ? withoutRows(header) : whyThereIsNone(node, number);
      }
      const block = await node.block(number);
      if (!block) return whyThereIsNone(node, number);
      return { ...withoutRows(block.header), rows: await rowsOf(block.transactions, isWanted) };
    },
    transaction: (subject) => find(node, network, subject),
  };
}

function withoutRows({ number, hash, parentHash, time }: SolanaHeader): ReadBlock {
  return { number, hash, parentHash, time, rows: [] };
}

async function rowsOf(transactions: readonly SolanaTransaction[], isWanted: IsWanted): Promise<ChainTransfer[]> {
  const found: ChainTransfer[] = [];
  for (const { id, success, rows } of transactions) {
    for (const row of rows) {
      if (await isWanted({ address: row.to })) found.push({ ...row, transactionId: id, success });
    }
  }
  return found;
}

/**
 * A node calls a slot skipped also if its block is merely missing there. It was skipped for certain if the parent of the
 * next block stands before it.
 */
async function whyThereIsNone(node: SolanaNode, number: bigint): Promise<NoBlock | undefined> {
  if (number > (await node.finalizedSlot())) return undefined;
  const next = await node.firstBlockFrom(number);
  const header = next === undefined || next === number ? undefined : await node.header(next);
  return header !== undefined && header.parentNumber < number ? 'skipped' : 'unavailable';
}

async function find(node: SolanaNode, network: Network, subject: ChainSubject): Promise<ReadTransaction> {
  const { transactionId, claims = [] } = subject;
  const found = await node.transaction(transactionId);
  if (!found) return notFound(node, subject);
  const header = await node.header(found.slot);
  // Its block is there, at another node behind the same URL perhaps.
  if (!header) return { status: 'changed' };
  // The owner is the recipient, and a claim may name his token account: which customer's that is, no balance says.
  const unclear = claims.filter((claim) => found.tokenAccounts.has(claim.to));
  return {
    status: 'mined',
    block: { number: header.number, hash: header.hash },
    success: found.success,
    rows: found.rows,
    unseen: [...new Set(unclear.map((claim) => claim.asset))],
    // Final is final, however few blocks there are above it.
    confirmationsAtLeast: network.reorgDepth,
  };
}

async function notFound(
  node: SolanaNode,
  { transactionId, blocks = [], foundIn }: ChainSubject,
): Promise<ReadTransaction> {
  const reached = await node.commitment(transactionId);
  // Another node behind the same URL may know more.
  if (foundIn || reached === 'finalized') return { status: 'changed' };
  if (reached !== undefined) return { status: 'pending' };
  const first = await node.firstSlotKept();
  const isKept = first <= 1n || (blocks.length > 0 && blocks.every(({ number }) => number >= first));
  if (isKept) return { status: 'absent' };
  const reason = `the node finds no such transaction, and keeps none from before slot ${first}; ask one with a longer history`;
  return { status: 'unknown', reason };
}
