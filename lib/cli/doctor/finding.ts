import type { Told } from '../words/phrases.ts';
/** `ok`: as it should be. `note`: worth knowing. `warn`: likely to hurt one day. `bad`: loses or risks money now. */
export type Level = 'ok' | 'note' | 'warn' | 'bad';

/** What the doctor found about one thing, and what to do. */
export interface DoctorFinding {
  /** Stable, for `--json`. */
  id: string;
  level: Level;
  /** What it is about: `options`, `store`, a provider's name, `endpoint`. */
  about: string;
  found: Told;
  /** What to do; absent if nothing is. */
  fix?: Told;
}

/** For `--json`, in English whatever the language. */
export function findingJson({ found, fix, ...finding }: DoctorFinding): object {
  return { ...finding, found: found.en, ...(fix === undefined ? {} : { fix: fix.en }) };
}
