/** Below it, the chunks are joined at the end. */
const smallBytes = 512 * 1_024;
const growth = 4;

const nothing: Buffer = Buffer.alloc(0);

/** Bytes that come in chunks. */
export interface Collector {
  readonly length: number;
  add(chunk: Buffer): void;
  bytes(): Buffer;
}

/**
 * Puts up to `most` bytes together as they come, so that of a large body no turn of the event loop copies more than a quarter.
 */
export function createCollector(most: number): Collector {
  let chunks: Buffer[] = [];
  let whole = nothing;
  let length = 0;

  return {
    get length() {
      return length;
    },
    add(chunk) {
      const start = length;
      length += chunk.length;
      if (length <= smallBytes) {
        chunks.push(chunk);
        return;
      }
      if (length > whole.length) {
        const larger = Buffer.allocUnsafeSlow(Math.min(most, growth * length));
        if (whole.length > 0) whole.copy(larger, 0, 0, start);
        else Buffer.concat(chunks, start).copy(larger);
        chunks = [];
        whole = larger;
      }
      chunk.copy(whole, start);
    },
    bytes: () => (whole.length > 0 ? whole.subarray(0, length) : Buffer.concat(chunks, length)),
  };
}
