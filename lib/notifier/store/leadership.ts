import type { Sql } from './database.ts';

/** Which process reads which network: one at a time. */
export interface Leadership {
  /** The term in which this process reads a network; undefined while it does not. */
  term(network: string): number | undefined;
  /** Whether this process sends the heartbeats. */
  isBeating(): boolean;
  /**
   * Inside a write transaction: rejects with `TermOver` unless the term lasts. Until the end of the transaction no other process can
   * begin one.
   */
  fence(sql: Sql, network: string, term: number): Promise<void>;
  /** Looks once what there is to take, or to give to others. */
  look(): Promise<void>;
  close(): void;
}

/** A step that came too late: another process reads the network. It has changed nothing. */
export class TermOver extends Error {
  constructor(network: string) {
    super(`Another process reads ${network} now`);
    this.name = 'TermOver';
  }
}

/** Of a process that has its database to itself. */
export const soleLeadership: Leadership = {
  term: () => 0,
  isBeating: () => true,
  fence: () => Promise.resolve(),
  look: () => Promise.resolve(),
  close() {},
};
