import { ensure } from '../util/maps.ts';
import { type Depth, meets, noDepth } from './fold-rules.ts';
import type { BlockReport, Reporter } from './reporter.ts';
import { isOneDeeper, type Rivals, rivalsAmong } from './rivals.ts';
import type { Statement } from './statement.ts';

/** What one provider reports of one amount in one block. */
export interface AmountInBlock {
  reporter: Reporter;
  report: BlockReport;
  key: string;
  own: readonly Statement[];
  confirmations: number;
}

/**
 * A provider that names no positions, reports an amount, and then reports another amount deeper in the same block by another
 * event, may have corrected itself: the block's confirmations do not count for the first amount, which waits for its own.
 * How deep is asked plays no part in which of them is the deeper: a policy that asks for more credits nothing.
 */
export function isOvertaken({ reporter, report, key, own, confirmations }: AmountInBlock): boolean {
  if (own.some(({ position }) => position !== undefined)) return false;
  const depth = report.depthByKey.get(key) ?? noDepth;
  if (meets(depth, confirmations)) return false;
  // Most often nothing is deeper, and a block may hold thousands of amounts.
  const mayBeInBlock = isDeeper(report.depthOfAny, depth);
  const mayBeOutside = isDeeper(reporter.unplacedDepth, depth);
  if (!mayBeInBlock && !mayBeOutside) return false;
  const events = new Set(own.map(({ eventId }) => eventId));
  return (
    (mayBeInBlock && isOneDeeper(rivalsIn(report), depth, key, events)) ||
    (mayBeOutside && isOneDeeper(rivalsOutside(reporter), depth, key, events))
  );
}

// Sorted once: each amount of a block asks, and there may be thousands.
const inBlock = new WeakMap<BlockReport, Rivals>();
const outside = new WeakMap<Reporter, Rivals>();

function rivalsIn(report: BlockReport): Rivals {
  return ensure(inBlock, report, () =>
    rivalsAmong(report.statements.map((one) => ({ ...one, depth: report.depthByKey.get(one.key) ?? noDepth }))),
  );
}

function rivalsOutside(reporter: Reporter): Rivals {
  return ensure(outside, reporter, () => rivalsAmong(reporter.unplaced.filter(({ standing }) => standing !== 'dead')));
}

function isDeeper(one: Depth, other: Depth): boolean {
  return (one.trusted && !other.trusted) || one.count > other.count;
}
