import type { StoredEvent } from '../../stores/store.ts';
import { push } from '../../util/maps.ts';
import type { View } from '../view.ts';
import { whenCell } from './cells.ts';
import { type Html, html } from './html.ts';
import { type Column, grouped, row, section, table } from './parts.ts';

const mark = '#';
const mostGroups = 5;

/** Dead letters whose errors are alike. */
export interface Alike {
  /** The error of the newest. */
  error: string;
  /** What all of their errors contain, to filter by. */
  common: string;
  count: number;
  newestAt: number;
  oldestAt: number;
}

/** Groups dead letters, newest first, by their errors without ids and numbers: the largest groups first. */
export function alike(events: readonly StoredEvent[]): Alike[] {
  const groups = new Map<string, StoredEvent[]>();
  for (const event of events) push(groups, maskOf(event.error), event);
  return [...groups.values()]
    .flatMap((all) => {
      const [newest, oldest] = [all[0], all.at(-1)];
      if (newest === undefined || oldest === undefined) return [];
      const { error = '' } = newest;
      const common = all.every((one) => one.error === error) ? error : longest(maskOf(error).split(mark));
      return [{ error, common: common.trim(), count: all.length, newestAt: newest.madeAt, oldestAt: oldest.madeAt }];
    })
    .sort((a, b) => b.count - a.count);
}

/** The error without what tells one failure from another of the same cause: words with a digit, such as ids, hashes, amounts. */
function maskOf(error = ''): string {
  return error.replace(/\w+/g, (word) => (/\d/.test(word) ? mark : word));
}

function longest(parts: readonly string[]): string {
  return parts.reduce((best, one) => (one.trim().length > best.trim().length ? one : best), '');
}

/** The causes of what failed, each with how often and a link to its dead letters; nothing if all have the same. */
export function alikeTable(view: View, events: readonly StoredEvent[]): Html | false {
  const groups = alike(events).slice(0, mostGroups);
  if (groups.length < 2) return false;
  const { words, query } = view;
  const texts = words.alike;
  const columns: Column[] = [
    { label: texts.latest, kind: 'age' },
    { label: words.column.error, kind: 'wide' },
    { label: texts.first, kind: 'age' },
    { label: words.nav.deadLetters, kind: 'number' },
  ];
  const rows = groups.map(({ error, common, count, newestAt, oldestAt }) => {
    const kept = [...query].filter(([name]) => !['error', 'before', 'done'].includes(name));
    const href = `?${new URLSearchParams([...kept, ['error', common]])}`;
    return row(columns, [
      whenCell(view, newestAt),
      html`<a class="open" href="${href}"><bdi>${error === '' ? texts.noError : error}</bdi></a>`,
      whenCell(view, oldestAt),
      grouped(count),
    ]);
  });
  return section(texts.title, table(texts.title, columns, rows));
}
