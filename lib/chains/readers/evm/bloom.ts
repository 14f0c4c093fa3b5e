import { keccak256 } from '../../../signatures/keccak.ts';
import type { EvmLog } from './node.ts';

const bloomBytes = 256;

/**
 * Whether the logs are all that the filter of their block (its `logsBloom`) tells of, as far as those with this topic go. A filter
 * that is empty or full says nothing: there are nodes that compute none.
 */
export function hasAllLogs(logsBloom: string | undefined, logs: readonly EvmLog[], topic: string): boolean {
  const told = readBloom(logsBloom);
  if (!told || told.every((byte) => byte === 0) || told.every((byte) => byte === 0xff)) return true;
  // Without it in the filter there is no such log, and whatever else is left out matters to nobody.
  if (!covers(told, bloomOf([topic]))) return true;
  return covers(bloomOf(new Set(logs.flatMap(({ address, topics }) => [address, ...topics]))), told);
}

function readBloom(logsBloom: string | undefined): Uint8Array | undefined {
  const bytes = Buffer.from(logsBloom?.slice(2) ?? '', 'hex');
  return bytes.length === bloomBytes ? bytes : undefined;
}

/** The filter of some values, each 0x and hex: three bits of 2,048 for each, by its hash (Ethereum yellow paper, 4.4.1). */
function bloomOf(values: Iterable<string>): Uint8Array {
  const bloom = Buffer.alloc(bloomBytes);
  for (const value of values) {
    const hash = Buffer.from(keccak256(Buffer.from(value.slice(2), 'hex')));
    for (const at of [0, 2, 4]) {
      const bit = hash.readUInt16BE(at) % (8 * bloomBytes);
      const index = bloomBytes - 1 - (bit >> 3);
      bloom[index] = (bloom[index] ?? 0) | (1 << (bit & 7));
    }
  }
  return bloom;
}

function covers(bloom: Uint8Array, part: Uint8Array): boolean {
  return part.every((byte, index) => (byte & ~(bloom[index] ?? 0)) === 0);
}
