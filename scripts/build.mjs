// Builds lib to dist/cjs. A build replaces dist in one step, so that whoever reads it meanwhile finds it whole.
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { embed } from './embed.mjs';
import { prune } from './prune.mjs';
import { bin, filesBelow, root, run } from './tools.mjs';

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
  for (const file of filesBelow(join('.tmp', `dist-${process.pid}`), /\.d\.ts$/)) rewriteEndings(join(root, file));
  for (const file of filesBelow(join('.tmp', `dist-${process.pid}`), /\/cli\/main\.js$/))
    chmodSync(join(root, file), 0o755);
  prune(join('.tmp', `dist-${process.pid}`));
  replace(made, join(root, 'dist'));
  writeFileSync(stampFile, stamp);
  return code === 0 ? '' : output.trim();
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
    'package.json',
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
