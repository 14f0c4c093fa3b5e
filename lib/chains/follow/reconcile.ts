import { transactionKey } from '../../deposits/identity.ts';
import { DepositCallbackError, invalidOption } from '../../errors.ts';
import type { ChainCheck, ChainTransfer } from '../kit/chain-check.ts';
import { type ConfirmParts, confirmTransaction } from './confirm-transaction.ts';

export interface ReconcileQuery {
  /** CAIP-2 of a network that has a chain check. */
  network: string;
  fromBlock: bigint;
  /** Inclusive. Default: the newest block. */
  toBlock?: bigint;
  /** Ends it early; what was found until then stays recorded. */
  signal?: AbortSignal;
}

export interface Reconciled {
  fromBlock: bigint;
  toBlock: bigint;
  /** Transfers to accounts of ours in those blocks, failed and unlisted ones too. */
  transfers: number;
  /** Transactions of which no provider had said anything, and of which statements were recorded now. */
  missed: readonly { transactionId: string; block: bigint }[];
}

export interface Reconciler {
  /**
   * Reads a range of blocks for transfers to our accounts, and records those that no callback reported as said by the
   * provider `chain`; each is credited as the policy says, once, also when its callback comes later. Rejects with
   * `REQUEST_FAILED` if a block cannot be read: run it again from that block.
   */
  reconcile(query: ReconcileQuery): Promise<Reconciled>;
}

export interface ReconcilerParts extends ConfirmParts {
  chains: readonly ChainCheck[];
  /** Called when events may be due. */
  wake(): void;
}

export function createReconciler({ chains, wake, ...parts }: ReconcilerParts): Reconciler {
  const byNetwork = new Map(chains.map((chain) => [chain.network, chain]));

  return {
    async reconcile({ network, fromBlock, toBlock, signal }) {
      const chain = byNetwork.get(network);
      if (!chain?.transfersTo) throw invalidOption('network', `${network} has no chain check that can search blocks`);
      const last = toBlock ?? (await chain.head()).number;
      if (fromBlock < 0n || fromBlock > last)
        throw invalidOption('fromBlock', `must be from 0 to ${last}, the last block`);
      const missed: { transactionId: string; block: bigint }[] = [];
      let transfers = 0;
      const isOurs = parts.policy().isOurs;
      for await (const found of chain.transfersTo({ fromBlock, toBlock: last, isOurs })) {
        if (signal?.aborted)
          throw new DepositCallbackError('REQUEST_FAILED', `Stopped before block ${found.block.number}`);
        transfers += found.transfers.length;
        for (const transactionId of transactionsOf(found.transfers)) {
          const key = transactionKey({ network, transactionId, asset: '', to: '' });
          const { verdict, added, wasReported } = await confirmTransaction(
            chain,
            { key, transactionId, foundIn: found.block },
            parts,
          );
          if (verdict.status === 'unknown') {
            throw new DepositCallbackError(
              'REQUEST_FAILED',
              `Block ${found.block.number} cannot be reconciled: ${verdict.reason}`,
            );
          }
          if (added.length > 0) wake();
          if (added.length > 0 && !wasReported) missed.push({ transactionId, block: found.block.number });
        }
      }
      return { fromBlock, toBlock: last, transfers, missed };
    },
  };
}

function transactionsOf(transfers: readonly ChainTransfer[]): Set<string> {
  return new Set(transfers.map((one) => one.transactionId));
}
