import type { Store } from '../../stores/store.ts';

/** A clock that stands still until it is moved, in epoch ms. */
export interface StoreClock {
  now(): number;
  advance(ms: number): void;
}

/** A store over fresh data, opened and ready. */
export interface StoreUnderTest {
  store: Store<unknown>;
  /** A second store over the same data, as another process would open it. Default: the same store. */
  another?(): Promise<Store<unknown>>;
  /** Closes the store and opens it again over the same data. A durable store must have it. */
  reopen?(): Promise<Store<unknown>>;
  /** Marks the data as written by a newer version, if there is something to mark; `reopen` is then to be refused. */
  makeNewer?(): Promise<void>;
  /** Closes what is open and removes the data. */
  close(): Promise<void>;
}

/** One thing that every store must do. */
export interface StoreCase {
  name: string;
  run(under: StoreUnderTest, clock: StoreClock): Promise<void>;
}
