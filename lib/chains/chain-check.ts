/**
 * What the chain itself says of one network, asked of the service's own nodes. A user may write one for a network that
 * is not EVM; without one, deposits of that network rest on the providers' word. Each call is bounded in time.
 */
export interface ChainCheck {
  /** CAIP-2, for example `eip155:1`. */
  readonly network: string;
  /** The newest block. Rejects when no node, or no quorum of nodes, answers. */
  head(): Promise<ChainHead>;
  /** What the chain holds of one transaction. Never rejects for the node's trouble: that is `unknown`. */
  check(subject: ChainSubject): Promise<ChainVerdict>;
  /**
   * Hashes of those blocks that the chain does not hold; a height that the nodes have not reached says nothing. It
   * spares looking up each transaction at each new block; absent, each is looked up. Rejects when the nodes cannot say.
   */
  gone?(blocks: readonly ChainBlock[]): Promise<readonly string[]>;
  /**
   * Every transfer to accounts of ours in a range of blocks, block by block from the lowest, for `reconcile`. Absent
   * where the nodes cannot search. Rejects when a block cannot be read: nothing is passed over in silence.
   */
  transfersTo?(query: ChainQuery): AsyncIterable<ChainBlockTransfers>;
  /** Closes what it opened. */
  close?(): void | Promise<void>;
}

export interface ChainBlock {
  number: bigint;
  /** Canonical for the network (EVM: lower-case hex). */
  hash: string;
}

export interface ChainHead extends ChainBlock {
  parentHash?: string;
  /** Number of the newest block that the network itself calls final, where it does. */
  finalized?: bigint;
}

/** What to look up. */
export interface ChainSubject {
  /** Canonical for the network. */
  transactionId: string;
  /** Blocks that somebody said hold it: the verdict names those that the chain does not hold. */
  blocks?: readonly ChainBlock[];
  /** What was claimed: lets a check spare what nobody asks for, such as a trace of internal calls. */
  claims?: readonly ChainClaim[];
}

export interface ChainClaim {
  /** CAIP-19. */
  asset: string;
  /** Canonical for the network. */
  to: string;
  /** Smallest units. */
  amount: bigint;
}

/**
 * - `unknown`: the nodes cannot say (no answer, disagreement, a chain that is changing under the question). Nothing
 *   follows from it.
 * - `absent`: no block on the chain holds it, and no node has it waiting; `pending`: a node has it waiting.
 * - `mined`: a block of the chain holds it, whether it succeeded or not.
 */
export type ChainVerdict =
  | { status: 'unknown'; reason: string }
  | { status: 'absent' | 'pending'; head: bigint; removed: readonly string[] }
  | MinedVerdict;

export interface MinedVerdict {
  status: 'mined';
  /** Whether the transaction succeeded; a failed one moves nothing. */
  success: boolean;
  block: ChainBlock;
  /** 1 for the newest block. */
  confirmations: number;
  /** Whether the network itself calls the block final; false where it has no such notion. */
  finalized: boolean;
  /** Every movement of an asset in the transaction that the nodes can see, in the order of the chain. */
  rows: readonly ChainRow[];
  /** Assets (CAIP-19) of which the nodes may not see every row: a claim of them is neither confirmed nor denied. */
  unseen: readonly string[];
  /** Hashes among the blocks asked for that the chain does not hold. */
  removed: readonly string[];
}

/** One movement of an asset, told apart from its equals by its position. */
export interface ChainRow {
  /** CAIP-19. */
  asset: string;
  from?: string;
  /** Canonical for the network. */
  to: string;
  /** Smallest units. */
  amount: bigint;
  memo?: string;
  /** `native`, `log:N`, `trace:N.M`, ...: see the positions of DESIGN docs/rules.md#positions in `docs/architecture.md`. */
  position: string;
}

export interface ChainQuery {
  fromBlock: bigint;
  /** Inclusive. */
  toBlock: bigint;
  isOurs(account: { network: string; address: string; memo?: string }): boolean | Promise<boolean>;
}

export interface ChainBlockTransfers {
  block: ChainBlock;
  transfers: readonly ChainTransfer[];
}

export interface ChainTransfer extends ChainRow {
  transactionId: string;
  /** Whether its transaction succeeded. */
  success: boolean;
}
