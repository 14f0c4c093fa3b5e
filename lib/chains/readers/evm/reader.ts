import { checksumAddress } from '../../../networks/evm.ts';
import { nativeAsset } from '../../../networks/registry.ts';
import type { ChainSubject } from '../../kit/chain-check.ts';
import type { ChainReader, IsWanted, ReadBlock, ReadTransaction } from '../../kit/chain-reader.ts';
import { blockTransfers } from './block.ts';
import type { EvmBlock, EvmNode, EvmReceipt, EvmTransaction } from './node.ts';
import { type EvmTransfer, toChainRow, tokenTransfer, tracedTransfers, valueTransfer } from './transfers.ts';

export interface EvmReaderOptions {
  /** CAIP-2. */
  network: string;
  /** Whether the rows of a block include native transfers inside transactions. */
  traces: boolean;
  /** As in `BlockTransfersOptions`. */
  ignoreBlooms?: boolean;
}

/** A node of an EVM network as the chain check reads it. */
export function evmReader(node: EvmNode, options: EvmReaderOptions): ChainReader {
  return {
    async head() {
      const latest = await node.block('latest');
      if (!latest) throw new TypeError('The node has no latest block');
      return withoutRows(latest);
    },
    async finalized() {
      try {
        return (await node.block('finalized'))?.number;
      } catch {
        // Chains without finality answer with an error.
        return undefined;
      }
    },
    async block(number, isWanted) {
      const block = await node.block(number, { whole: isWanted !== undefined });
      if (!block) return undefined;
      return isWanted
        ? { ...withoutRows(block), rows: await rowsOf(node, block, isWanted, options) }
        : withoutRows(block);
    },
    transaction: (subject) => readTransaction(node, options, subject),
  };
}

function withoutRows({ number, hash, parentHash, timestamp }: EvmBlock): ReadBlock {
  return { number, hash, parentHash, time: Number(timestamp) * 1_000, rows: [] };
}

async function rowsOf(
  node: EvmNode,
  block: EvmBlock,
  isWanted: IsWanted,
  options: EvmReaderOptions,
): Promise<ReadBlock['rows']> {
  const transfers = await blockTransfers(node, block, {
    ...options,
    isWanted: (address) => isWanted({ address: checksumAddress(address) }),
  });
  return transfers.map((one) => ({ ...one, ...toChainRow(one) }));
}

async function readTransaction(
  node: EvmNode,
  options: EvmReaderOptions,
  subject: ChainSubject,
): Promise<ReadTransaction> {
  const { transactionId } = subject;
  const [transaction, receipt] = await Promise.all([node.transaction(transactionId), node.receipt(transactionId)]);
  if (transaction?.blockHash !== receipt?.blockHash) return { status: 'changed' };
  if (!transaction || !receipt) return { status: transaction ? 'pending' : 'absent' };
  const block = await node.block(receipt.blockNumber);
  if (block?.hash !== receipt.blockHash || !block.transactionHashes.includes(transactionId))
    return { status: 'changed' };
  const { rows, unseen } = await transfersOf(node, options, transaction, receipt, subject);
  const { success } = receipt;
  if (success === undefined) return { status: 'unknown', reason: 'the receipt does not say whether it succeeded' };
  return {
    status: 'mined',
    success,
    block: { number: receipt.blockNumber, hash: receipt.blockHash },
    rows: rows.map(toChainRow),
    unseen,
  };
}

async function transfersOf(
  node: EvmNode,
  { network, traces }: EvmReaderOptions,
  transaction: EvmTransaction,
  receipt: EvmReceipt,
  subject: ChainSubject,
): Promise<{ rows: EvmTransfer[]; unseen: string[] }> {
  if (receipt.success !== true) return { rows: [], unseen: [] };
  const value = valueTransfer(network, transaction);
  const tokens = receipt.logs.flatMap((log) => tokenTransfer(network, log) ?? []);
  const direct = value ? [value, ...tokens] : tokens;
  // What was just read in its block may be a transfer inside it, of which nobody has said anything.
  const isFound = traces && subject.foundIn !== undefined;
  if (!isFound && !needsTrace(network, transaction, subject)) return { rows: direct, unseen: [] };
  try {
    return { rows: [...direct, ...tracedTransfers(network, await node.trace(transaction.hash))], unseen: [] };
  } catch (error) {
    if (isFound) throw error;
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
