import type { Output } from './output.ts';

/** How far a range of blocks has been read. */
export interface BlockProgress {
  firstBlock: bigint;
  toBlock: bigint;
  block: bigint;
  missed: number;
}

const barWidth = 24;
const everyMs = { terminal: 100, lines: 10_000 };

/** Shows progress: a bar on a terminal, else a line every ten seconds. */
export function createBlockProgress(output: Output): (progress: BlockProgress) => void {
  const beganAt = performance.now();
  let shownAt = output.isTerminal ? Number.NEGATIVE_INFINITY : beganAt;
  return (progress) => {
    const at = performance.now();
    const isLast = progress.block >= progress.toBlock;
    if (at - shownAt < (output.isTerminal ? everyMs.terminal : everyMs.lines) && !isLast) return;
    shownAt = at;
    const text = progressText(progress, at - beganAt);
    output.progress(output.isTerminal ? `${barOf(progress)} ${text}` : text);
  };
}

/** `[########----------------]`. */
export function barOf(progress: BlockProgress): string {
  const filled = Math.floor((shareOf(progress) * barWidth) / 1_000);
  return `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`;
}

/** `41.2 % block 1412 of 2000, 1206 a minute, 1 min left, 3 missed`. */
export function progressText(progress: BlockProgress, elapsedMs: number): string {
  const { firstBlock, toBlock, block, missed } = progress;
  const read = Number(block - firstBlock) + 1;
  const perMinute = elapsedMs > 0 ? (read / elapsedMs) * 60_000 : 0;
  const minutes = perMinute > 0 ? Math.ceil(Number(toBlock - block) / perMinute) : undefined;
  return [
    `${(shareOf(progress) / 10).toFixed(1).padStart(5)} % block ${block} of ${toBlock}`,
    ...(perMinute > 0 ? [`${Math.round(perMinute)} a minute`] : []),
    ...(minutes !== undefined && minutes > 0 ? [`${leftText(minutes)} left`] : []),
    ...(missed > 0 ? [`${missed} missed`] : []),
  ].join(', ');
}

/** Thousandths. */
function shareOf({ firstBlock, toBlock, block }: BlockProgress): number {
  const all = toBlock - firstBlock + 1n;
  const read = block - firstBlock + 1n;
  return all <= 0n ? 1_000 : Number((read * 1_000n) / all);
}

function leftText(minutes: number): string {
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
