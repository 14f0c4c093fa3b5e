/** The known name that a misspelt one most likely means: `secrets` for `secret`; undefined if none is near. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, edits: distance(given, name) }))
    .sort((a, b) => a.edits - b.edits || a.name.length - b.name.length);
  if (best !== undefined && best.edits <= Math.max(2, best.name.length / 3)) return best.name;
  // Half a name: `body` for `bodyBytes`.
  return given.length < 3 ? undefined : known.find((name) => name.toLowerCase().startsWith(given.toLowerCase()));
}

/** A sentence for whoever wrote a name that is not known: the nearest one, or all of them. */
export function didYouMean(given: string, known: readonly string[]): string {
  const name = nearest(given, known);
  return name === undefined ? `is not known. Known: ${known.join(', ')}` : `is not known. Did you mean ${name}?`;
}

/** Edits between two words (Levenshtein), whatever their case. */
function distance(a: string, b: string): number {
  // Of a long text nothing is near: a name is short, and the work grows with the product of both lengths.
  const word = a.slice(0, 64).toLowerCase();
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const letter of word) {
    const next = [(row[0] ?? 0) + 1];
    for (const [index, other] of [...b.toLowerCase()].entries()) {
      const replaced = (row[index] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
