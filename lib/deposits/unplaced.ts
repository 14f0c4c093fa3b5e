import { push } from '../util/maps.ts';
import { newestElsewhere, type Reporter } from './reporter.ts';
import { isNewer, type Times, withTime } from './times.ts';

/** Gives each statement without a block its standing, as far as its own provider's statements decide it. */
export function settleUnplaced(reporter: Reporter): void {
  const removed = reporter.removedAnywhere;
  if (removed) reporter.removalStands = !isNewer(newestSpoken(reporter), removed);
  const placed = newestElsewhere(reporter, undefined);
  const blockRemoved = standingRemovals(reporter);
  const hasLiveBlock = [...reporter.blocks.values()].some((report) => report.live);
  let saysMore = false;
  for (const one of reporter.unplaced) {
    const { at } = one.statement;
    const isBeforeRemoval = removed !== undefined && !isNewer(at, removed);
    const failed = reporter.failedAmounts?.get(one.key);
    const hasFailed = failed !== undefined && !isNewer(at, failed);
    const mayBeRemoved = blockRemoved !== undefined && !isNewer(at, blockRemoved);
    // Its newer word with a hash ends it; and once a removal without one has ended, what was said before that.
    const isOver = (at !== undefined && placed > at) || (isBeforeRemoval && !reporter.removalStands);
    if (isOver || reporter.corrected.has(one.statement)) one.standing = 'dead';
    else if (isBeforeRemoval || mayBeRemoved || hasFailed) one.standing = 'held';
    if (one.standing !== 'dead' && !mayBeRemoved) saysMore = true;
  }
  reporter.onlyRemoves = blockRemoved !== undefined && !hasLiveBlock && !saysMore;
  reporter.seen = reporter.seen.filter(({ statement: { at }, key }) => {
    const failed = reporter.failedAmounts?.get(key);
    const isTakenBack =
      (removed !== undefined && !isNewer(at, removed)) ||
      (failed !== undefined && !isNewer(at, failed)) ||
      (blockRemoved !== undefined && !hasLiveBlock && !isNewer(at, blockRemoved));
    return !isTakenBack && !(at !== undefined && placed > at);
  });
  if (reporter.seen.length === 0) return;
  reporter.seenByKey = new Map();
  for (const one of reporter.seen) push(reporter.seenByKey, one.key, one);
}

/**
 * When it last said that the transaction is in the chain, or failed in it: what it saw in the mempool is not an answer.
 */
function newestSpoken(reporter: Reporter): number {
  let newest = newestElsewhere(reporter, undefined);
  for (const { statement } of reporter.unplaced) {
    if (statement.at !== undefined && statement.at > newest) newest = statement.at;
  }
  return newest;
}

function standingRemovals(reporter: Reporter): Times | undefined {
  let times: Times | undefined;
  for (const { removed, removalStands } of reporter.blocks.values()) {
    if (!removed || !removalStands) continue;
    times = withTime(times, removed.newest);
    if (removed.untimed) times.untimed = true;
  }
  return times;
}
