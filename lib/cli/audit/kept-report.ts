import { readFile, rename, writeFile } from 'node:fs/promises';
import type { AuditReport } from '../../audit/run-probes.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

/** A report as it is kept for the next one, with the red probes of which nobody could be told. */
export type KeptReport = AuditReport & { untold?: readonly string[] };

/** The report in the file; undefined if there is no file yet. Throws `OPTION_INVALID` for a file that holds something else. */
export async function readKept(file: string): Promise<KeptReport | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const kept = parsed(text);
  if (kept === undefined)
    throw refuse('--keep', phrase('{file} holds something other than a report; name another file', { file }));
  return kept;
}

function parsed(text: string): KeptReport | undefined {
  try {
    const found = JSON.parse(text) as Partial<KeptReport> | null;
    const isReport = typeof found?.url === 'string' && Array.isArray(found.probes);
    return isReport ? (found as KeptReport) : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all: a report that was cut could not be compared with. */
export async function keep(file: string, report: KeptReport): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, `${JSON.stringify(report, null, 2)}\n`);
  await rename(draft, file);
}
