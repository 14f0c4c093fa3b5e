/** How many deliveries share the next transaction. */
export interface GroupSize {
  readonly current: number;
  /** A group of `count` was committed, `ms` after it began. */
  committed(count: number, ms: number): void;
  /** A group was rolled back as a whole. */
  rolledBack(): void;
}

const most = 64;
/** A group holds the locks of its functions to its end: slow ones share less. */
const holdMs = 50;
/** Deliveries that run apart after a group was rolled back; twice as many each time that the next group is as well. */
const apart = { first: 16, most: 1_024 } as const;

/**
 * Groups grow while their functions are quick and succeed. A failure costs each of a group a second run, so groups of a listener
 * that keeps failing, deadlocking or asking to run alone become rare.
 */
export function createGroupSize(): GroupSize {
  let size = 1;
  let apartLeft = 0;
  let apartNext: number = apart.first;
  return {
    get current() {
      return apartLeft > 0 ? 1 : size;
    },
    committed(count, ms) {
      if (apartLeft > 0) apartLeft -= count;
      else if (ms > holdMs) size = Math.max(1, Math.floor(size / 2));
      else if (count >= size) {
        size = Math.min(most, size * 2);
        if (size === most) apartNext = apart.first;
      }
    },
    rolledBack() {
      size = 2;
      apartLeft = apartNext;
      apartNext = Math.min(apart.most, apartNext * 2);
    },
  };
}
