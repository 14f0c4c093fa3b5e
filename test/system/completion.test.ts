import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runHere, temporaryFolder } from '../cli/cli.ts';

async function scriptFor(t: TestContext, shell: 'zsh' | 'fish'): Promise<string> {
  const { code, stdout, stderr } = await runHere(['completion', shell]);
  assert.equal(code, 0, stderr);
  const script = join(await temporaryFolder(t), `completion.${shell}`);
  await writeFile(script, stdout);
  return script;
}

test('zsh takes the script of completion for this command, and completes with it', async (t) => {
  const script = await scriptFor(t, 'zsh');
  // A terminal of its own, in which a person types a line and the tab key.
  const asked = [
    'zmodload zsh/zpty; zpty z "zsh -f -i"',
    `zpty -w z "autoload -U compinit; compinit -D -u; source ${script}; print RE''ADY"`,
    `zpty -r -m z line '*READY*'`,
    `zpty -w -n z $'deposit-callback send imtoken --attack unsi\\t'`,
    `zpty -r -m z line '*unsigned*'; print -r -- "$line"`,
  ].join('\n');
  const shown = execFileSync('zsh', ['-f', '-c', asked], { encoding: 'utf8', timeout: 60_000 });
  assert.match(shown, /unsigned/);
});

test('fish completes verbs, providers, and what an option may be', async (t) => {
  const script = await scriptFor(t, 'fish');
  const completed = (line: string): string =>
    execFileSync('fish', ['--no-config', '-c', `source ${script}; complete -C '${line}'`], { encoding: 'utf8' });
  assert.match(completed('deposit-callback dead'), /^dead-letters\t/m);
  assert.match(completed('deposit-callback send alch'), /^alchemy/m);
  assert.match(completed('deposit-callback send imtoken --att'), /^--attack\t/m);
  assert.match(completed('deposit-callback send imtoken --attack un'), /^unsigned/m);
});
