import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pack } from '../pack.mjs';
import { problemsOf, root } from '../tools.mjs';

// What such a project has beside what npm gives it with the package: tools, lent from here to spare a download.
const tools = ['typescript', '@types/node', '@types/express', 'better-sqlite3'];

/** @type {Record<string, readonly (readonly string[])[]>} */
const projects = {
  'esm-express5': [['node_modules/typescript/bin/tsc', '-p', '.'], ['out/app.js']],
  'commonjs-express4': [['app.js']],
};

/** The packed package, installed by npm into projects of their own, outside the repository; each receives a callback. */
export async function check() {
  const tarball = await pack();
  const folder = mkdtempSync(join(tmpdir(), 'deposit-callback-'));
  try {
    /** @type {string[]} */
    const problems = [];
    for (const [project, commands] of Object.entries(projects)) {
      const cwd = join(folder, project);
      cpSync(join(root, 'test', 'package', 'projects', project), cwd, { recursive: true });
      const found = await install(cwd, tarball);
      for (const command of commands) {
        if (found.length === 0) found.push(...(await problemsOf(process.execPath, command, { cwd })));
      }
      problems.push(...found.map((problem) => `${project}: ${problem}`));
    }
    return problems;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(tarball, { force: true });
  }
}

/**
 * @param {string} cwd
 * @param {string} tarball
 */
async function install(cwd, tarball) {
  const options = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  const problems = await problemsOf('npm', ['install', ...options, tarball], { cwd });
  for (const tool of tools) {
    const link = join(cwd, 'node_modules', tool);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', tool), link, 'dir');
  }
  return problems;
}
