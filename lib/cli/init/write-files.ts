import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { phrase, type Told } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';
import type { Ask } from './choices.ts';

/** A file to write. */
export interface NewFile {
  name: string;
  text: string;
  /** Whether the text holds all that was there. */
  completes?: boolean;
  /** Of a new one. */
  mode?: number;
}

/** A file of the folder; undefined if it is not there. */
export async function readIfThere(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name);
  return existsSync(path) ? readFile(path, 'utf8') : undefined;
}

/**
 * Writes files. One that is there with another text is written over only if `force`, or if a person says so. Where nobody can be
 * asked, throws `OPTION_INVALID` before anything is written. Gives the names of those written.
 */
export async function writeFiles(
  folder: string,
  files: readonly NewFile[],
  { force, ask, said }: { force: boolean; ask: Ask; said: (told: Told) => string },
): Promise<readonly string[]> {
  const taken: NewFile[] = [];
  for (const file of files) {
    const there = file.completes ? undefined : await readIfThere(folder, file.name);
    if (there !== undefined && there !== file.text) taken.push(file);
  }
  if (taken.length > 0 && !force && ask === undefined) {
    const names = taken.map(({ name }) => name).join(', ');
    throw refuse('--force', phrase('is needed to write over {names}; or take an empty folder', { names }));
  }
  const kept = new Set<NewFile>();
  for (const file of force ? [] : taken) {
    const answer = await ask?.(said(phrase('Write over {file}? (y, n) [n]: ', { file: file.name })));
    if (!/^y(es)?$/i.test(answer?.trim() ?? '')) kept.add(file);
  }
  const written = files.filter((file) => !kept.has(file));
  await mkdir(folder, { recursive: true });
  for (const { name, text, mode } of written) {
    await writeFile(join(folder, name), text, mode === undefined ? {} : { mode });
  }
  return written.map(({ name }) => name);
}
