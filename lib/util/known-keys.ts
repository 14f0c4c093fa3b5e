import { invalidOption } from '../errors.ts';

/** Throws `OPTION_INVALID` for a key that is not known, naming the nearest one that is: a misspelt option is no option. */
export function refuseUnknownKeys(given: object, known: readonly string[], option: string): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const [nearest = ''] = known.toSorted((a, b) => distance(key, a) - distance(key, b));
    const guess = distance(key, nearest) <= Math.max(2, nearest.length / 3) ? `; did you mean ${nearest}?` : '';
    throw invalidOption(`${option}.${key}`, `is not known${guess || `; known are ${known.join(', ')}`}`);
  }
}

/** Edits between two words (Levenshtein), whatever their case. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const letter of a.toLowerCase()) {
    const next = [(row[0] ?? 0) + 1];
    for (const [index, other] of [...b.toLowerCase()].entries()) {
      const replaced = (row[index] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
