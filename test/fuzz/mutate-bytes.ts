import type { Random } from '../edge/random.ts';
import { numberWords, oddWords } from './words.ts';

type Change = (input: Buffer, random: Random, words: readonly string[], other: Buffer) => Buffer;

const changes: readonly Change[] = [
  function flipBit(input, random) {
    const copy = Buffer.from(input);
    const at = random.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    return copy;
  },
  function setByte(input, random) {
    const copy = Buffer.from(input);
    copy[random.below(copy.length)] = random.chance(0.7) ? 0x20 + random.below(0x5f) : random.below(256);
    return copy;
  },
  function insertBytes(input, random) {
    const put = random.chance(0.7)
      ? Buffer.from(String.fromCharCode(0x20 + random.below(0x5f)))
      : random.bytes(1 + random.below(4));
    return spliced(input, random.below(input.length + 1), 0, put);
  },
  function cutOut(input, random) {
    const at = random.below(input.length);
    return spliced(input, at, 1 + random.below(random.chance(0.7) ? 4 : input.length - at), Buffer.alloc(0));
  },
  function cutOff(input, random) {
    return input.subarray(0, random.below(input.length + 1));
  },
  function repeat(input, random) {
    const at = random.below(input.length);
    const part = input.subarray(at, at + 1 + random.below(random.chance(0.7) ? 16 : input.length - at));
    return spliced(input, at, 0, Buffer.concat(Array.from({ length: 1 + random.below(4) }, () => part)));
  },
  function putWord(input, random, words) {
    const at = random.below(input.length + 1);
    return spliced(input, at, random.chance(0.5) ? 0 : random.below(12), Buffer.from(anyWord(random, words)));
  },
  function changeNumber(input, random) {
    const digits = [...input.toString('latin1').matchAll(/\d+/g)];
    if (digits.length === 0) return input;
    const { 0: text, index = 0 } = random.pick(digits);
    const changed = random.pick([
      String((Number(text.at(-1)) + 1) % 10).padStart(text.length, text.slice(0, -1)),
      `-${text}`,
      `${text}0`,
      `0${text}`,
      `${text}.${text}`,
      `${text}e${random.below(40)}`,
      random.pick(numberWords),
    ]);
    return spliced(input, index, text.length, Buffer.from(changed));
  },
  function crossOver(input, random, _words, other) {
    const head = input.subarray(0, random.below(input.length + 1));
    return Buffer.concat([head, other.subarray(random.below(other.length + 1))]);
  },
];

/** Another input, by one change of bytes. */
export function mutateBytes(input: Buffer, random: Random, words: readonly string[], other: Buffer): Buffer {
  if (input.length === 0) return Buffer.from(anyWord(random, words));
  return random.pick(changes)(input, random, words, other);
}

export function anyWord(random: Random, words: readonly string[]): string {
  const from = random.below(10);
  if (from < 2) return random.pick(numberWords);
  return from < 4 || words.length === 0 ? random.pick(oddWords) : random.pick(words);
}

function spliced(input: Buffer, at: number, length: number, put: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, at), put, input.subarray(at + length)]);
}
