/** What the entry of every chain gives beside its own function and options. */
export type {
  ChainBlock,
  ChainBlockTransfers,
  ChainCheck,
  ChainClaim,
  ChainHead,
  ChainName,
  ChainQuery,
  ChainRow,
  ChainSubject,
  ChainTransfer,
  ChainVerdict,
  MinedVerdict,
} from './chain-check.ts';
export type { NodeQuorum } from './nodes.ts';
