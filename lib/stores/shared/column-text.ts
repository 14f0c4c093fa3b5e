/**
 * Text as a column can hold it: what JSON would put between its quotes. Most texts stay as they are; a NUL or a lone
 * surrogate, which a database refuses or replaces, is written as an escape. Two texts never become one.
 */
export function columnText(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}

/** What `columnText` was given. */
export function fromColumnText(column: string): string {
  return column.includes('\\') ? (JSON.parse(`"${column}"`) as string) : column;
}

// Without the flag u, each half of a surrogate pair is a character of its own: pairs are escaped only if broken.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const needsEscape = /["\\\u0000-\u001f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
