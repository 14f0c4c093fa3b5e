import type { Network } from '../../../networks/network.ts';
import { askOnce } from '../../kit/ask-once.ts';
import type { ChainRow, ChainSubject, ChainTransfer } from '../../kit/chain-check.ts';
import type { ChainReader, IsWanted, NoBlock, ReadBlock, ReadTransaction } from '../../kit/chain-reader.ts';
import { toChainRow } from './listed-tokens.ts';
import type { EosBlock, EosNode } from './node.ts';
import type { EosTransaction } from './transactions.ts';

export interface EosReaderOptions {
  network: Network;
  /** Decimals by asset. */
  listed: ReadonlyMap<string, number>;
}

type Irreversible = Awaited<ReturnType<EosNode['irreversible']>>;

// Block 1 is the genesis, of which there is no trace.
const firstTraced = 2n;

/** A node of EOS as the chain check reads it: irreversible blocks alone. */
export function eosReader(node: EosNode, options: EosReaderOptions): ChainReader {
  // What is irreversible stays so: a block below it needs no second question.
  let reached = 0n;
  // The newest block and the newest final one are the same: whoever asks for both at once asks the node once.
  const ask = askOnce(() => node.irreversible());
  const head = async (): Promise<Irreversible> => {
    const found = await ask();
    reached = found.number;
    return found;
  };
  const whyThereIsNone = async (number: bigint): Promise<NoBlock | undefined> =>
    number > reached && number > (await head()).number ? undefined : 'unavailable';

  return {
    head: async () => ({ ...(await head()), rows: [] }),
    finalized: async () => (await head()).number,
    async block(number, isWanted) {
      if (isWanted) {
        const block = await node.block(number);
        if (block?.irreversible !== true) return whyThereIsNone(number);
        return { ...withoutRows(block), rows: await rowsOf(block, isWanted, options) };
      }
      if (number > reached && number > (await head()).number) return undefined;
      const header = await node.header(number);
      return header ? withoutRows(header) : 'unavailable';
    },
    transaction: (subject) => find(node, options, subject),
  };
}

function withoutRows({ number, hash, parentHash, time }: Omit<EosBlock, 'transactions' | 'irreversible'>): ReadBlock {
  return { number, hash, parentHash, time, rows: [] };
}

async function rowsOf(
  { transactions }: EosBlock,
  isWanted: IsWanted,
  { network, listed }: EosReaderOptions,
): Promise<ChainTransfer[]> {
  const found: ChainTransfer[] = [];
  for (const { id, outcome, transfers } of transactions) {
    for (const transfer of transfers) {
      const { to, memo } = transfer;
      if (!(await isWanted(memo === '' ? { address: to } : { address: to, memo }))) continue;
      const row = toChainRow(transfer, network, listed);
      if (row) found.push({ ...row, transactionId: id, success: outcome === 'executed' });
    }
  }
  return found;
}

async function find(node: EosNode, options: EosReaderOptions, subject: ChainSubject): Promise<ReadTransaction> {
  const { transactionId: id, foundIn } = subject;
  const number = foundIn?.number ?? (await node.blockOf(id));
  if (number === undefined) return notFound(node, options, subject);
  const block = await node.block(number);
  if (!block) return { status: 'unknown', reason: `the node keeps no traces of block ${number}; ask another one` };
  if (!block.irreversible) return { status: 'pending' };
  const found = block.transactions.find((one) => one.id === id);
  // On another branch it was in this block, or another node behind the same URL has it.
  return found ? read(found, block, options, subject) : { status: 'changed' };
}

function read(
  { outcome, transfers }: EosTransaction,
  { number, hash }: EosBlock,
  { network, listed }: EosReaderOptions,
  { claims = [] }: ChainSubject,
): ReadTransaction {
  if (outcome === 'unsaid') return { status: 'unknown', reason: 'the node does not say whether it was executed' };
  if (outcome === 'waiting') return { status: 'pending' };
  const success = outcome === 'executed';
  const unlisted = claims.map(({ asset }) => asset).filter((asset) => !listed.has(asset));
  return {
    status: 'mined',
    block: { number, hash },
    success,
    rows: transfers.flatMap((one): ChainRow[] => {
      const row = toChainRow(one, network, listed);
      return row ? [row] : [];
    }),
    unseen: success ? [...new Set(unlisted)] : [],
    // Irreversible is final, however few blocks there are above it.
    confirmationsAtLeast: network.reorgDepth,
  };
}

async function notFound(node: EosNode, options: EosReaderOptions, subject: ChainSubject): Promise<ReadTransaction> {
  const { transactionId: id, blocks = [] } = subject;
  const named = await Promise.all(blocks.map(({ number }) => node.block(number)));
  for (const block of named) {
    const found = block?.irreversible === true && block.transactions.find((one) => one.id === id);
    if (block && found) return read(found, block, options, subject);
  }
  const hasNamed = named.length > 0 && named.every((block) => block?.irreversible === true);
  if (hasNamed || (await node.block(firstTraced)) !== undefined) return { status: 'absent' };
  const reason = 'the node finds no such transaction, and does not keep the traces of all blocks';
  return { status: 'unknown', reason: `${reason}; ask one with a longer history` };
}
