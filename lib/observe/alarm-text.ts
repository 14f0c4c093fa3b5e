import { chineseAlarms } from './chinese-alarms.ts';
import type { Alarm } from './news.ts';

/**
 * Tells an alarm as one line, for a chat or a pager. English (the default) is its code and message; Chinese says first what the code means
 * and what to do, then the message, which is English.
 *
 * @example
 * callbacks.on('alarm', (alarm) => postToChat(alarmText(alarm, { language: 'zh' })));
 */
export function alarmText(
  { code, message }: Pick<Alarm, 'code' | 'message'>,
  { language = 'en' }: { language?: 'en' | 'zh' } = {},
): string {
  if (language === 'en') return `${code}: ${message}`;
  const [means, cure] = chineseAlarms[code];
  return `${code}\uff1a${means}\u3002${cure} ${message}`;
}
