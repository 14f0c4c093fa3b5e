import { DepositCallbackError } from '../../../errors.ts';
import { hasAllLogs } from './bloom.ts';
import type { EvmBlock, EvmLog, EvmNode, EvmReceipt } from './node.ts';
import { type EvmTransfer, tokenTransfer, tracedTransfers, transferTopic, valueTransfer } from './transfers.ts';

/** A transfer in a block, with its transaction. Addresses lower-case. */
export interface EvmBlockTransfer extends EvmTransfer {
  transactionId: string;
  /** Whether its transaction succeeded. */
  success: boolean;
}

export interface BlockTransfersOptions {
  network: string;
  /** Whether a recipient (lower-case) matters: what does not is dropped early, and never costs a question. */
  isWanted(address: string): boolean | Promise<boolean>;
  /** Whether to look for native transfers inside transactions; needs a node with `debug_traceBlockByHash`. */
  traces: boolean;
  /** Whether the filters of the blocks are not those of their logs: what a node leaves out is not noticed. */
  ignoreBlooms?: boolean;
}

/**
 * The wanted transfers of a block that `node.block(..., { whole: true })` gave, in the order of the chain. Rejects when the
 * block left the chain meanwhile, and when the node cannot be read.
 */
export async function blockTransfers(
  node: EvmNode,
  block: EvmBlock,
  options: BlockTransfersOptions,
): Promise<EvmBlockTransfer[]> {
  if (block.transactionHashes.length === 0) return [];
  const receipts = await receiptsOf(node, block);
  const [native, tokens, traced] = await Promise.all([
    nativeTransfers(node, block, receipts, options),
    // Not awaited in this list: what is begun before it would fail unheard meanwhile, which ends the process.
    logsOf(node, block, receipts, options).then((logs) => wantedTokens(logs, options)),
    options.traces ? tracedOf(node, block, options) : [],
  ]);
  for (const { blockHash } of [...(receipts ?? []), ...tokens.map((one) => one.log)]) {
    if (blockHash !== block.hash) throw changed(block);
  }
  return inOrder(block, [...native, ...traced, ...tokens.map((one) => one.transfer)]);
}

/** Undefined if the node has no `eth_getBlockReceipts`: then logs and single receipts are asked for. */
async function receiptsOf(node: EvmNode, block: EvmBlock): Promise<readonly EvmReceipt[] | undefined> {
  let receipts: readonly EvmReceipt[];
  try {
    receipts = await node.blockReceipts(block.hash);
  } catch {
    return undefined;
  }
  if (receipts.length !== block.transactionHashes.length) throw changed(block);
  return receipts;
}

/**
 * All logs of the block. A node may answer "none" where there are some, because its index has not come so far or is broken: the
 * block itself says better, and nothing is passed over.
 */
async function logsOf(
  node: EvmNode,
  block: EvmBlock,
  receipts: readonly EvmReceipt[] | undefined,
  { ignoreBlooms = false }: BlockTransfersOptions,
): Promise<readonly EvmLog[]> {
  const isWhole = (logs: readonly EvmLog[]): boolean =>
    ignoreBlooms || hasAllLogs(block.logsBloom, logs, transferTopic);
  const ofReceipts = receipts?.flatMap((one) => one.logs);
  if (ofReceipts && isWhole(ofReceipts)) return ofReceipts;
  const logs = await node.blockLogs(block.hash);
  if (isWhole(logs)) return logs;
  const what = `The node leaves out logs of block ${block.number}, of which its logsBloom tells; use another node`;
  throw new DepositCallbackError('REQUEST_FAILED', `${what}, or set ignoreBlooms if all of this network do so`);
}

async function nativeTransfers(
  node: EvmNode,
  block: EvmBlock,
  receipts: readonly EvmReceipt[] | undefined,
  { network, isWanted }: BlockTransfersOptions,
): Promise<EvmBlockTransfer[]> {
  const successes = new Map(receipts?.map((one) => [one.transactionHash, one.success]));
  const found: EvmBlockTransfer[] = [];
  for (const transaction of block.transactions) {
    const transfer = valueTransfer(network, transaction);
    if (!transfer || !(await isWanted(transfer.to))) continue;
    const success = receipts ? successes.get(transaction.hash) : await successOf(node, block, transaction.hash);
    if (success === undefined) throw changed(block);
    found.push({ ...transfer, transactionId: transaction.hash, success });
  }
  return found;
}

async function successOf(node: EvmNode, block: EvmBlock, hash: string): Promise<boolean | undefined> {
  const receipt = await node.receipt(hash);
  return receipt?.blockHash === block.hash ? receipt.success : undefined;
}

async function wantedTokens(
  logs: readonly EvmLog[],
  { network, isWanted }: BlockTransfersOptions,
): Promise<{ log: EvmLog; transfer: EvmBlockTransfer }[]> {
  const found: { log: EvmLog; transfer: EvmBlockTransfer }[] = [];
  for (const log of logs) {
    const transfer = tokenTransfer(network, log);
    if (!transfer || !(await isWanted(transfer.to))) continue;
    // A transaction that failed has no logs.
    found.push({ log, transfer: { ...transfer, transactionId: log.transactionHash, success: true } });
  }
  return found;
}

async function tracedOf(
  node: EvmNode,
  block: EvmBlock,
  { network, isWanted }: BlockTransfersOptions,
): Promise<EvmBlockTransfer[]> {
  const traces = await node.blockTraces(block.hash);
  const hashes = new Set(block.transactionHashes);
  if (traces.length !== hashes.size || traces.some((one) => !hashes.has(one.transactionHash))) throw changed(block);
  const found: EvmBlockTransfer[] = [];
  for (const { transactionHash, frame } of traces) {
    for (const transfer of tracedTransfers(network, frame)) {
      if (await isWanted(transfer.to)) found.push({ ...transfer, transactionId: transactionHash, success: true });
    }
  }
  return found;
}

function inOrder(block: EvmBlock, transfers: readonly EvmBlockTransfer[]): EvmBlockTransfer[] {
  const places = new Map(block.transactionHashes.map((hash, index) => [hash, index]));
  const place = (transfer: EvmBlockTransfer): number => places.get(transfer.transactionId) ?? 0;
  return [...transfers].sort((a, b) => place(a) - place(b));
}

function changed({ number }: EvmBlock): DepositCallbackError {
  return new DepositCallbackError(
    'REQUEST_FAILED',
    `Block ${number} changed while it was being read; reading it again`,
  );
}
