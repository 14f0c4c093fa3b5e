import type { CanonicalAccount } from '../../networks/network.ts';
import type { ChainBlock, ChainName, ChainRow, ChainSubject, ChainTransfer } from './chain-check.ts';

/**
 * One node of one chain, asked in the same way whatever the chain is: the chain check and `reconcile` stand on it. Each
 * function rejects when the node does not answer, or not with what was asked for.
 */
export interface ChainReader {
  /** The newest block, without rows. */
  head(): Promise<ReadBlock>;
  /** Number of the newest block that the network itself calls final; undefined if it calls none so. */
  finalized(): Promise<bigint | undefined>;
  /**
   * The block of this number in the chain as it is now; undefined if the chain has not come so far. Its rows are looked
   * for only if `isWanted` is given.
   */
  block(number: bigint, isWanted?: IsWanted): Promise<ReadBlock | NoBlock | undefined>;
  /** Looks up one transaction; `blocks` and `claims` of the subject say where it may be, and what matters of it. */
  transaction(subject: ChainSubject): Promise<ReadTransaction>;
  /** The transactions that a hash may mean, on a network on which it names none. */
  named?(name: ChainName): Promise<readonly NamedTransaction[]>;
}

/** A transaction that a hash may mean. */
export interface NamedTransaction {
  id: string;
  /** What it moved of the claimed asset to the claimed account, if that is known. */
  amount?: bigint;
}

/**
 * Why there is no block of a number below the newest one.
 *
 * - `skipped`: the chain has none, for certain.
 * - `unavailable`: this node does not keep it, or cannot say.
 */
export type NoBlock = 'skipped' | 'unavailable';

/** Whether transfers to an account, in canonical form, are to be told. */
export type IsWanted = (account: CanonicalAccount) => boolean | Promise<boolean>;

export interface ReadBlock extends ChainBlock {
  /** Undefined on a network whose blocks do not name it. */
  parentHash?: string;
  /** Epoch ms, as the block itself says. */
  time: number;
  /** Wanted transfers in the order of the chain, those of failed transactions too. */
  rows: readonly ReadTransfer[];
}

export interface ReadTransfer extends ChainTransfer {
  /** As in `MinedTransaction`. */
  spendableFrom?: number;
}

/**
 * What a node holds of a transaction.
 *
 * - `changed`: its answers contradict each other, as they do during a reorg; asking again helps.
 * - `unknown`: it cannot say.
 */
export type ReadTransaction =
  | { status: 'changed' | 'absent' | 'pending' }
  | { status: 'unknown'; reason: string }
  | MinedTransaction;

export interface MinedTransaction {
  status: 'mined';
  block: ChainBlock;
  success: boolean;
  /** Every movement that the node can see. */
  rows: readonly ChainRow[];
  /** Assets (CAIP-19) of which it may not see every row. */
  unseen: readonly string[];
  /** Confirmations from which on what it pays can be spent; fewer count as none. Default 1. */
  spendableFrom?: number;
  /** Confirmations that it has at least, on a network that counts none beyond finality. Default 0. */
  confirmationsAtLeast?: number;
}
