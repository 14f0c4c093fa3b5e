import type { Json, JsonObject } from '../../json/json.ts';

// Schemes that write names and values one after the other: `a=1&b=2`, or `a1b2`. Nothing is escaped, so a value that holds
// what stands between two others can be opened into members, and the signature still matches.

/** A pair as it is signed: numbers by the text they were sent as. */
export type NameValue = readonly [name: string, value: string];

/**
 * Whether `name=value&...` can be read in one way only. A `&` within a value is harmless as long as what follows it up to the next
 * one does not look like a pair.
 */
export function isReadOneWay(pairs: readonly NameValue[]): boolean {
  return pairs.every(([name, value]) => {
    const [, ...others] = value.split('&');
    return name !== '' && !/[=&]/.test(name) && !others.some((piece) => piece.includes('='));
  });
}

export function contentOf(pairs: readonly NameValue[]): JsonObject {
  return Object.fromEntries(pairs) satisfies Readonly<Record<string, Json>>;
}

/** One field of a callback whose names and values stand without anything between them. */
export interface FieldShape {
  name: string;
  value: RegExp;
  isOptional?: boolean;
}

/**
 * Whether the text is the fields of one of the layouts, in their order, in one way only. Each value must match its shape whole.
 */
export function isCutOneWay(written: string, layouts: readonly (readonly FieldShape[])[]): boolean {
  return layouts.reduce((sum, shapes) => sum + waysToCut(written, shapes), 0) === 1;
}

/** In how many ways the text is these fields; more than one counts as two. */
function waysToCut(written: string, shapes: readonly FieldShape[]): number {
  const known = new Map<string, number>();

  /** Of the rest from `start`, as the fields from `index` on. */
  const ways = (start: number, index: number): number => {
    const shape = shapes[index];
    if (shape === undefined) return start === written.length ? 1 : 0;
    const key = `${start} ${index}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    let count = shape.isOptional ? ways(start, index + 1) : 0;
    if (written.startsWith(shape.name, start)) {
      for (const end of endsOf(start + shape.name.length, index)) {
        if (count > 1) break;
        if (shape.value.test(written.slice(start + shape.name.length, end))) count += ways(end, index + 1);
      }
    }
    known.set(key, Math.min(count, 2));
    return Math.min(count, 2);
  };

  /** Where the value of a field may end: at the name of a later one, or at the end of the text. */
  const endsOf = (start: number, index: number): readonly number[] => {
    const ends = new Set([written.length]);
    for (const { name } of shapes.slice(index + 1)) {
      for (let at = written.indexOf(name, start); at >= 0; at = written.indexOf(name, at + 1)) ends.add(at);
    }
    return [...ends];
  };

  return ways(0, 0);
}
