/** `T`, with its optional members also allowed to be undefined. */
export type Loose<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/**
 * The same members without those that are undefined, so that a reader can write `present<Transfer>({ memo:
 * optionalText(...) })` if absent and undefined are not the same.
 */
export function present<T extends object>(members: Loose<T>): T {
  const kept: Partial<T> = {};
  for (const key in members) {
    if (members[key] !== undefined) kept[key as keyof T] = members[key] as T[keyof T];
  }
  return kept as T;
}
