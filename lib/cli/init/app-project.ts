import { basename } from 'node:path';
import { parseEnv } from 'node:util';
import { ownKeyVariable, secretVariable } from '../secrets.ts';
import { ranges, version } from '../versions.ts';
import { type App, programs, signingVariable } from './app-files.ts';
import type { Choices } from './choices.ts';
import { stores } from './stores.ts';
import type { NewFile } from './write-files.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What of a folder is there already: texts of files. */
export interface Present {
  manifest?: Json | undefined;
  gitignore?: string | undefined;
  env?: string | undefined;
}

/** All files of an app in `folder`. Those that others write too are completed: nothing that is in them is lost. */
export function filesOf(app: App, folder: string, { manifest, gitignore = '', env = '' }: Present): NewFile[] {
  const { choices, secret } = app;
  const isTyped = choices.language === 'typescript';
  const wanted = manifestOf(folder, choices);
  const variables = {
    [secretVariable]: secret.key,
    ...(secret.signing === undefined ? {} : { [signingVariable]: secret.signing }),
    ...(secret.ownKey === undefined ? {} : { [ownKeyVariable]: secret.ownKey }),
    ...stores[choices.store].env,
  };
  return [
    ...Object.entries(programs(app)).map(([name, text]) => ({ name: `${name}.${isTyped ? 'ts' : 'js'}`, text })),
    ...(isTyped ? [{ name: 'tsconfig.json', text: json(typescriptConfig) }] : []),
    {
      name: 'package.json',
      text: json(manifest === undefined ? wanted : completed(manifest, wanted)),
      completes: true,
    },
    { name: '.gitignore', text: withLines(gitignore, ignored), completes: true },
    { name: '.env', text: withLines(env, environmentLines(variables, env)), completes: true, mode: 0o600 },
  ];
}

/** What `npm start` does. */
export function startScript({ language }: Pick<Choices, 'language'>): string {
  const run = (file: string): string => `node --env-file=.env ${file}`;
  return language === 'typescript' ? `tsc && ${run('dist/server.js')}` : run('server.js');
}

function manifestOf(folder: string, choices: Choices): Json {
  const { language, module, express, store } = choices;
  const { packages, types = [] } = stores[store];
  return {
    name: nameOf(folder),
    private: true,
    type: module === 'esm' ? 'module' : 'commonjs',
    scripts: { start: startScript(choices) },
    dependencies: {
      'deposit-callback': `^${version}`,
      express: express === '4' ? ranges.express4 : ranges.express,
      ...rangesOf(packages),
    },
    // The types of Express 5 describe what versions 4 and 5 have in common.
    ...(language === 'typescript'
      ? { devDependencies: rangesOf(['@types/express', '@types/node', 'typescript', ...types]) }
      : {}),
    // It fetches its native part when it is installed, which npm lets only those do that are named.
    ...(packages.includes('better-sqlite3') ? { allowScripts: { 'better-sqlite3': true } } : {}),
  };
}

function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-');
  return name.replace(/^[._-]+/, '') || 'deposits';
}

function rangesOf(names: readonly string[]): Json {
  return Object.fromEntries([...names].sort().map((name) => [name, ranges[name as keyof typeof ranges]]));
}

/** `there` with the members that it lacks; what it has stays as it is. */
function completed(there: Json, { name: _n, private: _p, ...wanted }: Json): Json {
  const entries = Object.entries(wanted).map(([key, value]) => {
    const own = there[key];
    if (own === undefined) return [key, value];
    return [key, isObject(own) && isObject(value) ? { ...value, ...own } : own];
  });
  return { ...there, ...Object.fromEntries(entries) };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const typescriptConfig: Json = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023'],
    types: ['node'],
    module: 'nodenext',
    strict: true,
    rootDir: '.',
    outDir: 'dist',
  },
  include: ['*.ts'],
};

const ignored = ['node_modules/', 'dist/', '.env', '*.db', '*.db-shm', '*.db-wal'];

/** The variables that `there` lacks; none of the secrets if one is there, since they belong together. */
function environmentLines(variables: Readonly<Record<string, string>>, there: string): string[] {
  const present = parseEnv(there);
  const isSecret = (name: string): boolean => [secretVariable, signingVariable, ownKeyVariable].includes(name);
  return Object.entries(variables)
    .filter(([name]) => !(name in present) && !(isSecret(name) && secretVariable in present))
    .map(([name, value]) => `${name}=${/[\s#"'`]/.test(value) ? `"${value.trimEnd()}"` : value}`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** The text with the lines that it lacks. */
function withLines(there: string, wanted: readonly string[]): string {
  const present = new Set(there.split('\n').map((line) => line.trim()));
  const missing = wanted.filter((line) => !present.has(line));
  return `${there}${there === '' || there.endsWith('\n') ? '' : '\n'}${missing.map((line) => `${line}\n`).join('')}`;
}
