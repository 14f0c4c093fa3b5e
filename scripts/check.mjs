// npm run check [-- gate ...]: every gate, in order; stops at the first that fails. With names, only those.
import { check as ascii } from './check/ascii.mjs';
import { check as consumers } from './check/consumers.mjs';
import { check as docs } from './check/docs.mjs';
import { check as exports } from './check/exports.mjs';
import { check as glossary } from './check/glossary.mjs';
import { check as layers } from './check/layers.mjs';
import { check as length } from './check/length.mjs';
import { check as places } from './check/places.mjs';
import { check as readme } from './check/readme.mjs';
import { check as rules } from './check/rules.mjs';
import { check as tarball } from './check/tarball.mjs';
import { check as types } from './check/types.mjs';
import { embed } from './embed.mjs';
import { bin, problemsOf } from './tools.mjs';

/** Each gives the list of what is wrong. @type {Record<string, () => string[] | Promise<string[]>>} */
const gates = {
  lint: () => problemsOf(bin('biome'), ['ci', '--colors=off', '--error-on-warnings', '.']),
  embedded: () => embed().map((path) => `${path} was not what its files say; it is made anew: commit it`),
  build: () => problemsOf(process.execPath, ['scripts/build.mjs']),
  types,
  length,
  layers,
  ascii,
  places,
  exports,
  docs,
  rules,
  glossary,
  readme,
  unused: () => problemsOf(bin('knip'), ['--no-progress']),
  publint: () => problemsOf(bin('publint'), ['--strict']),
  tarball,
  consumers,
  tests: () => problemsOf(process.execPath, ['scripts/test.mjs', '--coverage'], { show: true }),
};

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
