// Writes the SQL and Lua of the stores, the sample callbacks, and what `init` says of package.json, into modules: so they are there in the
// build, through tsx and in a bundle.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { samplesModule } from './samples.mjs';
import { filesBelow, manifest, read, readIfThere, root } from './tools.mjs';

const folders = ['lib/stores/postgres/sql', 'lib/stores/redis/lua', 'lib/stores/sqlite/sql'];

/** Writes the modules that are out of step, and gives their paths. */
export function embed() {
  const modules = [
    { path: 'lib/cli/samples.ts', made: samplesModule() },
    { path: 'lib/cli/versions.ts', made: versionsModule() },
    ...folders.map((folder) => ({ path: `${folder}.ts`, made: moduleOf(folder) })),
  ];
  return modules.flatMap(({ path, made }) => {
    if (made === readIfThere(path)) return [];
    writeFileSync(join(root, path), made);
    return [path];
  });
}

const installed = [
  '@types/express',
  '@types/node',
  '@types/pg',
  'better-sqlite3',
  'express',
  'ioredis',
  'pg',
  'typescript',
];

/** The package's own version, and those of what an app installs beside it with which it is tested. */
function versionsModule() {
  const { version, devDependencies } = manifest();
  const ranges = [...installed, 'express4'].map((name) => {
    const key = /^\w+$/.test(name) ? name : `'${name}'`;
    return `  ${key}: '${devDependencies[name].replace(/^npm:express@/, '')}',`;
  });
  return [
    '// Made by scripts/embed.mjs from package.json: change that.',
    `export const version = '${version}';`,
    '',
    'export const ranges = {',
    ...ranges,
    '} as const;',
    '',
  ].join('\n');
}

/** @param {string} folder */
function moduleOf(folder) {
  const files = filesBelow(folder, /\.(?:sql|lua)$/);
  const names = files.map((path) => JSON.stringify(path.slice(folder.length + 1).replace(/\.\w+$/, '')));
  const kind = folder.endsWith('lua') ? 'lua' : 'sql';
  return [
    `// Made by scripts/embed.mjs from ${folder}: change the files there.`,
    `export type Name = ${names.join(' | ')};`,
    '',
    `export const ${kind}: Readonly<Record<Name, string>> = {`,
    ...files.map((path, index) => `  ${names[index]}: ${JSON.stringify(withoutComments(read(path)))},`),
    '};',
    '',
  ].join('\n');
}

/** A comment of a line of its own is for who reads the file. @param {string} text */
function withoutComments(text) {
  return text.replace(/^[ \t]*--.*\n/gm, '').trim();
}
