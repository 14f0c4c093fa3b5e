/** The middle one; of an even number, the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** `12,345 (11,000 to 13,000)`: median, least, most. */
export function spread(values: readonly number[], digits = 0): string {
  return `${figure(median(values), digits)} (${figure(Math.min(...values), digits)} to ${figure(Math.max(...values), digits)})`;
}

export function figure(value: number, digits = 0): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The median over the rounds of what one target did in a round to what another did in the same; NaN where one did not run. */
export function ratioOf<T extends { target: string; round: number }>(
  samples: readonly T[],
  { of, to }: { of: string; to: string },
  value: (sample: T) => number,
): number {
  return median(
    samples
      .filter(({ target }) => target === of)
      .flatMap((one) => {
        const other = samples.find(({ target, round }) => target === to && round === one.round);
        return other ? [value(one) / value(other)] : [];
      }),
  );
}
