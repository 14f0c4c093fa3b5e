/** A value of JSON as a plain scanner sees it: numbers as they are written, members in their order. */
export type Scanned =
  | { number: string }
  | { value: string | boolean | null }
  | { items: Scanned[] }
  | { members: Map<string, Scanned> };

export interface ScannedText {
  root: Scanned;
  depth: number;
  /** Whether a key stands twice in one object. */
  hasTwice: boolean;
  hasProto: boolean;
}

const token = /[ \t\r\n]*(?:([[\]{},:])|("(?:[^"\\]|\\.)*")|(-?[0-9][0-9.eE+-]*)|(true|false|null))/gsy;

/** Scans text that is known to be JSON: written apart from the package's parser, so that one can be held against the other. */
export function scanJson(text: string): ScannedText {
  const found: ScannedText = { root: { value: null }, depth: 0, hasTwice: false, hasProto: false };
  const tokens = [...text.matchAll(token)].map(([whole]) => whole.trim());
  let next = 0;

  const value = (depth: number): Scanned => {
    const first = tokens[next++] ?? '';
    if (first === '[' || first === '{') found.depth = Math.max(found.depth, depth + 1);
    if (first === '[') return { items: list(']', () => value(depth + 1)) };
    if (first === '{') {
      const members = new Map<string, Scanned>();
      list('}', () => {
        const key = JSON.parse(tokens[next++] ?? '') as string;
        next += 1;
        if (members.has(key)) found.hasTwice = true;
        if (key === '__proto__') found.hasProto = true;
        members.set(key, value(depth + 1));
      });
      return { members };
    }
    return /^[-0-9]/.test(first) ? { number: first } : { value: JSON.parse(first) as string | boolean | null };
  };

  const list = <T>(end: string, one: () => T): T[] => {
    const items: T[] = [];
    while (tokens[next] !== end) {
      items.push(one());
      if (tokens[next] === ',') next += 1;
    }
    next += 1;
    return items;
  };

  found.root = value(0);
  return found;
}

/** Whether JavaScript's own parser takes it. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
