/** One movement of the native coin by a call inside a transaction. Addresses lower-case. */
export interface InternalTransfer {
  from: string;
  to: string;
  value: bigint;
  /** Indexes of the calls on the way, for example `0.2`. */
  path: string;
}

interface Frame {
  type?: unknown;
  from?: unknown;
  to?: unknown;
  value?: unknown;
  error?: unknown;
  calls?: unknown;
}

// DELEGATECALL, CALLCODE and STATICCALL show a value, or none, and move nothing to their target.
const moves = new Set(['CALL', 'CREATE', 'CREATE2', 'SELFDESTRUCT']);

/**
 * The transfers below the outermost call of a tree that geth's `callTracer` wrote. A call that failed, and everything
 * under it, moved nothing, though the transaction may have succeeded. Throws for anything but a call tree.
 */
export function internalTransfers(root: unknown): InternalTransfer[] {
  const found: InternalTransfer[] = [];
  // A tree may be as deep as 1024 calls and wide without bound, so it is walked without recursion, in order.
  const stack: { frame: Frame; path: string }[] = [{ frame: asFrame(root), path: '' }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { frame, path } = next;
    if (frame.error !== undefined && frame.error !== null && frame.error !== '') continue;
    if (path !== '') addTransfer(found, frame, path);
    const calls = frame.calls ?? [];
    if (!Array.isArray(calls)) throw new TypeError('A frame of the call tree has invalid calls');
    for (let index = calls.length - 1; index >= 0; index -= 1) {
      stack.push({ frame: asFrame(calls[index]), path: path === '' ? `${index}` : `${path}.${index}` });
    }
  }
  return found;
}

function addTransfer(found: InternalTransfer[], { type, from, to, value }: Frame, path: string): void {
  if (typeof type !== 'string' || !moves.has(type) || value === undefined || value === null) return;
  if (typeof value !== 'string' || typeof from !== 'string' || typeof to !== 'string') {
    throw new TypeError('A frame of the call tree has an invalid value, sender or recipient');
  }
  const amount = BigInt(value);
  if (amount > 0n) found.push({ from: from.toLowerCase(), to: to.toLowerCase(), value: amount, path });
}

function asFrame(value: unknown): Frame {
  if (typeof value !== 'object' || value === null) throw new TypeError('The call tree has no valid frame');
  return value;
}
