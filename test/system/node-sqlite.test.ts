import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

// `node:sqlite` came with Node 22, where better-sqlite3 built for an older Node does not load: each Node tests its own.
test('the store passes its conformance suite on node:sqlite, whichever Node runs this', async () => {
  const node24 = ['--yes', '--package=node@24', 'node'];
  const command = ['--import', 'tsx', '--test', '--test-reporter=tap', '--test-name-pattern=node:sqlite'];
  const files = ['test/stores/sqlite.test.ts', 'test/stores/sqlite/own.test.ts'];
  // A test inside a test would report to this one instead of writing TAP.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = promisify(execFile)('npx', [...node24, ...command, ...files], { env, maxBuffer: 2 ** 26 });
  const { stdout } = await run.catch((error: { stdout: string; message: string }) => {
    throw new Error(`${error.message}\n${error.stdout}`);
  });
  const count = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(stdout)?.[1]);
  assert.equal(count('fail'), 0);
  assert.equal(count('skipped'), 0);
  // All of the suite, and not a pattern that matches nothing.
  assert.ok(count('pass') > 50, stdout);
  assert.match(stdout, /node:sqlite: /);
});
