import type { Statement } from './statement.ts';

/**
 * What fixes a position, and so where it can be compared:
 * - `transaction`: the same in each block that may hold the transaction, whoever reports it (`native`, `out:N`, outer `ix:N`);
 * - `block`: within one block hash, whoever reports it (`log:N`, `event:N`, `trace:...`, inner `ix:N.M`);
 * - `provider`: a provider's private id (`transfer:...`): it distinguishes that provider's own rows, and nothing
 *   else.
 */
export type PositionScope = 'transaction' | 'block' | 'provider';

export interface Position {
  text: string;
  /** Only positions of one vocabulary distinguish rows: `native` and `trace:0` may be two names of one movement. */
  vocabulary: string;
  scope: PositionScope;
}

const vocabularies: readonly { pattern: RegExp; vocabulary: string; scope: PositionScope }[] = [
  { pattern: /^native$/, vocabulary: 'native', scope: 'transaction' },
  { pattern: /^out:\d+$/, vocabulary: 'out', scope: 'transaction' },
  { pattern: /^ix:\d+$/, vocabulary: 'ix', scope: 'transaction' },
  { pattern: /^ix:\d+\.[\d.]+$/, vocabulary: 'inner ix', scope: 'block' },
  { pattern: /^log:\d+$/, vocabulary: 'log', scope: 'block' },
  { pattern: /^event:\d+$/, vocabulary: 'event', scope: 'block' },
  { pattern: /^trace:.+$/, vocabulary: 'trace', scope: 'block' },
];

const known = new Map<string, Position>();
// Positions are few and come again; what a hostile sender invents must not be kept for ever.
const maxKnown = 10_000;

/** The position of that text. One outside the vocabulary is the provider's own. */
export function readPosition(text: string): Position {
  const found = known.get(text);
  if (found) return found;
  const { vocabulary = text.split(':', 1)[0] ?? '', scope = 'provider' } =
    vocabularies.find(({ pattern }) => pattern.test(text)) ?? {};
  const position: Position = { text, vocabulary, scope };
  if (known.size < maxKnown) known.set(text, position);
  return position;
}

export function positionScope(text: string): PositionScope {
  return readPosition(text).scope;
}

/** Whether the position distinguishes this row from others in every block: the transaction fixes it. */
export function isFixedByTransaction({ position }: Statement): boolean {
  return position !== undefined && positionScope(position) === 'transaction';
}

/** Whether the row names its place on the chain, so that other providers' rows can be compared with it. */
export function isPlaced({ position }: Statement): boolean {
  return position !== undefined && positionScope(position) !== 'provider';
}

/**
 * Where on the chain a row says it is: `text` among the positions that compare with it. Undefined if it names no position, the
 * provider's own, or one that only a block fixes and no block.
 */
export function placeOf({ position, blockHash }: Statement): { among: string; text: string } | undefined {
  if (position === undefined) return undefined;
  const { vocabulary, scope, text } = readPosition(position);
  if (scope === 'provider' || (scope === 'block' && blockHash === undefined)) return undefined;
  return { among: scope === 'block' ? `${vocabulary} ${blockHash}` : vocabulary, text };
}

/**
 * Whether rows of two providers are two transfers for certain: both name positions of one vocabulary, and different ones.
 * What only a block fixes compares within one block hash.
 */
export function areToldApart(one: Statement, other: Statement): boolean {
  const [a, b] = [placeOf(one), placeOf(other)];
  return a !== undefined && b !== undefined && a.among === b.among && a.text !== b.text;
}
