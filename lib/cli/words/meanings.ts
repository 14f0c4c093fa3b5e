import { chineseCodes } from '../../inspector/words/chinese-codes.ts';
import { chineseAlarms } from '../../observe/chinese-alarms.ts';
import { chineseErrors } from './chinese-errors.ts';
import { chineseNotices } from './chinese-notices.ts';
import type { Told } from './phrases.ts';

type Meaning = readonly [means: string, cure: string];

// Of a code that is an alarm as well, the log and the terminal tell of the alarm.
const meanings: Readonly<Record<string, Meaning>> = {
  ...chineseCodes,
  ...chineseErrors,
  ...chineseNotices,
  ...chineseAlarms,
};

/** What a code means and what to do, in Chinese; undefined for one that is not of this package. */
export function meaningOf(code: unknown): Meaning | undefined {
  return typeof code === 'string' && Object.hasOwn(meanings, code) ? meanings[code] : undefined;
}

/** A line that is English, after what its code means, if it has one. */
export function withMeaning(line: string, { code, error }: { code?: unknown; error?: unknown }): Told {
  const named = code ?? (error as { code?: unknown } | undefined)?.code;
  const meaning = meaningOf(named);
  if (meaning === undefined) return { en: line, zh: line };
  const [means, cure] = meaning;
  return { en: line, zh: `${String(named)}\uff1a${means}\u3002${cure} ${line}` };
}
