import type { DepositRecord } from '../deposits/deposit.ts';
import { canonicalAddress } from '../networks/address.ts';
import type { Store } from '../stores/store.ts';

/** Whose money the audit plays with: an account of the service's own, for tests. */
export interface Account {
  /** CAIP-2 of an EVM network. */
  network: string;
  /** CAIP-19. */
  asset: string;
  to: string;
  /** Smallest units; each probe adds a few of its own, so that its deposits can be recognized. */
  amount: bigint;
  /** As many as the policy asks for, and fewer than make a block final, so that all can be taken back. */
  confirmations: number;
}

/** What was credited, as the store has it. */
export interface State {
  readonly account: Account;
  /** Deposits to `to` (default: the account) that are credited and have this transaction or this amount. */
  credited(sought: { hash: string; amount: bigint; to?: string }): Promise<readonly DepositRecord[]>;
  /** Whom the log names as the sender of a delivery. */
  senderOf(deliveryId: string, since: number): Promise<string | undefined>;
}

export function createState(store: Store, account: Account): State {
  return {
    account,
    async credited({ hash, amount, to = account.to }) {
      const found = await store.deposits({ to: canonicalAddress(account.network, to), limit: 1_000 });
      const id = hash.toLowerCase();
      return found.filter(
        (one) => one.status === 'confirmed' && (one.transaction.id.toLowerCase() === id || one.amount === amount),
      );
    },
    async senderOf(deliveryId, since) {
      const found = await store.callbacks({ since: since - 60_000, limit: 1_000 });
      return found.find((one) => one.deliveryId === deliveryId)?.remoteAddress;
    },
  };
}
