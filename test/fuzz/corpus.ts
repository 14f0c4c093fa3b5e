import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// A line of JSON for each input, a character for each byte: a person can read what is kept, and git can show what came.

function fileOf(target: string): string {
  return fileURLToPath(new URL(`./corpus/${target.replace(':', '-')}.jsonl`, import.meta.url));
}

/** The kept inputs of a target: those that reached what its seeds do not, and those that once showed a fault. */
export function readCorpus(target: string): readonly Buffer[] {
  const file = fileOf(target);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => Buffer.from(JSON.parse(line) as string, 'latin1'));
}

export function writeCorpus(target: string, inputs: readonly Buffer[]): void {
  writeFileSync(fileOf(target), inputs.map((input) => `${asLine(input)}\n`).join(''));
}

function asLine(input: Buffer): string {
  return JSON.stringify(input.toString('latin1')).replace(
    /[\x7f-\xff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
