import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pack } from '../../scripts/pack.mjs';
import { problemsOf, root } from '../../scripts/tools.mjs';

/**
 * By project: tools lent from here to spare a download, and what to run. What is not lent is not there: the CommonJS
 * project has no driver of any store.
 * @type {Record<string, { tools: readonly string[], commands: readonly (readonly string[])[] }>}
 */
const projects = {
  'esm-express5': {
    tools: ['typescript', '@types/node', '@types/express', 'better-sqlite3'],
    commands: [['node_modules/typescript/bin/tsc', '-p', '.'], ['out/app.js']],
  },
  'commonjs-express4': { tools: [], commands: [['app.js']] },
};

/** The packed package, installed by npm into projects of their own, outside the repository; each receives a callback. */
async function findings() {
  const tarball = await pack();
  const folder = mkdtempSync(join(tmpdir(), 'deposit-callback-'));
  try {
    /** @type {string[]} */
    const problems = [];
    for (const [project, { tools, commands }] of Object.entries(projects)) {
      const cwd = join(folder, project);
      cpSync(join(root, 'test', 'package', 'projects', project), cwd, { recursive: true });
      const found = await install(cwd, tarball, tools);
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
 * @param {readonly string[]} tools
 */
async function install(cwd, tarball, tools) {
  const options = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  const problems = await problemsOf('npm', ['install', ...options, tarball], { cwd });
  for (const tool of tools) {
    const link = join(cwd, 'node_modules', tool);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', tool), link, 'dir');
  }
  return problems;
}

test('The packed package works in projects of its users', async () => {
  assert.equal((await findings()).join('\n'), '');
});
