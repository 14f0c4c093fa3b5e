import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const lib = fileURLToPath(new URL('../../lib', import.meta.url));

/** Every short text that stands in the source in quotes: the names of fields and events, prefixes and codes that it compares with. */
export const sourceWords: readonly string[] = wordsOf(
  ['providers', 'providers/kit', 'json', 'networks', 'signatures', 'checks', 'deposits', 'middleware'],
  /'([^'\\\n]{1,40})'/g,
);

function wordsOf(folders: readonly string[], quoted: RegExp): readonly string[] {
  const words = new Set<string>();
  for (const folder of folders) {
    for (const file of readdirSync(join(lib, folder)).filter((name) => name.endsWith('.ts'))) {
      const text = readFileSync(join(lib, folder, file), 'utf8');
      for (const [, word = ''] of text.matchAll(quoted)) {
        // Paths of fields are walked key by key.
        for (const part of [word, ...word.split('.')]) if (part !== '' && !part.includes('/')) words.add(part);
      }
    }
  }
  return [...words].sort();
}

/** Numbers at which something changes, as they are written. */
export const numberWords: readonly string[] = [
  '0',
  '-0',
  '1',
  '-1',
  '0.1',
  '1.0',
  '1.10',
  '1e18',
  '1e-18',
  '1E400',
  '-1e400',
  '5e-324',
  '255',
  '256',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '18446744073709551616',
  '1767225600',
  '1767225600000',
  `${'9'.repeat(78)}`,
  `${'9'.repeat(79)}`,
  `1${'0'.repeat(300)}`,
  `0.${'0'.repeat(80)}1`,
];

/** Texts that readers of numbers, times, addresses and names may take for something else. */
export const oddWords: readonly string[] = [
  '',
  ' ',
  'NaN',
  'Infinity',
  '-1.5',
  '+1',
  '1,000',
  '0x',
  '0x0',
  '0x10',
  '0XfF',
  '1_000',
  '\u0661',
  '1e9',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '\u0000',
  '\ud800',
  '\u202e',
  '\ufeff',
  '2026-01-01T00:00:00Z',
  '2026-02-30T25:61:61.999999999+99:99',
  '+275760-09-13T00:00:00.001Z',
  'true',
  'null',
  'native',
  'eip155:1',
  'eip155:0',
  `0x${'0'.repeat(40)}`,
  `0x${'ab'.repeat(32)}`,
];
