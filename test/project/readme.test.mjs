import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bin, problemsOf, readIfThere, root } from '../../scripts/tools.mjs';

const folder = join(root, '.tmp', 'readme');

/**
 * Each block of TypeScript or JavaScript in the README compiles, and runs as it stands, to its end or until its server
 * listens (on a free port). A block that is only a fragment is marked by the line `<!-- fragment -->` above it.
 */
async function findings() {
  const blocks = blocksOf(readIfThere('README.md') ?? '');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  /** @type {string[]} */
  const problems = [];
  for (const { code, ending, line } of blocks) {
    const file = join(folder, `line-${line}.${ending}`);
    writeFileSync(file, code);
    const found = await problemsOf(
      process.execPath,
      ['--import', 'tsx', '--import', join(root, 'test', 'helpers', 'until-listening.mjs'), file],
      { cwd: folder, env: { ...process.env, CALLBACK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}` } },
    );
    problems.push(...found.map((problem) => `README.md:${line}: ${problem}`));
  }
  if (blocks.length > 0) {
    const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false, rootDir: root };
    const config = { extends: '../../tsconfig.json', compilerOptions, include: ['.'], exclude: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    problems.push(...(await problemsOf(bin('tsc'), ['-p', folder, '--pretty', 'false'])));
  }
  if (problems.length === 0) rmSync(folder, { recursive: true, force: true });
  return problems;
}

/** @param {string} text */
function blocksOf(text) {
  return [...text.matchAll(/^(<!-- fragment -->\n)?```(ts|js|cjs|mjs)\n([\s\S]*?)^```$/gm)]
    .filter(([, fragment]) => fragment === undefined)
    .map((match) => ({
      code: String(match[3]),
      ending: String(match[2]),
      line: text.slice(0, match.index).split('\n').length,
    }));
}

test('The code of the README compiles and runs', async () => {
  assert.equal((await findings()).join('\n'), '');
});
