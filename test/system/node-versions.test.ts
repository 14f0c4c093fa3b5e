import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';

/** What depends on the version of Node: HTTP, streams, serverless adapters, ESM and CommonJS. */
const files = [
  'test/deposit-callbacks.test.ts',
  'test/close.test.ts',
  'test/middleware/raw-body.test.ts',
  'test/middleware/rescue-raw-body.test.ts',
  'test/recipes/serverless.test.ts',
  'test/package/exports.test.ts',
  'test/package/one-build.test.ts',
];
// better-sqlite3 is built for one version of Node and does not load in another, so each Node has its own cases.
const sqliteFiles = ['test/stores/sqlite.test.ts', 'test/stores/sqlite/own.test.ts'];

const whichDrivers = `
import { openDatabase } from './lib/stores/sqlite/driver.ts';
const found = await Promise.all(['better-sqlite3', 'node:sqlite'].map((name) =>
  openDatabase(':memory:', name).then((database) => (database.close(), name), () => undefined)));
console.log(found.filter(Boolean).join(', '));
`;

/** What Node itself gets wrong, and docs/stores.md says: `node:sqlite` of Node 22 cuts a text at NUL when it reads it. */
const knownFailures: Readonly<Record<number, readonly string[]>> = {
  22: [
    'node:sqlite: hostile texts are kept exactly, and found by',
    'node:sqlite: a cursor with NUL in its id is kept exactly',
  ],
};

for (const major of [22, 24]) {
  test(`on Node ${major}, whichever Node runs this, HTTP, streams, serverless and both module formats work`, async (t) => {
    await run(t, major, files, 50);
  });

  test(`on Node ${major} the store passes its conformance suite on node:sqlite`, async (t) => {
    t.diagnostic(
      `Node ${major} has ${(await nodeOf(major, ['--import', 'tsx', '--input-type=module', '--eval', whichDrivers])).trim()}`,
    );
    const out = await run(t, major, ['--test-name-pattern=node:sqlite', ...sqliteFiles], 50, knownFailures[major]);
    assert.match(out, /node:sqlite: /);
  });
}

/** Runs tests on another Node: all pass but those that are known, none is skipped, and there are more than `least`, not a pattern that matches nothing. */
async function run(
  t: TestContext,
  major: number,
  tests: readonly string[],
  least: number,
  known: readonly string[] = [],
): Promise<string> {
  const loaders = ['--import', 'tsx', '--import', './test/helpers/stray-promises.ts'];
  const stdout = await nodeOf(major, [...loaders, '--test', '--test-concurrency=2', '--test-reporter=tap', ...tests]);
  const count = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(stdout)?.[1]);
  t.diagnostic(`${count('pass')} tests passed on Node ${major}`);
  const failed = [...stdout.matchAll(/^ *not ok \d+ - (node:sqlite: .*)$/gm)].map(([, name]) => name);
  assert.deepEqual(failed, known, stdout);
  assert.equal(count('fail'), known.length, stdout);
  assert.equal(count('skipped'), 0);
  assert.ok(count('pass') >= least, stdout);
  return stdout;
}

async function nodeOf(major: number, args: readonly string[]): Promise<string> {
  // A test inside a test would report to this one instead of writing TAP.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const command = ['--yes', `--package=node@${major}`, 'node', ...args];
  const { stdout } = await promisify(execFile)('npx', command, { env, maxBuffer: 2 ** 26 }).catch(
    (error: { stdout: string; message: string }) => {
      // Of tests that failed the output says which.
      if (/^# fail \d+$/m.test(error.stdout)) return error;
      throw new Error(`${error.message}\n${error.stdout}`);
    },
  );
  return stdout;
}
