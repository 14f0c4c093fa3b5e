import type { Random } from '../edge/random.ts';

/** How inputs are written, so that changes keep them well formed often enough to get past the first look. */
export type Shape = 'json' | 'form' | 'text' | 'bytes';

/** A function of the package with what must hold of it, whatever comes. */
export interface FuzzTarget {
  /** `reader:alchemy`, `json`: the name for `--target`, and of its corpus. */
  readonly name: string;
  readonly shape: Shape;
  /** Good inputs to begin with: bodies of fixtures, and examples. */
  readonly seeds: readonly Buffer[];
  /** Words that its inputs are made of, beside those of the source. */
  readonly words?: readonly string[];
  /** Longest input, bytes. Default 4096. */
  readonly longest?: number;
  /** Whether work may grow faster than the input. Default false. */
  readonly isSteep?: boolean;
  /** Runs one input, and throws if something is wrong with what comes of it. */
  run(input: Buffer, random: Random): void | Promise<void>;
}
