import type { Asset, Customer } from '../accounts.ts';

/** Money on its way to a customer of the exchange. */
export interface Payment {
  to: Customer;
  asset: Asset;
  /** Smallest units. */
  units: bigint;
}

/** Who pays, and tells the exchange by signed callbacks. */
export interface Wallet {
  /** `chain`: a local chain, read by the notifier. `signed`: callbacks alone, with no chain behind them. */
  readonly kind: 'chain' | 'signed';
  /** The callbacks' signing secret, `whsec_...`. */
  readonly secret: string;
  /** Resolves when the payment is sent; its callbacks come by themselves. */
  pay(payment: Payment): Promise<void>;
  /** The newest block, if there is a chain. */
  height(): number | undefined;
  close(): Promise<void>;
}
