import { inspect } from 'node:util';
import type { Random } from '../edge/random.ts';
import type { FuzzTarget } from './target.ts';

/** What was wrong, with the smallest input that shows it. */
export interface Fault {
  target: string;
  what: string;
  input: Buffer;
}

/** Runs one input; what is wrong with it, if anything. Errors have no stacks, which cost more than all else that is done here. */
export async function faultOf(target: FuzzTarget, input: Buffer, random: Random): Promise<Error | undefined> {
  return tried(target, input, random, 0);
}

async function tried(
  target: FuzzTarget,
  input: Buffer,
  random: Random,
  stackLength: number,
): Promise<Error | undefined> {
  const length = Error.stackTraceLimit;
  Error.stackTraceLimit = stackLength;
  try {
    const running = target.run(input, random);
    if (running !== undefined) await running;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(`Threw ${String(error)}`);
  } finally {
    Error.stackTraceLimit = length;
  }
}

/** What is wrong with an input, with the stacks of it and its causes. */
export async function described(target: FuzzTarget, input: Buffer, random: Random): Promise<string> {
  const error = await tried(target, input, random, 12);
  return error === undefined ? 'It does not show again' : inspect(error);
}

/** Names a kind of fault: what is the same but for the input has one name. */
export function nameOf(error: Error): string {
  const first = error.message.split('\n')[0] ?? '';
  return `${error.name}: ${first.replace(/"[^"]*"|'[^']*'|[\d.]+/g, '*').slice(0, 120)}`;
}

const mostTries = 600;

/** The input with all left out that the fault does not need. */
export async function shrunk(target: FuzzTarget, input: Buffer, random: Random): Promise<Buffer> {
  const first = await faultOf(target, input, random);
  if (first === undefined) return input;
  const name = nameOf(first);
  let least = input;
  let tries = 0;
  for (let size = Math.ceil(least.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < least.length && tries < mostTries; ) {
      tries += 1;
      const shorter = Buffer.concat([least.subarray(0, at), least.subarray(at + size)]);
      const error = await faultOf(target, shorter, random);
      if (error !== undefined && nameOf(error) === name) least = shorter;
      else at += size;
    }
  }
  return least;
}
