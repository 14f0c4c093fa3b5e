import { transactionKey } from '../../deposits/identity.ts';
import { DepositCallbackError } from '../../errors.ts';
import type { ChainBlockTransfers, ChainCheck } from '../kit/chain-check.ts';
import { type ConfirmParts, confirmTransaction } from './confirm-transaction.ts';

/** A chain check whose nodes can search blocks. */
export type SearchableChain = ChainCheck & Required<Pick<ChainCheck, 'transfersTo'>>;

export function isSearchable(chain: ChainCheck): chain is SearchableChain {
  return chain.transfersTo !== undefined;
}

export interface BlockRange {
  chain: SearchableChain;
  fromBlock: bigint;
  /** Inclusive. */
  toBlock: bigint;
  /** Of the block before the first, if it is known: another parent of the first is a reorg. */
  parentHash?: string | undefined;
  /** No reorg leads back behind this block. */
  lowest: bigint;
  /** Ends it before the next block. */
  signal?: AbortSignal | undefined;
}

/** How far a range has been recorded. */
export interface RecordedBlock {
  /** What every block of the range up to this one holds is recorded. After a reorg it is lower than before, without a hash. */
  block: { number: bigint; hash?: string };
  /** Transfers to accounts of ours in it. */
  transfers: number;
  /** Its transactions of which no provider had said anything, and of which statements were recorded now. */
  missed: readonly string[];
}

export interface RecordBlocksParts extends ConfirmParts {
  /** Called when events may be due. */
  wake(): void;
}

/** A node that answers now from one fork and now from another would lead back for ever. */
const mostReorgs = 10;

/**
 * Reads blocks one by one and records what each holds before it gives it. A block that does not stand on the one that was read
 * before it shows a reorg: it is read again from as far back as a reorg may reach. Rejects if a block cannot be read, or the store cannot take it.
 */
export async function* recordBlocks(
  { chain, toBlock, lowest, signal, ...range }: BlockRange,
  parts: RecordBlocksParts,
): AsyncGenerator<RecordedBlock> {
  const { isOurs, networks } = parts.policy();
  const depth = BigInt(networks.require(chain.network).reorgDepth);
  let { fromBlock, parentHash } = range;
  for (let reorgs = 0; fromBlock <= toBlock; reorgs += 1) {
    let forked: bigint | undefined;
    for await (const found of chain.transfersTo({ fromBlock, toBlock, isOurs })) {
      if (signal?.aborted) return;
      const { block } = found;
      if (parentHash !== undefined && found.parentHash !== undefined && found.parentHash !== parentHash) {
        forked = block.number;
        break;
      }
      yield { block, transfers: found.transfers.length, missed: await recordBlock(chain, found, parts) };
      parentHash = block.hash;
    }
    if (forked === undefined) return;
    if (reorgs === mostReorgs)
      throw new DepositCallbackError('REQUEST_FAILED', `The chain changes while block ${forked} is being read`);
    fromBlock = forked - depth > lowest ? forked - depth : lowest;
    parentHash = undefined;
    yield { block: { number: fromBlock - 1n }, transfers: 0, missed: [] };
  }
}

async function recordBlock(
  chain: SearchableChain,
  { block, transfers }: ChainBlockTransfers,
  { wake, ...parts }: RecordBlocksParts,
): Promise<string[]> {
  const { network } = chain;
  const missed: string[] = [];
  for (const transactionId of new Set(transfers.map((one) => one.transactionId))) {
    const key = transactionKey({ network, transactionId, asset: '', to: '' });
    const { verdict, added, wasReported } = await confirmTransaction(
      chain,
      { key, transactionId, foundIn: block },
      parts,
    );
    if (verdict.status === 'unknown') {
      const what = `Block ${block.number} cannot be reconciled: ${verdict.reason}`;
      throw new DepositCallbackError('REQUEST_FAILED', what);
    }
    if (added.length > 0) wake();
    if (added.length > 0 && !wasReported) missed.push(transactionId);
  }
  return missed;
}
