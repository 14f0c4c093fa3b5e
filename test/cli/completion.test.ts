import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { providerNames } from '../../lib/cli/provider-table.ts';
import { run, temporaryFolder } from './cli.ts';

test('bash completes verbs, options, and what they may be', async (t) => {
  const folder = await temporaryFolder(t);
  const script = join(folder, 'completion.bash');
  const printed = await run(['completion', 'bash']);
  assert.equal(printed.code, 0, printed.stderr);
  await writeFile(script, printed.stdout);
  const completed = (...words: string[]): string[] => {
    const asked = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _deposit_callback; echo "\${COMPREPLY[@]}"`;
    const answer = execFileSync('bash', ['-c', asked, 'bash', script, 'deposit-callback', ...words], {
      encoding: 'utf8',
    });
    return answer.trim().split(' ');
  };
  assert.deepEqual(completed('dead'), ['dead-letters']);
  assert.deepEqual(completed('send', 'alch'), ['alchemy']);
  assert.deepEqual(completed('send', 'imtoken', '--att'), ['--attack']);
  assert.deepEqual(completed('send', 'imtoken', '--attack', 'un'), ['unsigned']);
  assert.deepEqual(completed('init', '--store', 'p'), ['postgres']);
  assert.deepEqual(completed('init', '--provider', ''), [...providerNames]);
  assert.deepEqual(completed('send', 'imtoken', '--url', 'h'), ['']);
});

test('a shell that is not known is refused', async () => {
  const refused = await run(['completion', 'tcsh']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /bash, zsh, fish/);
});
