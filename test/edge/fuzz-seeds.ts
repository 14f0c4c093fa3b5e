/** Sessions that once showed a fault; each run begins with them. */
export const keptSeeds: readonly number[] = [];
