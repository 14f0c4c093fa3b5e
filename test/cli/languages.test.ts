import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { attacks } from '../../lib/audit/attacks.ts';
import { createOutput } from '../../lib/cli/output.ts';
import { createProgram } from '../../lib/cli/program.ts';
import { chineseHelp } from '../../lib/cli/words/chinese-help.ts';
import { chineseNames } from '../../lib/cli/words/chinese-names.ts';
import { chineseAttacks } from '../../lib/cli/words/chinese-usage.ts';
import { languageOf } from '../../lib/cli/words/language.ts';
import { meaningOf, withMeaning } from '../../lib/cli/words/meanings.ts';
import { chinese } from '../../lib/cli/words/phrases.ts';
import { run, runHere, service } from './cli.ts';

const zh = { LANG: 'zh_CN.UTF-8' };
const han = /\p{Script=Han}/u;
const folder = new URL('../../lib/cli/', import.meta.url);

/** Sources of the command line without its catalogues, on one line, with strings as they read. */
function sources(): string {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => path.endsWith('.ts') && !path.includes('chinese-'))
    .map((path) => readFileSync(new URL(path, folder), 'utf8').replaceAll("\\'", "'"))
    .join('\n');
}

function program(env: Record<string, string>): ReturnType<typeof createProgram> {
  const output = createOutput(new PassThrough(), new PassThrough(), env);
  const context = { output, env, stdin: async () => Buffer.of(), stopped: async () => {}, now: Date.now };
  return createProgram(context, () => {});
}

function descriptions(env: Record<string, string>): string[] {
  const top = program(env);
  return [top, ...top.commands].flatMap((command) => [
    command.description(),
    ...[...command.options, ...command.registeredArguments].map(({ description }) => description),
  ]);
}

test('every phrase is used, and its translation has the same names to fill in', () => {
  const used = sources();
  const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name)).sort();
  for (const [english, translation] of Object.entries(chinese)) {
    assert.ok(
      [`'${english}'`, `"${english}"`].some((text) => used.includes(text)),
      `nothing says ${english}`,
    );
    assert.deepEqual(new Set(names(translation)), new Set(names(english)), english);
  }
  for (const reason of used.matchAll(/new InvalidArgumentError\(\s*'([^']+)'/g)) {
    assert.ok(String(reason[1]) in chinese, `${reason[1]} is not translated`);
  }
  for (const name of Object.keys(chineseNames)) {
    assert.ok(
      [`'${name}'`, ` ${name}:`, ` ${name},`].some((text) => used.includes(text)),
      name,
    );
  }
});

test('every description of a verb, an option or an argument is Chinese too, and none that is gone is kept', () => {
  const english = new Set(descriptions({}));
  for (const text of descriptions(zh)) assert.ok(text === '' || han.test(text), `${text} is not translated`);
  const gone = Object.keys(chineseHelp).filter((text) => !english.has(text) && text !== 'display help for command');
  assert.deepEqual(gone, []);
  assert.deepEqual(Object.keys(chineseAttacks), Object.keys(attacks));
});

test('help is in the language of the locale of messages, as POSIX finds it, and otherwise English', async () => {
  const shown = await run(['export', '--help'], { env: zh });
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /^\u7528\u6cd5\uff1a deposit-callback export \[options\] <what>$/m);
  assert.match(
    shown.stdout,
    /--format <format> +\uff08\u53ef\u9009\uff1acsv, ndjson\uff1b\u9ed8\u8ba4\uff1acsv\uff09$/m,
  );
  assert.equal(languageOf({ LC_ALL: 'C', LANG: 'zh_CN.UTF-8' }), 'en');
  assert.equal(languageOf({ LC_ALL: '', LC_MESSAGES: 'zh_TW', LANG: 'C' }), 'zh');
  assert.equal(languageOf({ LANG: 'zh' }), 'zh');
  assert.equal(languageOf({ LANG: 'zu_ZA' }), 'en');
  assert.equal(languageOf({}), 'en');
  const plain = await run(['export', '--help'], { env: { LANG: 'C' } });
  assert.match(plain.stdout, /^Usage: deposit-callback export \[options\] <what>$/m);
  assert.doesNotMatch(plain.stdout, han);
});

test('status and doctor say in Chinese what they say in English, and JSON is the same in both', async (t) => {
  const { path, receive } = await service(t);
  await receive({ to: '0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAeD' });
  for (const verb of ['status', 'doctor']) {
    const shown = await runHere([verb, '--store', path], { env: zh });
    assert.equal(shown.code, 1);
    assert.match(
      shown.stdout,
      /1 \u4e2a\u56de\u8c03\u672a\u80fd\u5b8c\u6574\u8bfb\u53d6\uff081 \u4e2a ADDRESS_MALFORMED/,
    );
    assert.doesNotMatch(shown.stdout, /could only|upgrade|keeps what/);
    const [chinese, english] = await Promise.all(
      [zh, {}].map(async (env) => (await runHere([verb, '--store', path, '--json'], { env })).stdout),
    );
    assert.equal(chinese, english);
  }
  const table = await runHere(['log', '--store', path], { env: zh });
  assert.match(table.stdout, /^\u6536\u5230\u65f6\u95f4 +\u63d0\u4f9b\u65b9 +\u6765\u81ea +\u7ed3\u679c/);
});

test('an error says in Chinese what is wrong; its code and the exit code stay', async (t) => {
  const { path } = await service(t);
  const own = await runHere(['show', 'dep_x', '--store', path], { env: zh });
  assert.equal(own.code, 1);
  assert.match(own.stderr, /^\u9519\u8bef\uff1aNOT_FOUND\uff1a.*dep_x/);
  assert.doesNotMatch(own.stderr, /There is/);
  const option = await runHere(['deposits', '--store', path, '--network', 'etherium'], { env: zh });
  assert.equal(option.code, 2);
  assert.match(option.stderr, /OPTION_INVALID\uff1a\u9009\u9879 --network\uff1aetherium .* Ethereum\uff1f/);
  const usage = await run(['log', '--limit', 'x'], { env: zh });
  assert.equal(usage.code, 2);
  assert.match(usage.stderr, /^\u9519\u8bef\uff1a--limit <count>/);
  assert.doesNotMatch(usage.stderr, /Expected|invalid/);
});

test('a line of the log begins with what its code means; one without a code stays', () => {
  const line = 'NO_LISTENER: 3 events of deposit are owed, and nothing listens';
  const told = withMeaning(line, { code: 'NO_LISTENER' });
  assert.equal(told.en, line);
  assert.match(told.zh, /^NO_LISTENER\uff1a.*\u76d1\u542c\u5668.* NO_LISTENER: 3 events/);
  assert.deepEqual(withMeaning('Started', {}), { en: 'Started', zh: 'Started' });
  assert.equal(meaningOf('toString'), undefined);
});
