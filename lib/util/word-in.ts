/** What stands in a table under a word from outside; undefined for a word that only every object has (`constructor`). */
export function wordIn<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
