import { invalidOption } from '../errors.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { chineseAlarms } from './chinese-alarms.ts';
import type { Alarm } from './news.ts';

/** Options of `alarmText`. */
export interface AlarmTextOptions {
  /** Default `'en'`. */
  language?: 'en' | 'zh';
}

const optionNames: OptionNames<AlarmTextOptions> = { language: true };

/**
 * Tells an alarm as one line, for a chat or a pager. English (the default) is its code and message; Chinese says first what the code means
 * and what to do, then the message, which is English. Throws `OPTION_INVALID` for what is no alarm, or another language.
 *
 * @example
 * callbacks.on('alarm', (alarm) => postToChat(alarmText(alarm, { language: 'zh' })));
 */
export function alarmText(alarm: Pick<Alarm, 'code' | 'message'>, options: AlarmTextOptions = {}): string {
  checkOptions('alarmText', options, optionNames, "alarm, { language: 'zh' }");
  const { language = 'en' } = options;
  if (language !== 'en' && language !== 'zh') throw invalidOption('alarmText.language', "must be 'en' or 'zh'");
  if (typeof alarm?.code !== 'string') throw invalidOption('alarm', "must be one that on('alarm') was given");
  const { code, message } = alarm;
  const words = chineseAlarms[code];
  if (language === 'en' || words === undefined) return `${code}: ${message}`;
  const [means, cure] = words;
  return `${code}\uff1a${means}\u3002${cure} ${message}`;
}
