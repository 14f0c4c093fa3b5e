/** A list as PostgreSQL writes an array: of all that JSON escapes, `columnText` and JSON leave only quotes and backslashes. */
export function arrayText(values: readonly unknown[]): string {
  return `{${JSON.stringify(values).slice(1, -1)}}`;
}

const oidOfJson = 114;

/** JSON texts, or null, as PostgreSQL receives an array of them in binary form: without a quote to escape on either side. */
export function jsonArray(texts: readonly (string | null)[]): Buffer {
  const lengths = texts.map((text) => (text === null ? -1 : Buffer.byteLength(text)));
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + Math.max(0, length), 20));
  const header = [1, lengths.includes(-1) ? 1 : 0, oidOfJson, texts.length, 1];
  let at = 0;
  for (const number of header) at = bytes.writeInt32BE(number, at);
  texts.forEach((text, index) => {
    at = bytes.writeInt32BE(lengths[index] ?? -1, at);
    if (text !== null) at += bytes.write(text, at);
  });
  return bytes;
}
