import { nativeAsset } from '../networks/registry.ts';
import type { ChainBlock, ChainHead, ChainSubject, ChainVerdict } from './chain-check.ts';
import type { EvmNode, EvmReceipt, EvmTransaction } from './evm-node.ts';
import { type EvmTransfer, toChainRow, tokenTransfer, tracedTransfers, valueTransfer } from './evm-transfers.ts';

// A reorg between two questions shows as answers that contradict each other; a few rounds outlast it.
const rounds = 3;

/** The newest block of one node. */
export async function nodeHead(node: EvmNode): Promise<ChainHead> {
  const [latest, finalized] = await Promise.all([node.block('latest'), finalizedNumber(node)]);
  if (!latest) throw new TypeError('The node has no latest block');
  const { number, hash, parentHash } = latest;
  return { number, hash, parentHash, ...(finalized === undefined ? {} : { finalized }) };
}

// Chains without finality answer with an error.
async function finalizedNumber(node: EvmNode): Promise<bigint | undefined> {
  try {
    return (await node.block('finalized'))?.number;
  } catch {
    return undefined;
  }
}

/** What one node holds of a transaction. Trouble of the node's is `unknown`, never a rejection. */
export async function checkAtNode(node: EvmNode, network: string, subject: ChainSubject): Promise<ChainVerdict> {
  try {
    for (let round = 0; round < rounds; round += 1) {
      const verdict = await lookUp(node, network, subject);
      if (verdict) return verdict;
    }
    return { status: 'unknown', reason: 'the chain changed during the check' };
  } catch (error) {
    return { status: 'unknown', reason: reasonOf(error) };
  }
}

/** Undefined if the answers contradict each other. */
async function lookUp(node: EvmNode, network: string, subject: ChainSubject): Promise<ChainVerdict | undefined> {
  const { transactionId, blocks = [] } = subject;
  const [transaction, receipt] = await Promise.all([node.transaction(transactionId), node.receipt(transactionId)]);
  if (transaction?.blockHash !== receipt?.blockHash) return undefined;
  const block = receipt && (await node.block(receipt.blockNumber));
  if (receipt && (block?.hash !== receipt.blockHash || !block.transactionHashes.includes(transactionId)))
    return undefined;
  const transfers = transaction && receipt && (await transfersOf(node, network, transaction, receipt, subject));
  // The head and the blocks asked for come last: what was read before is at least as old.
  const removed = await goneFrom(node, blocks);
  const head = await nodeHead(node);
  if (!receipt || !transfers) {
    return { status: transaction ? 'pending' : 'absent', head: head.number, removed };
  }
  if (receipt.success === undefined)
    return { status: 'unknown', reason: 'the receipt does not say whether it succeeded' };
  if (head.number < receipt.blockNumber || removed.includes(receipt.blockHash)) return undefined;
  return {
    status: 'mined',
    success: receipt.success,
    block: { number: receipt.blockNumber, hash: receipt.blockHash },
    confirmations: Number(head.number - receipt.blockNumber) + 1,
    finalized: head.finalized !== undefined && receipt.blockNumber <= head.finalized,
    rows: transfers.rows.map(toChainRow),
    unseen: transfers.unseen,
    removed,
  };
}

async function transfersOf(
  node: EvmNode,
  network: string,
  transaction: EvmTransaction,
  receipt: EvmReceipt,
  subject: ChainSubject,
): Promise<{ rows: EvmTransfer[]; unseen: string[] }> {
  if (receipt.success !== true) return { rows: [], unseen: [] };
  const value = valueTransfer(network, transaction);
  const tokens = receipt.logs.flatMap((log) => tokenTransfer(network, log) ?? []);
  const direct = value ? [value, ...tokens] : tokens;
  if (!needsTrace(network, transaction, subject)) return { rows: direct, unseen: [] };
  try {
    return { rows: [...direct, ...tracedTransfers(network, await node.trace(transaction.hash))], unseen: [] };
  } catch {
    return { rows: direct, unseen: [nativeAsset(network)] };
  }
}

/** Only a call of a contract can move native coin inside, and it matters only if native coin is claimed. */
function needsTrace(network: string, transaction: EvmTransaction, { claims }: ChainSubject): boolean {
  const native = nativeAsset(network);
  const claimed = claims?.filter((claim) => claim.asset === native);
  if (claimed?.length === 0) return false;
  // A plain payment of the claimed amount to the claimed account answers by itself.
  const [only, ...more] = claimed ?? [];
  const plain =
    only !== undefined &&
    more.length === 0 &&
    !transaction.hasInput &&
    only.to.toLowerCase() === transaction.to &&
    only.amount === transaction.value;
  return !plain;
}

/** Which of the blocks the node's chain does not hold at their height. A height that it has not reached says nothing. */
export async function goneFrom(node: EvmNode, blocks: readonly ChainBlock[]): Promise<string[]> {
  const found = await Promise.all(blocks.map(async ({ number, hash }) => ({ hash, at: await node.block(number) })));
  return found.flatMap(({ hash, at }) => (at !== undefined && at.hash !== hash ? [hash] : []));
}

/** Short, and without the node's URL, which may hold a key. */
function reasonOf(error: unknown): string {
  if (typeof error === 'object' && error !== null) {
    const { shortMessage, name, code } = error as { shortMessage?: unknown; name?: unknown; code?: unknown };
    if (typeof shortMessage === 'string') return `the node did not answer: ${shortMessage}`;
    if (code === 'REQUEST_FAILED' && error instanceof Error) return error.message;
    if (typeof name === 'string') return `the node did not answer: ${name}`;
  }
  return 'the node did not answer';
}
