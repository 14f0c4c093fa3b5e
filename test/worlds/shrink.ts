import type { Step, World } from './world.ts';

/** The world with as few steps as still break the same promise: steps are left out, then statements of what is left. */
export function shrink(world: World, isStillBroken: (smaller: World) => boolean): World {
  let smallest = world;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const smaller of smallerThan(smallest)) {
      if (!isStillBroken(smaller)) continue;
      smallest = smaller;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

function* smallerThan(world: World): Generator<World> {
  const { steps } = world;
  for (let length = Math.ceil(steps.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let from = 0; from < steps.length; from += length) {
      yield { ...world, steps: [...steps.slice(0, from), ...steps.slice(from + length)] };
    }
  }
  for (const [index, step] of steps.entries()) {
    if (step.do !== 'tell' || step.statements.length < 2) continue;
    for (const left of step.statements.keys()) {
      const fewer: Step = { do: 'tell', statements: step.statements.filter((_, place) => place !== left) };
      yield { ...world, steps: steps.map((one, place) => (place === index ? fewer : one)) };
    }
  }
}
