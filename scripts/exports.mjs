// The package's subpaths follow from the files in lib. `node scripts/exports.mjs --write` puts them into package.json;
// the gate `exports` refuses a package.json that says anything else.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesBelow, manifest, read, root } from './tools.mjs';

const fixed = [
  ['.', 'index'],
  ['./stores/sqlite', 'stores/sqlite'],
  ['./stores/postgres', 'stores/postgres'],
  ['./stores/redis', 'stores/redis'],
  ['./chains/evm', 'chains/evm'],
  ['./notifier', 'notifier/index'],
  ['./inspector', 'inspector/index'],
  ['./metrics', 'observe/metrics'],
  ['./testing', 'testing/index'],
];

/** Subpath and the file in lib that it opens, without ending: only of files that are there. @returns {[string, string][]} */
export function subpaths() {
  const files = new Set(filesBelow('lib', /\.ts$/));
  const providers = [...files].filter(isProvider).map((path) => {
    const name = path.slice('lib/providers/'.length, -'.ts'.length);
    return /** @type {[string, string]} */ ([`./providers/${name}`, `providers/${name}`]);
  });
  const others = fixed.filter(([, file]) => files.has(`lib/${file}.ts`));
  return [...others, ...providers].map(([subpath, file]) => [String(subpath), String(file)]);
}

/**
 * A provider's file exports a function that is named like the file, takes `options` and returns a provider; any other
 * file there is a helper of theirs, and private.
 * @param {string} path
 */
function isProvider(path) {
  const name = /^lib\/providers\/([a-z0-9-]+)\.ts$/.exec(path)?.[1]?.replaceAll('-', '');
  if (name === undefined) return false;
  const maker = `^export function ${name}(?:<[^(]*>)?\\(\\s*options\\b[\\s\\S]{0,400}?\\): \\w*Provider\\b`;
  return new RegExp(maker, 'im').test(read(path));
}

/** What package.json has to say. @returns {{ exports: object, typesVersions: object, bin: object | undefined }} */
export function packageFields() {
  /** @type {Record<string, unknown>} */
  const exports = {};
  /** @type {Record<string, string[]>} */
  const types = {};
  for (const [subpath, file] of subpaths()) {
    exports[subpath] = { import: condition('esm', file), require: condition('cjs', file) };
    if (subpath !== '.') types[subpath.slice(2)] = [`./dist/cjs/${file}.d.ts`];
  }
  exports['./package.json'] = './package.json';
  const cli = filesBelow('lib/cli', /^lib\/cli\/main\.ts$/).length > 0;
  return {
    exports,
    // For `moduleResolution: node` of older TypeScript set-ups, which does not read `exports`.
    typesVersions: { '*': types },
    bin: cli ? { 'deposit-callback': 'dist/cjs/cli/main.js' } : undefined,
  };
}

/**
 * @param {string} format
 * @param {string} file
 */
function condition(format, file) {
  return { types: `./dist/${format}/${file}.d.ts`, default: `./dist/${format}/${file}.js` };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { bin, exports, main, types, typesVersions, ...rest } = manifest();
  const fields = packageFields();
  /** @type {Record<string, unknown>} */
  const next = {};
  for (const [key, value] of Object.entries(rest)) {
    next[key] = value;
    if (key !== 'sideEffects') continue;
    Object.assign(next, { main, types, ...fields });
  }
  if (process.argv.includes('--write')) writeFileSync(join(root, 'package.json'), `${JSON.stringify(next, null, 2)}\n`);
  else console.log(JSON.stringify(fields, null, 2));
}
