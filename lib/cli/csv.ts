/** One line of CSV (RFC 4180), ended by CR LF. */
export function csvLine(values: readonly string[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

/**
 * A field that no spreadsheet runs as a formula: one that begins with `=`, `+`, `-`, `@`, a tab or a line break, also behind
 * spaces, gets an apostrophe before it, which a spreadsheet shows as text. A field that another separator would split is
 * quoted too: a spreadsheet may be set to it. Values here come from outside.
 */
function csvField(value: string): string {
  const safe = /^[\s\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",;|\t\r\n']|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
