import type { Dice } from '../../deposits/model.ts';

/** Choices that bytes make, one after the other, so that a fuzzer can change one and keep the others. After the last all are the first. */
export function diceOf(bytes: Buffer): Dice {
  let next = 0;
  const below = (limit: number): number => (bytes[next++] ?? 0) % limit;
  const dice: Dice = {
    below,
    chance: (probability) => (bytes[next++] ?? 0) / 256 < probability,
    pick(things) {
      const picked = things[below(things.length)];
      if (picked === undefined) throw new RangeError('Nothing to pick from');
      return picked;
    },
    shuffle(things) {
      const mixed = [...things];
      for (let last = mixed.length - 1; last > 0; last -= 1) {
        const other = below(last + 1);
        [mixed[last], mixed[other]] = [mixed[other], mixed[last]] as [never, never];
      }
      return mixed;
    },
  };
  return dice;
}
