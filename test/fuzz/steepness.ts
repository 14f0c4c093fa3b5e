import type { Random } from '../edge/random.ts';
import type { Coverage } from './coverage.ts';
import { faultOf } from './fault.ts';
import type { FuzzTarget } from './target.ts';

const sizes = [4_096, 8_192, 16_384] as const;
// Doubled input may cost twice the work; tables that grow and buffers that are cut are given room.
const mostGrowth = 2.6;
/** Steps below which nothing is worth a look. */
const least = 20_000;
const largest = 65_536;
const mostMs = 100;

/**
 * Makes an input long by repeating a part of it, and compares the work of three sizes, each twice the one before: steps, which V8 counts, and for what
 * it does not count (regular expressions, the native parser) the time of a large one.
 */
export async function steepness(
  target: FuzzTarget,
  input: Buffer,
  { coverage, random }: { coverage: Coverage; random: Random },
): Promise<{ what: string; input: Buffer } | undefined> {
  if (input.length === 0) return undefined;
  const at = random.below(input.length);
  const part = input.subarray(at, at + 1 + random.below(Math.min(200, input.length - at)));
  const grown = (size: number): Buffer => {
    const parts = Array.from({ length: Math.ceil(size / part.length) }, () => part);
    return Buffer.concat([input.subarray(0, at), ...parts, input.subarray(at)]);
  };
  const steps: number[] = [];
  for (const size of sizes) {
    coverage.take(new Map());
    await faultOf(target, grown(size), random);
    steps.push(coverage.take(new Map()).steps);
  }
  const [small = 0, middle = 0, large = 0] = steps;
  const growth = (large - middle) / Math.max(1, middle - small);
  if (large > least && growth > mostGrowth && middle - small > 1_000) {
    return { what: `${steps.join(', ')} steps for inputs of ${sizes.join(', ')} bytes`, input: grown(sizes[0]) };
  }
  const [ms, halfMs] = [await msOf(target, grown(largest), random), await msOf(target, grown(largest / 4), random)];
  if (ms > mostMs && ms > 8 * halfMs) {
    return {
      what: `${ms.toFixed(0)} ms for ${largest} bytes, ${halfMs.toFixed(1)} for a quarter`,
      input: grown(sizes[0]),
    };
  }
  return undefined;
}

/** Processor time, the least of three. */
async function msOf(target: FuzzTarget, input: Buffer, random: Random): Promise<number> {
  let msLeast = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run += 1) {
    const before = process.cpuUsage();
    await faultOf(target, input, random);
    const { user, system } = process.cpuUsage(before);
    msLeast = Math.min(msLeast, (user + system) / 1_000);
    if (msLeast < mostMs) break;
  }
  return msLeast;
}
