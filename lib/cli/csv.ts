import { visible } from '../util/visible.ts';

/** One line of CSV (RFC 4180), ended by CR LF. Values are made visible. */
export function csvLine(values: readonly string[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

/**
 * A field that no spreadsheet runs as a formula: one that begins with `=`, `+`, `-` or `@`, also behind spaces, gets an apostrophe before it, which a spreadsheet shows as text. A field that another separator would split is
 * quoted too: a spreadsheet may be set to it. Values here come from outside.
 */
function csvField(raw: string): string {
  const value = visible(raw);
  const safe = /^[\s\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  return /[",;|']|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
