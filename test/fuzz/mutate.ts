import type { Random } from '../edge/random.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateForm } from './mutate-form.ts';
import { mutateJson } from './mutate-json.ts';
import type { Shape } from './target.ts';

/** Another input: by a change of its values where it is well formed, else of its bytes; now and then by several. */
export function mutate(shape: Shape, input: Buffer, random: Random, words: readonly string[], other: Buffer): Buffer {
  let changed = input;
  for (let count = random.chance(0.7) ? 1 : 2 + random.below(4); count > 0; count -= 1) {
    changed = mutateOnce(shape, changed, random, words, other);
  }
  return changed;
}

function mutateOnce(shape: Shape, input: Buffer, random: Random, words: readonly string[], other: Buffer): Buffer {
  if (shape === 'json' && random.chance(0.85)) {
    return mutateJson(input, random, words, other) ?? mutateBytes(input, random, words, other);
  }
  if (shape === 'form' && random.chance(0.85)) return mutateForm(input, random, words, other);
  return mutateBytes(input, random, words, other);
}
