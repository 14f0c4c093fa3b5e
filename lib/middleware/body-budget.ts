/** What all bodies that are being received may hold together: strangers can send many large ones at once. */
export interface BodyBudget {
  readonly bytes: number;
  /** The share of one body. */
  open(): BodyShare;
}

export interface BodyShare {
  /** Whether a body of this length may begin. */
  hasRoomFor(length: number): boolean;
  /** Adds bytes that have come; false where there is no room for them. */
  take(bytes: number): boolean;
  /** Gives all of it back. */
  close(): void;
}

/** Of each body, as much as most callbacks have: it is free, so that large bodies keep no small one out. */
export const freeBytes: number = 16 * 1_024;

export function createBodyBudget(bytes: number): BodyBudget {
  let left = bytes;

  const open = (): BodyShare => {
    let held = 0;
    let counted = 0;
    let isOpen = true;
    return {
      hasRoomFor: (length) => length - freeBytes <= left,
      take(more) {
        const beyond = Math.max(0, held + more - freeBytes);
        if (!isOpen || beyond - counted > left) return false;
        held += more;
        left -= beyond - counted;
        counted = beyond;
        return true;
      },
      close() {
        isOpen = false;
        left += counted;
        counted = 0;
      },
    };
  };

  return { bytes, open };
}
