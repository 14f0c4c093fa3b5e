import { invalidOption } from '../../errors.ts';
import type { ChainCheck } from '../kit/chain-check.ts';
import { createBlockPace } from './block-pace.ts';
import {
  isSearchable,
  type RecordBlocksParts,
  type RecordedBlock,
  recordBlocks,
  type SearchableChain,
} from './record-blocks.ts';
import { type ResumedRun, resumeRun } from './resumed-run.ts';

export interface ReconcileQuery {
  /** CAIP-2, or a name, of a network that has a chain check. */
  network: string;
  fromBlock: bigint;
  /** Inclusive. Default: the newest block. */
  toBlock?: bigint;
  /** Ends it early; what was found until then stays recorded. */
  signal?: AbortSignal;
  /** Blocks that are read in a minute at the most. Default: as many as the node gives. */
  blocksPerMinute?: number;
  /**
   * Keeps in the store how far it has come until it is complete, and goes on from there if an earlier one that began with the same block
   * was ended; `'anew'` begins with the first block all the same. Default false.
   */
  resume?: boolean | 'anew';
  /** Called after each block. */
  onProgress?(progress: ReconcileProgress): void;
}

/** How far a `reconcile` has come. */
export interface ReconcileProgress {
  /** The first block that this run reads. */
  firstBlock: bigint;
  toBlock: bigint;
  /** The newest block that was read. */
  block: bigint;
  /** Transactions found that nobody had reported. */
  missed: number;
}

export interface Reconciled {
  fromBlock: bigint;
  toBlock: bigint;
  /** With `resume`: the block from which it went on, if it was not the first. */
  resumedAt?: bigint;
  /** The first block that was not read, if `signal` ended it. */
  stoppedBefore?: bigint;
  /** Transfers to accounts of ours in those blocks, failed and unlisted ones too. */
  transfers: number;
  /** Transactions of which no provider had said anything, and of which statements were recorded now. */
  missed: readonly { transactionId: string; block: bigint }[];
}

export interface Reconciler {
  /**
   * Reads a range of blocks for transfers to our accounts, and records those that no callback reported as said by the
   * provider `chain`; each is credited as the policy says, once, also when its callback comes later. Rejects with
   * `BLOCK_UNAVAILABLE` if no node keeps a block, and with `REQUEST_FAILED` if one cannot be read: run it again from that block.
   */
  reconcile(query: ReconcileQuery): Promise<Reconciled>;
}

export interface ReconcilerParts extends RecordBlocksParts {
  chains: readonly ChainCheck[];
}

const saveEveryMs = 1_000;

export function createReconciler({ chains, ...parts }: ReconcilerParts): Reconciler {
  const searchable = (name: string): SearchableChain => {
    const network = parts.policy().networks.find(name)?.id ?? name;
    const chain = chains.find((one) => one.network === network);
    if (chain && isSearchable(chain)) return chain;
    throw invalidOption('network', `${name} has no chain check that can search blocks`);
  };
  return {
    async reconcile({ network: name, fromBlock, toBlock, resume = false, ...options }) {
      const chain = searchable(name);
      const { network } = chain;
      const last = toBlock ?? (await chain.head()).number;
      if (fromBlock < 0n || fromBlock > last)
        throw invalidOption('fromBlock', `must be from 0 to ${last}, the last block`);
      const range = { network, fromBlock, toBlock: last };
      const run = resume === false ? undefined : await resumeRun(parts, range, resume === 'anew');
      const found = await readRange(chain, { fromBlock, toBlock: last, run, ...options }, parts);
      if (found.stoppedBefore === undefined) await run?.done();
      return found;
    },
  };
}

interface Range extends Pick<ReconcileQuery, 'fromBlock' | 'signal' | 'blocksPerMinute' | 'onProgress'> {
  toBlock: bigint;
  run: ResumedRun | undefined;
}

async function readRange(
  chain: SearchableChain,
  { fromBlock, toBlock, run, signal, blocksPerMinute = Number.POSITIVE_INFINITY, onProgress }: Range,
  parts: RecordBlocksParts,
): Promise<Reconciled> {
  let block: RecordedBlock['block'] = run?.block ?? { number: fromBlock - 1n };
  const firstBlock = block.number + 1n;
  const missed: { transactionId: string; block: bigint }[] = [];
  let transfers = 0;
  const range = { chain, fromBlock: firstBlock, toBlock, parentHash: block.hash, lowest: fromBlock, signal };
  const pace = createBlockPace(blocksPerMinute);
  pace.begin();
  let savedAt = performance.now();
  try {
    for await (const step of recordBlocks(range, parts)) {
      block = step.block;
      transfers += step.transfers;
      missed.push(...step.missed.map((transactionId) => ({ transactionId, block: step.block.number })));
      onProgress?.({ firstBlock, toBlock, block: block.number, missed: missed.length });
      if (performance.now() - savedAt >= saveEveryMs) {
        await run?.save(block);
        savedAt = performance.now();
      }
      await pace.rest(signal);
    }
  } catch (error) {
    await run?.save(block);
    throw error;
  }
  const found = { fromBlock, toBlock, ...(firstBlock > fromBlock && { resumedAt: firstBlock }), transfers, missed };
  if (!signal?.aborted || block.number >= toBlock) return found;
  await run?.save(block);
  return { ...found, stoppedBefore: block.number + 1n };
}
