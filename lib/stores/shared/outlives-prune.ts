import type { Statement } from '../../deposits/statement.ts';

/**
 * Whether a statement keeps its transaction in the store when nothing was reported of it: without it, an older word
 * that comes again would be believed. Delivered events, and operators' decisions, keep it too.
 */
export function outlivesPrune({ kind }: Pick<Statement, 'kind'>): boolean {
  return kind === 'removed' || kind === 'failed';
}
