import { spawn } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's own folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** An executable of a devDependency. @param {string} name */
export function bin(name) {
  return join(root, 'node_modules', '.bin', name);
}

/**
 * Runs a command in the repository, or in `cwd`; resolves with its exit code and what it printed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean }} [options] `show` also prints as it goes
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { cwd = root, env = process.env, show = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (show) process.stdout.write(chunk);
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
      if (show) process.stderr.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Runs a command and gives what is wrong: nothing when it exits 0, else its output.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 * @returns {Promise<string[]>}
 */
export async function problemsOf(command, args, options) {
  const { code, output } = await run(command, args, options);
  return code === 0 ? [] : [options?.show ? `exit code ${code}` : output.trim() || `exit code ${code}`];
}

/**
 * Paths of all files below a folder, relative to the repository, with forward slashes, sorted.
 * @param {string} folder
 * @param {RegExp} [pattern]
 * @returns {string[]}
 */
export function filesBelow(folder, pattern = /./) {
  /** @type {string[]} */
  const found = [];
  /** @param {string} path */
  const walk = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.name === 'node_modules') continue;
      const full = join(path, entry.name);
      if (entry.isDirectory()) walk(full);
      else found.push(relative(root, full).split(sep).join('/'));
    }
  };
  try {
    walk(join(root, folder));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return found.filter((path) => pattern.test(path)).sort();
}

/** Files that git would commit: tracked ones and new ones that it does not ignore. @returns {Promise<string[]>} */
export async function repositoryFiles() {
  const { output } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  return output.split('\0').filter((path) => path !== '' && isFile(join(root, path)));
}

/** @param {string} path */
function isFile(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Text of a file of the repository. @param {string} path */
export function read(path) {
  return readFileSync(join(root, path), 'utf8');
}

/** Text of a file of the repository, or undefined where there is none. @param {string} path */
export function readIfThere(path) {
  try {
    return read(path);
  } catch {
    return undefined;
  }
}

/** @param {string} path @param {string} text */
export function write(path, text) {
  writeFileSync(join(root, path), text);
}

/** Files of the repository that a file of TypeScript imports, types too. @param {string} path */
export function imports(path) {
  const statements = read(path).matchAll(
    /^(?:import|export)[^;'"]*?from ['"](\.[^'"]+)['"];|import\(['"](\.[^'"]+)['"]\)/gm,
  );
  return [...statements].map(([, from, lazy]) => posix.join(posix.dirname(path), from ?? lazy ?? ''));
}

/** @returns {Record<string, any>} the repository's package.json */
export function manifest() {
  return JSON.parse(read('package.json'));
}
