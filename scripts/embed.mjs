// Writes the SQL and Lua of the stores into modules: so they are there in the build, through tsx and in a bundle.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, read, readIfThere, root } from './tools.mjs';

const folders = ['lib/stores/postgres/sql', 'lib/stores/redis/lua', 'lib/stores/sqlite/sql'];

/** Writes the modules that are out of step, and gives their paths. */
export function embed() {
  return folders.flatMap((folder) => {
    const path = `${folder}.ts`;
    const made = moduleOf(folder);
    if (made === readIfThere(path)) return [];
    writeFileSync(join(root, path), made);
    return [path];
  });
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
