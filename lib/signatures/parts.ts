// What is hashed or signed, in parts, as if they were joined.

export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** The parts in one, without a copy of what is one already. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

/** Copies of the parts, each `size` bytes long, whatever part they come from; the last is shorter, or empty. */
export function* cut(parts: readonly Uint8Array[], size: number): Generator<Uint8Array<ArrayBuffer>> {
  let left = lengthOf(parts);
  let piece = roomFor(Math.min(size, left));
  let filled = 0;
  for (const part of parts) {
    let at = 0;
    while (at < part.length) {
      const some = part.subarray(at, at + piece.length - filled);
      piece.set(some, filled);
      at += some.length;
      filled += some.length;
      if (filled < size) continue;
      left -= size;
      yield piece;
      piece = roomFor(Math.min(size, left));
      filled = 0;
    }
  }
  yield piece;
}

/** Memory of its own, which may be given to another thread. */
function roomFor(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer, 0, length);
}
