import type { Output } from './output.ts';
import { phrase, type Told } from './words/phrases.ts';

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
    const text = progressText(progress, at - beganAt, output.said);
    output.progress(output.isTerminal ? `${barOf(progress)} ${text}` : text);
  };
}

/** `[########----------------]`. */
export function barOf(progress: BlockProgress): string {
  const filled = Math.floor((shareOf(progress) * barWidth) / 1_000);
  return `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`;
}

/** `41.2 % block 1412 of 2000, 1206 a minute, 1 min left, 3 missed`. */
export function progressText(
  progress: BlockProgress,
  elapsedMs: number,
  said: (told: Told) => string = ({ en }) => en,
): string {
  const { firstBlock, toBlock, block, missed } = progress;
  const read = Number(block - firstBlock) + 1;
  const perMinute = elapsedMs > 0 ? (read / elapsedMs) * 60_000 : 0;
  const minutes = perMinute > 0 ? Math.ceil(Number(toBlock - block) / perMinute) : undefined;
  const share = (shareOf(progress) / 10).toFixed(1).padStart(5);
  return [
    phrase('{share} % block {block} of {last}', { share, block, last: toBlock }),
    ...(perMinute > 0 ? [phrase('{count} a minute', { count: Math.round(perMinute) })] : []),
    ...(minutes !== undefined && minutes > 0 ? [leftText(minutes)] : []),
    ...(missed > 0 ? [phrase('{count} missed', { count: missed })] : []),
  ]
    .map(said)
    .join(', ');
}

/** Thousandths. */
function shareOf({ firstBlock, toBlock, block }: BlockProgress): number {
  const all = toBlock - firstBlock + 1n;
  const read = block - firstBlock + 1n;
  return all <= 0n ? 1_000 : Number((read * 1_000n) / all);
}

function leftText(minutes: number): Told {
  return minutes < 120
    ? phrase('{count} min left', { count: minutes })
    : phrase('{count} h left', { count: Math.round(minutes / 60) });
}
