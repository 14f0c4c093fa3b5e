import type { Transfer } from '../deposits/transfer.ts';
import type { Reading } from './provider.ts';

const nothing = { transfers: [], removals: [] } as const;

/** What is no deposit, or nothing that this package knows. */
export const unknown: Reading = { kind: 'unknown', ...nothing };

/** The provider's test of the URL. */
export const ping: Reading = { kind: 'ping', ...nothing };

export function transfersOf(...transfers: readonly Transfer[]): Reading {
  return { kind: 'transfers', transfers, removals: [] };
}
