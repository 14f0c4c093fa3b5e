/** Bounds of laying out, so that no body holds up the process: deeper or longer ones are shown as they came. */
export interface LayoutBounds {
  /** How many arrays and objects may stand in one another. */
  depth: number;
  /** Characters of the result. */
  length: number;
}

/** `text` if it was laid out; `refused` if the bounds forbid it. */
export type Layout = { text: string } | { refused: 'depth' | 'length' };

// A string that is never closed reaches to the end, so every part begins where the last one ended.
const part = /"(?:[^"\\]|\\[\s\S])*"?|[[\]{}:,]|[ \t\r\n]+|[^ \t\r\n"[\]{}:,]+/g;
const space = /^[ \t\r\n]/;

/**
 * JSON with line breaks and indentation. Only the white space of JSON is moved, so every digit and every duplicate key stays as it came,
 * and what is not JSON becomes no worse. One pass: it takes time in proportion to the text and the result.
 */
export function layOut(json: string, bounds: LayoutBounds): Layout {
  const written: string[] = [];
  let length = 0;
  let depth = 0;
  let last = '';

  const write = (text: string): void => {
    written.push(text);
    length += text.length;
  };
  const breakLine = (): void => write(`\n${'  '.repeat(depth)}`);

  for (const [text] of json.matchAll(part)) {
    if (space.test(text)) continue;
    const closes = text === ']' || text === '}';
    if (closes) depth = Math.max(0, depth - 1);
    const isEmpty = closes && (last === '[' || last === '{');
    if (last === ',' || last === '[' || last === '{' || closes) {
      if (!isEmpty) breakLine();
    }
    write(text === ':' ? ': ' : text);
    if (text === '[' || text === '{') depth += 1;
    if (depth > bounds.depth) return { refused: 'depth' };
    if (length > bounds.length) return { refused: 'length' };
    last = text;
  }
  return { text: written.join('') };
}
