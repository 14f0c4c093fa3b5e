import { DepositCallbackError } from '../../../errors.ts';
import type { ChainSubject, ChainTransfer } from '../../kit/chain-check.ts';
import type { ChainReader, IsWanted, NoBlock, ReadBlock, ReadTransaction } from '../../kit/chain-reader.ts';
import type { AssetNames } from './names.ts';
import type { AptosBlock, AptosNode } from './node.ts';
import type { AptosTransaction } from './transaction.ts';

/** Transactions that a node gives at once, unless it is configured otherwise. */
const pageSize = 100;

/** A node of Aptos as the chain check reads it. What it has executed is final. */
export function aptosReader(node: AptosNode, names: AssetNames): ChainReader {
  return {
    async head() {
      const { height } = await node.ledger();
      const block = await node.block(height, false);
      if (typeof block === 'string') throw new TypeError('The node has no block of the height that it names');
      return withoutRows(block);
    },
    finalized: async () => (await node.ledger()).height,
    async block(number, isWanted) {
      const block = await node.block(number, isWanted !== undefined);
      if (typeof block === 'string') return whyThereIsNone(block);
      return isWanted
        ? { ...withoutRows(block), rows: await rowsOf(node, names, block, isWanted) }
        : withoutRows(block);
    },
    transaction: (subject) => find(node, names, subject),
  };
}

function withoutRows({ number, hash, time }: AptosBlock): ReadBlock {
  return { number, hash, time, rows: [] };
}

function whyThereIsNone(answer: 'not found' | 'pruned'): NoBlock | undefined {
  return answer === 'pruned' ? 'unavailable' : undefined;
}

async function rowsOf(
  node: AptosNode,
  names: AssetNames,
  block: AptosBlock,
  isWanted: IsWanted,
): Promise<ChainTransfer[]> {
  const found: ChainTransfer[] = [];
  for (const { id, success, rows } of await transactionsOf(node, block)) {
    for (const row of rows) {
      if (!(await isWanted({ address: row.to }))) continue;
      found.push({ ...(await names.named(row)), transactionId: id, success });
    }
  }
  return found;
}

/** All of a block: a node gives no more at once than its page holds. */
async function transactionsOf(node: AptosNode, block: AptosBlock): Promise<readonly AptosTransaction[]> {
  const { firstVersion, lastVersion } = block;
  const all = [...block.transactions];
  let next = firstVersion + BigInt(all.length);
  while (next <= lastVersion) {
    const left = Number(lastVersion - next) + 1;
    const page = await node.transactions(next, Math.min(pageSize, left));
    if (page.length === 0) break;
    all.push(...page);
    next += BigInt(page.length);
  }
  const isWhole = all.every((one, index) => one.version === firstVersion + BigInt(index)) && next === lastVersion + 1n;
  if (isWhole) return all;
  throw new DepositCallbackError('REQUEST_FAILED', `The node does not give all transactions of block ${block.number}`);
}

async function find(node: AptosNode, names: AssetNames, subject: ChainSubject): Promise<ReadTransaction> {
  const { transactionId, claims = [] } = subject;
  const found = await node.transaction(transactionId);
  if (found === 'pending') return { status: 'pending' };
  if (typeof found === 'string') return notFound(node, subject);
  const block = await node.blockOfVersion(found.version);
  // Another node behind the same URL may have come less far.
  if (typeof block === 'string') return { status: 'changed' };
  return {
    status: 'mined',
    block: { number: block.number, hash: block.hash },
    success: found.success,
    rows: await Promise.all(found.rows.map(names.named)),
    unseen: [...found.unclear, ...(await names.others(found.rows, claims))],
  };
}

async function notFound(node: AptosNode, { blocks = [], foundIn }: ChainSubject): Promise<ReadTransaction> {
  if (foundIn) return { status: 'changed' };
  const { oldestHeight } = await node.ledger();
  const isKept = oldestHeight === 0n || (blocks.length > 0 && blocks.every(({ number }) => number >= oldestHeight));
  if (isKept) return { status: 'absent' };
  const reason = `the node finds no such transaction, and keeps none from before block ${oldestHeight}; ask one with a longer history`;
  return { status: 'unknown', reason };
}
