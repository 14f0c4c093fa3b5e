import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pack } from '../../scripts/pack.mjs';
import { bin, problemsOf, root, run } from '../../scripts/tools.mjs';

/** What is published: no source, test or script; and types that resolve under every setting of TypeScript. */
async function findings() {
  const tarball = await pack();
  try {
    const { output } = await run('tar', ['-tzf', tarball]);
    const strays = output
      .split('\n')
      .filter(
        (path) =>
          path !== '' &&
          !/^package\/(dist|docs\/openapi)\/|^package\/(package\.json|LICENSE|(README\.zh-CN|[A-Z]+)\.md)$/.test(path),
      );
    const tests = output.split('\n').filter((path) => /\.test\.|\/fixtures\/|\.tsbuildinfo$/.test(path));
    return [
      ...[...strays, ...tests].map((path) => `the tarball holds ${path}`),
      ...(await problemsOf(bin('attw'), [tarball, '--no-emoji'], { cwd: join(root) })),
    ];
  } finally {
    rmSync(tarball, { force: true });
  }
}

test('Only what is meant to be is published, with types that resolve', async () => {
  assert.equal((await findings()).join('\n'), '');
});
