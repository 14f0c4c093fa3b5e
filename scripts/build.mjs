// Builds lib to dist/cjs, and to dist/esm a door to each of its subpaths. A build replaces dist in one step, so that whoever reads it meanwhile finds it whole.
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { embed } from './embed.mjs';
import { prune } from './prune.mjs';
import { subpaths } from './subpaths.mjs';
import { bin, filesBelow, root, run } from './tools.mjs';

const require = createRequire(import.meta.url);
const stampFile = join(root, '.tmp', 'built');

/**
 * @returns {Promise<string>} what the compiler has to say; '' when all is well. What it found fault with is built all the same.
 */
export async function build() {
  embed();
  const stamp = sourcesStamp();
  const made = join(root, '.tmp', `dist-${process.pid}`);
  rmSync(made, { recursive: true, force: true });
  /** @param {string[]} options */
  const compile = (...options) =>
    run(bin('tsc'), ['-p', 'tsconfig.build.json', '--outDir', join(made, 'cjs'), '--pretty', 'false', ...options]);
  // What is said of the code stands in the declarations; in what runs it would be a tenth of the package.
  const [{ code, output }] = await Promise.all([
    compile('--emitDeclarationOnly'),
    compile('--declaration', 'false', '--isolatedDeclarations', 'false', '--removeComments', '--noCheck'),
  ]);
  put(join(made, 'cjs', 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
  put(join(made, 'esm', 'package.json'), `${JSON.stringify({ type: 'module' })}\n`);
  for (const file of filesBelow(join('.tmp', `dist-${process.pid}`), /\.d\.ts$/)) rewriteEndings(join(root, file));
  for (const file of filesBelow(join('.tmp', `dist-${process.pid}`), /\/cli\/main\.js$/))
    chmodSync(join(root, file), 0o755);
  prune(join('.tmp', `dist-${process.pid}`));
  for (const [, file] of subpaths()) addDoor(made, file);
  replace(made, join(root, 'dist'));
  writeFileSync(stampFile, stamp);
  return code === 0 ? '' : output.trim();
}

/**
 * What `import` gets of a subpath: the same objects as `require`, so that a process that uses both has one of each.
 * @param {string} made
 * @param {string} file
 */
function addDoor(made, file) {
  const target = relative(dirname(join(made, 'esm', file)), join(made, 'cjs', file));
  const names = Object.keys(require(join(made, 'cjs', `${file}.js`))).sort();
  const door = `import all from '${target}.js';\n\nexport const { ${names.join(', ')} } = all;\n`;
  put(join(made, 'esm', `${file}.js`), door);
  put(join(made, 'esm', `${file}.d.ts`), `export * from '${target}.js';\n`);
}

/**
 * @param {string} path
 * @param {string} text
 */
function put(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Whether dist is what lib says now. */
export function isFresh() {
  try {
    return statSync(join(root, 'dist', 'cjs')).isDirectory() && readFileSync(stampFile, 'utf8') === sourcesStamp();
  } catch {
    return false;
  }
}

function sourcesStamp() {
  return [
    ...filesBelow('lib'),
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/build.mjs',
    'scripts/embed.mjs',
    'scripts/prune.mjs',
  ]
    .map((path) => {
      const { mtimeMs, size } = statSync(join(root, path));
      return `${path} ${mtimeMs} ${size}`;
    })
    .join('\n');
}

// The compiler rewrites `.ts` in what it emits as JavaScript, but not in declarations.
/** @param {string} path */
function rewriteEndings(path) {
  const text = readFileSync(path, 'utf8');
  const rewritten = text.replace(/((?:from|import) ?\(?['"]\.{1,2}\/[^'"]*)\.ts(['"])/g, '$1.js$2');
  if (rewritten !== text) writeFileSync(path, rewritten);
}

/**
 * Two builds may end at once: whichever comes last stays.
 * @param {string} made
 * @param {string} target
 */
function replace(made, target) {
  const old = `${made}-old`;
  for (let attempt = 0; ; attempt++) {
    try {
      renameSync(target, old);
    } catch (error) {
      if (!isCode(error, 'ENOENT')) throw error;
    }
    try {
      renameSync(made, target);
      break;
    } catch (error) {
      if (attempt === 10 || !(isCode(error, 'ENOTEMPTY') || isCode(error, 'EEXIST'))) throw error;
      rmSync(old, { recursive: true, force: true });
    }
  }
  rmSync(old, { recursive: true, force: true });
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function isCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const faults = await build();
  if (faults !== '') {
    console.error(faults);
    process.exitCode = 1;
  }
}
