import { filesBelow, read } from '../tools.mjs';

const most = 300;

/** No file in lib is longer than 300 lines. */
export function check() {
  return filesBelow('lib', /\.ts$/)
    .map((path) => ({ path, lines: read(path).trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > most)
    .map(({ path, lines }) => `${path} has ${lines} lines: split it by concept, ${most} is the most`);
}
