import { bin, problemsOf } from '../tools.mjs';

/** Types of everything, against the build: the example imports the package by its own name. */
export function check() {
  return problemsOf(bin('tsc'), ['-p', '.', '--pretty', 'false']);
}
