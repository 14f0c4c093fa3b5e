import { addressOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import type { ChainClaim, ChainSubject, ChainTransfer } from '../../kit/chain-check.ts';
import type { ChainReader, IsWanted, ReadBlock, ReadTransaction } from '../../kit/chain-reader.ts';
import type { TronBlock, TronHeader, TronNode } from './node.ts';
import type { TronTransaction } from './transactions.ts';
import { toChainRow } from './transfers.ts';

/** A node of TRON as the chain check reads it. */
export function tronReader(node: TronNode, network: Network): ChainReader {
  return {
    head: async () => withoutRows(await node.head()),
    finalized: () => node.solidified(),
    async block(number, isWanted) {
      if (!isWanted) {
        const header = await node.header(number);
        return header && withoutRows(header);
      }
      const block = await node.block(number);
      return block && { ...withoutRows(block), rows: await rowsOf(block, isWanted, network) };
    },
    transaction: (subject) => find(node, network, subject),
  };
}

function withoutRows({ number, hash, parentHash, time }: TronHeader): ReadBlock {
  return { number, hash, parentHash, time, rows: [] };
}

async function rowsOf({ transactions }: TronBlock, isWanted: IsWanted, network: Network): Promise<ChainTransfer[]> {
  const found: ChainTransfer[] = [];
  for (const { id, success, transfers } of transactions) {
    for (const transfer of transfers) {
      if (!(await isWanted({ address: addressOn(network, transfer.to) }))) continue;
      found.push({ ...toChainRow(transfer, network), transactionId: id, success: success === true });
    }
  }
  return found;
}

async function find(node: TronNode, network: Network, subject: ChainSubject): Promise<ReadTransaction> {
  const { transactionId: id, claims } = subject;
  const number = await node.blockOf(id);
  if (number === undefined) return outsideBlocks(node, id);
  const block = await node.block(number);
  const found = block?.transactions.find((one) => one.id === id);
  if (!block || !found) return { status: 'changed' };
  const { success } = found;
  if (success === undefined) return { status: 'unknown', reason: 'the node does not say whether it succeeded' };
  return {
    status: 'mined',
    success,
    block: { number, hash: block.hash },
    rows: success ? found.transfers.map((one) => toChainRow(one, network)) : [],
    unseen: success ? unseenOf(found, network, claims) : [],
  };
}

async function outsideBlocks(node: TronNode, id: string): Promise<ReadTransaction> {
  if (await node.has(id)) {
    const reason = 'the node has the transaction without its result; run it with storage.transHistory.switch = on';
    return { status: 'unknown', reason };
  }
  return { status: (await node.isPending(id)) ? 'pending' : 'absent' };
}

/** TRX inside calls that the node has not stored, and TRC-10 tokens, of which no row is made. */
function unseenOf(
  { mayHideTrx }: TronTransaction,
  { id, native }: Network,
  claims: readonly ChainClaim[] | undefined,
): string[] {
  const claimed = claims?.map((one) => one.asset) ?? [native.asset];
  const trx = mayHideTrx && claimed.includes(native.asset) ? [native.asset] : [];
  return [...trx, ...new Set(claimed.filter((asset) => asset.startsWith(`${id}/trc10:`)))];
}
