import { chainProvider } from '../../deposits/fold-rules.ts';
import type { StoredStatement } from '../../deposits/statement.ts';
import type { TransactionState } from '../../deposits/transaction-state.ts';
import type { Recorder } from '../../ingest/recorder.ts';
import type { CompiledPolicy } from '../../policy/compile-policy.ts';
import type { Store } from '../../stores/store.ts';
import type { ChainBlock, ChainCheck, ChainVerdict, MinedVerdict } from '../kit/chain-check.ts';
import { blocksIn, chainStatements, nextCheck, subjectOf } from './chain-statements.ts';

export interface ConfirmParts {
  store: Store;
  recorder: Recorder;
  policy(): CompiledPolicy;
  now(): number;
}

/** What asking the chain about one transaction came to. */
export interface Confirmed {
  verdict: ChainVerdict;
  /** Statements that were new. */
  added: readonly StoredStatement[];
  /** Whether the transaction was known before from a provider. */
  wasReported: boolean;
  /** Blocks that are said to hold it. */
  blocks: readonly ChainBlock[];
  /** The number of the block with which to ask again; undefined once all is settled or while it is in no block. */
  nextAt?: bigint;
}

/** A transaction to ask about. */
export interface Asked {
  key: string;
  transactionId: string;
  /** The block in which it was just read. */
  foundIn?: ChainBlock;
}

/** Asks the chain about one transaction and records what is new of it. Rejects when the store cannot take it. */
export async function confirmTransaction(
  chain: ChainCheck,
  { key, transactionId, foundIn }: Asked,
  { store, recorder, policy, now }: ConfirmParts,
): Promise<Confirmed> {
  const [state] = await store.load([key]);
  const known: TransactionState = state ?? { key, version: 0, statements: [], deposits: [], facts: [], decisions: [] };
  const verdict = await chain.check(subjectOf(known, transactionId, foundIn));
  const { network } = chain;
  const added = await chainStatements(known, network, transactionId, verdict, { policy: policy(), now: now() });
  if (added.length > 0) await recorder.reassess(key, { statements: added });
  const after = { ...known, statements: [...known.statements, ...added] };
  const nextAt = verdict.status === 'mined' ? nextBlock(after, network, verdict, policy()) : undefined;
  return {
    verdict,
    added,
    wasReported: known.statements.some((one) => one.provider !== chainProvider),
    blocks: blocksIn(after),
    ...(nextAt === undefined ? {} : { nextAt }),
  };
}

function nextBlock(
  state: TransactionState,
  network: string,
  verdict: MinedVerdict,
  policy: CompiledPolicy,
): bigint | undefined {
  const next = nextCheck(state, network, verdict, policy);
  if (next === undefined) return undefined;
  const number = verdict.block.number + BigInt(next.confirmations) - 1n;
  const { spendableAt = 0n } = verdict;
  return verdict.confirmations === 0 && number < spendableAt ? spendableAt : number;
}
