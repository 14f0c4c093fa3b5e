// Writes the SQL and Lua of the stores, and Keccak in WebAssembly, into modules: so they are there in both formats, through tsx and in a
// bundle.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keccakModule, layout } from './keccak-module.mjs';
import { filesBelow, read, readIfThere, root } from './tools.mjs';

const folders = ['lib/stores/postgres/sql', 'lib/stores/redis/lua', 'lib/stores/sqlite/sql'];

/** Writes the modules that are out of step, and gives their paths. */
export function embed() {
  const modules = [
    { path: 'lib/signatures/keccak-wasm.ts', made: keccakSource() },
    ...folders.map((folder) => ({ path: `${folder}.ts`, made: moduleOf(folder) })),
  ];
  return modules.flatMap(({ path, made }) => {
    if (made === readIfThere(path)) return [];
    writeFileSync(join(root, path), made);
    return [path];
  });
}

function keccakSource() {
  const numbers = Object.entries(layout).map(([name, value]) => `  ${name}: ${value},`);
  return [
    '// Made by scripts/embed.mjs from scripts/keccak-module.mjs: change that.',
    'export const keccakWasm = {',
    ...numbers,
    '  bytes:',
    `    '${keccakModule().toString('base64')}',`,
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
