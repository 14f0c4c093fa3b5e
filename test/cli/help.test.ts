import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { exitCodes } from '../../lib/cli/exit-codes.ts';
import { run } from './cli.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

test('help lists every verb, and docs/cli.md tells of each and of every exit code', async () => {
  const help = await run(['--help']);
  assert.deepEqual([help.code, help.stderr], [0, '']);
  const verbs = [...help.stdout.matchAll(/^ {2}([a-z-]+) (?:\[|<)/gm)].map(([, verb]) => String(verb));
  assert.ok(verbs.length >= 17, verbs.join(' '));
  for (const verb of verbs.filter((one) => one !== 'help')) {
    assert.match(page, new RegExp(`^(### ${verb}$|\\| \`${verb}[ \`])`, 'm'), verb);
    const own = await run([verb, '--help']);
    assert.equal(own.code, 0, verb);
    if (verb !== 'completion') assert.match(own.stdout, /--json/, verb);
  }
  for (const code of Object.values(exitCodes)) assert.match(page, new RegExp(`^\\| ${code} \\|`, 'm'));
});

test('what is not understood is told on standard error, with the near word, and exits 2', async () => {
  const verb = await run(['deposit']);
  assert.deepEqual([verb.code, verb.stdout], [2, '']);
  assert.match(verb.stderr, /unknown command 'deposit'[\s\S]*deposits/);
  const option = await run(['log', '--providr', 'x']);
  assert.equal(option.code, 2);
  assert.match(option.stderr, /--provider/);
  const none = await run([]);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /Usage: deposit-callback/);
  const time = await run(['log', '--since', 'yesterday']);
  assert.equal(time.code, 2);
});
