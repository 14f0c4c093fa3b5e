/**
 * A check of one network against your own nodes: what the chain itself says of a transaction. `evmChain()` makes one
 * for EVM networks; write your own for any other. Without one, deposits of that network rest on the providers'
 * reports. Each call has a time limit.
 */
export interface ChainCheck {
  /** CAIP-2, for example `eip155:1`. */
  readonly network: string;
  /** The newest block. Rejects when no node, or no quorum of nodes, answers. */
  head(): Promise<ChainHead>;
  /** Looks up one transaction on the chain. Never rejects because a node fails: that is `unknown`. */
  check(subject: ChainSubject): Promise<ChainVerdict>;
  /**
   * Hashes of those blocks that the chain does not hold; a height that the nodes have not reached says nothing. It
   * spares looking up each transaction at each new block; absent, each is looked up. Rejects when the nodes cannot say.
   */
  gone?(blocks: readonly ChainBlock[]): Promise<readonly string[]>;
  /**
   * Every transfer to accounts of ours in a range of blocks, block by block from the lowest, for `reconcile`. Absent if
   * the nodes cannot search. Rejects when a block cannot be read, with `BLOCK_UNAVAILABLE` if no node keeps it: nothing is
   * passed over in silence.
   */
  transfersTo?(query: ChainQuery): AsyncIterable<ChainBlockTransfers>;
  /**
   * The first block whose own time is at or after `time` (epoch ms); one above the newest if there is none yet. Absent if the blocks
   * do not say when they were made. Rejects with `BLOCK_UNAVAILABLE` if the nodes do not keep blocks that old.
   */
  blockAt?(time: number): Promise<bigint>;
  /**
   * The transaction that a hash means, on a network on which a hash alone names none (Polkadot, Kusama, TON): the one that makes
   * the claimed transfer. Undefined if the nodes find none, or several. Absent if they cannot look a hash up. Rejects when no node answers.
   */
  named?(name: ChainName): Promise<string | undefined>;
  /** Closes what it opened. */
  close?(): void | Promise<void>;
}

/** A block of a chain: its number and hash. */
export interface ChainBlock {
  number: bigint;
  /** Canonical for the network (EVM: lower-case hex). */
  hash: string;
}

/** The newest block of a chain, as a check sees it. */
export interface ChainHead extends ChainBlock {
  parentHash?: string;
  /** Number of the newest block that the network itself calls final, if it has finality. */
  finalized?: bigint;
}

/** A transaction to look up. */
export interface ChainSubject {
  /** Canonical for the network. */
  transactionId: string;
  /** Blocks that somebody said hold it: the verdict names those that the chain does not hold. */
  blocks?: readonly ChainBlock[];
  /** The block in which it was just read, for nodes that find a transaction by its block alone. */
  foundIn?: ChainBlock;
  /** The reported transfers, so that a check can skip what nobody asks for, such as a trace of internal calls. */
  claims?: readonly ChainClaim[];
}

/** A transfer that a provider has reported, for the check to compare with the chain. */
export interface ChainClaim {
  /** CAIP-19. */
  asset: string;
  /** Canonical for the network. */
  to: string;
  /** Smallest units. */
  amount: bigint;
  /** Where a provider says that it stands in the transaction, for example `out:1`. */
  position?: string;
}

/** A transaction as somebody names it who knows only its hash. */
export interface ChainName {
  /** As it is written. */
  hash: string;
  /** The block that is said to hold it, as far as that is said. */
  block?: Partial<ChainBlock>;
  /** The transfer that it is said to make. */
  claim: ChainClaim;
}

/**
 * The answer of a check on one transaction.
 *
 * - `unknown`: the nodes cannot say (no answer, disagreement, a chain that changes during the check). Nothing follows
 *   from it but what its `removed` names, if it has any.
 * - `absent`: no block of the chain contains the transaction, and no node has it pending.
 * - `pending`: a node has it pending.
 * - `mined`: a block of the chain contains it, whether it succeeded or not.
 */
export type ChainVerdict =
  | { status: 'unknown'; reason: string; removed?: readonly string[] }
  | { status: 'absent' | 'pending'; head: bigint; removed: readonly string[] }
  | MinedVerdict;

/** The answer for a mined transaction: its block, its confirmations and every asset movement in it. */
export interface MinedVerdict {
  status: 'mined';
  /** Whether the transaction succeeded; a failed one moves nothing. */
  success: boolean;
  block: ChainBlock;
  /** 1 for the newest block; 0 before `spendableAt`. */
  confirmations: number;
  /** The block from which on what it pays can be spent, if that is later than its own (the reward of a miner). */
  spendableAt?: bigint;
  /** Whether the network itself calls the block final; false if it has no such notion. */
  finalized: boolean;
  /** Every movement of an asset in the transaction that the nodes can see, in the order of the chain. */
  rows: readonly ChainRow[];
  /** Assets (CAIP-19) of which the nodes may not see every row: a claim of them is neither confirmed nor denied. */
  unseen: readonly string[];
  /** Hashes among the blocks asked for that the chain does not hold. */
  removed: readonly string[];
}

/** One movement of an asset; its position tells it apart from equal ones. */
export interface ChainRow {
  /** CAIP-19. */
  asset: string;
  from?: string;
  /** Canonical for the network. */
  to: string;
  /** Smallest units. */
  amount: bigint;
  /**
   * Whether the amount is known to be what arrived, and not only what was sent. It is needed where the two may differ: on the XRP
   * Ledger, and for assets that the policy lists with `balanceDelta`. Default false.
   */
  delivered?: boolean;
  memo?: string;
  /** `native`, `log:N`, `trace:N.M`, ...: see the positions of DESIGN docs/rules.md#positions in `docs/architecture.md`. */
  position: string;
}

/** A range of blocks to search for transfers to your accounts. */
export interface ChainQuery {
  fromBlock: bigint;
  /** Inclusive. */
  toBlock: bigint;
  isOurs(account: { network: string; address: string; memo?: string }): boolean | Promise<boolean>;
}

/** The transfers to your accounts in one block. */
export interface ChainBlockTransfers {
  block: ChainBlock;
  /** Hash of the block before it, by which a reorg during a search is seen; absent on a network whose blocks do not name it. */
  parentHash?: string;
  transfers: readonly ChainTransfer[];
}

/** An asset movement with the transaction that made it. */
export interface ChainTransfer extends ChainRow {
  transactionId: string;
  /** Whether its transaction succeeded. */
  success: boolean;
}
