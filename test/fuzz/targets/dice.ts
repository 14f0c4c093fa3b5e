import { type Dice, diceOver } from '../../deposits/model.ts';

/** Choices that bytes make, one after the other, so that a fuzzer can change one and keep the others. After the last all are the first. */
export function diceOf(bytes: Buffer): Dice {
  let next = 0;
  return diceOver(
    (limit) => (bytes[next++] ?? 0) % limit,
    (probability) => (bytes[next++] ?? 0) / 256 < probability,
  );
}
