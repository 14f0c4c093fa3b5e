// npm run check [-- gate ...]: every gate, in order; stops at the first that fails. With names, only those.
import { embed } from './embed.mjs';
import { bin, filesBelow, problemsOf } from './tools.mjs';

const lint = ['--colors=off', '--error-on-warnings'];
const overlong = ['--only=style/noExcessiveLinesPerFile', '--only=complexity/noExcessiveLinesPerFunction'];

/** Each gives the list of what is wrong. @type {Record<string, () => string[] | Promise<string[]>>} */
const gates = {
  lint: () => problemsOf(bin('biome'), ['ci', ...lint, '.']),
  // Part of lint; by itself it is quick.
  length: () => problemsOf(bin('biome'), ['lint', ...lint, ...overlong, 'lib']),
  embedded: () => embed().map((path) => `${path} was not what its files say; it is made anew: commit it`),
  build: () => problemsOf(process.execPath, ['scripts/build.mjs']),
  // Of everything, against the build: the example imports the package by its own name.
  types: () => problemsOf(bin('tsc'), ['-p', '.', '--pretty', 'false']),
  ...projectGates(),
  unused: () => problemsOf(bin('knip'), ['--no-progress']),
  publint: () => problemsOf(bin('publint'), ['--strict']),
  tests: () => problemsOf(process.execPath, ['scripts/test.mjs'], { show: true }),
};

/** What test/project promises of the repository itself: `docs` is test/project/docs.test.mjs. */
function projectGates() {
  return Object.fromEntries(
    filesBelow('test/project', /\.test\.mjs$/).map((path) => [
      path.slice('test/project/'.length, -'.test.mjs'.length),
      () => problemsOf(process.execPath, [path]),
    ]),
  );
}

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in gates));
if (unknown.length > 0) {
  console.error(`No gate ${unknown.join(', ')}. There are: ${Object.keys(gates).join(', ')}`);
  process.exit(1);
}

for (const [name, gate] of Object.entries(gates)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const startedAt = performance.now();
  const problems = await gate();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${seconds.padStart(6)} s`);
  if (problems.length > 0) {
    console.error(problems.map((problem) => problem.replace(/^/gm, '     ')).join('\n'));
    process.exit(1);
  }
}
