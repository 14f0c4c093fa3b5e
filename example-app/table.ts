/** Prints lines under their heads, in columns. */
export function printTable(heads: readonly string[], lines: readonly (readonly string[])[]): void {
  const widths = heads.map((head, column) => Math.max(head.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const format = (line: readonly string[]): string =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  console.log([heads, widths.map((width) => '-'.repeat(width)), ...lines].map(format).join('\n'));
  console.log();
}
