import type { CallbackRecord } from '../../stores/store.ts';
import { bodyView } from '../parts/body-view.ts';
import { callbackTable } from '../parts/callback-list.ts';
import { whenCell } from '../parts/cells.ts';
import { actionForm, allForm, choice, field, filter, timeField } from '../parts/forms.ts';
import { type Html, html } from '../parts/html.ts';
import { type Column, empty, pageWithin, row, section, table, whole } from '../parts/parts.ts';
import type { Page, View } from '../view.ts';
import { filterFields, heldDeposits, unreadCallbacks } from '../waiting.ts';
import { depositTable } from './deposits.ts';

const lists = ['deposits', 'unread', 'unverified'] as const;
type List = (typeof lists)[number];

const perPage = 20;
/** Of each list, if all three are shown. */
const few = 5;
/** Of each body that did not verify: as much as shows what it is. */
const shownBytes = 4 * 1_024;

/** All that is kept back: the beginning of each list, or with `show` one of them, filtered and in pages. */
export async function quarantinePage(view: View): Promise<Page> {
  const { words, query } = view;
  const shown = lists.find((name) => name === query.get('show'));
  const links = [undefined, ...lists].map((name) => {
    const label = name === undefined ? words.quarantine.all : words.quarantine.lists[name];
    return html`<li><a href="?${name === undefined ? '' : `show=${name}`}"${name === shown && html` aria-current="true"`}>${label}</a></li>`;
  });
  const parts = await Promise.all(
    lists.map((name) => (shown === undefined || shown === name ? sections[name](view, shown === name) : html``)),
  );
  return {
    title: words.nav.quarantine,
    name: 'quarantine',
    body: html`<h1>${words.nav.quarantine}</h1>
<nav class="ranges" aria-label="${words.nav.quarantine}"><ul>${links}</ul></nav>
${parts}`,
  };
}

const sections: Readonly<Record<List, (view: View, isWhole: boolean) => Promise<Html>>> = {
  deposits: heldSection,
  unread: unreadSection,
  unverified: unverifiedSection,
};

async function heldSection(view: View, isWhole: boolean): Promise<Html> {
  const { words, callbacks, query, now, token } = view;
  const { quarantine: texts, act, column } = words;
  const found = await heldDeposits(callbacks.store, isWhole ? (name) => query.get(name) ?? '' : () => '', now);
  const { shown, pages } = pageWithin(view, found, isWhole ? perPage : few);
  const release = (deposit: { id: string }): Html =>
    actionForm(view, {
      action: 'release',
      label: act.release,
      explanation: act.releaseMore,
      fields: { deposit: deposit.id },
    });
  const codes = [...new Set(found.map(({ code }) => code ?? ''))].filter((code) => code !== '');
  const form = [
    choice('code', column.code, withChosen(codes, query.get('code')), view),
    ...(['network', 'asset', 'to'] as const).map((name) => field(name, column[name], view)),
    timeField('since', words.since, view),
  ];
  return filteredSection(view, 'deposits', isWhole, {
    title: texts.deposits,
    more: texts.depositsMore,
    form,
    count: found.length,
    shown:
      shown.length === 0
        ? empty(texts.noDeposits)
        : depositTable(view, shown, new Map(), token === undefined ? undefined : release),
    pages,
    act: ['release-all', act.releaseAll(found.length), act.releaseAllMore],
  });
}

async function unreadSection(view: View, isWhole: boolean): Promise<Html> {
  const { words, callbacks, query, now } = view;
  const { quarantine: texts, act, column } = words;
  const found = await unreadCallbacks(callbacks.store, isWhole ? (name) => query.get(name) ?? '' : () => '', now);
  const { shown, pages } = pageWithin(view, found, isWhole ? perPage : few);
  const providers = callbacks.providers.map((name) => [name, name] as const);
  const form = [
    choice('provider', column.provider, providers, view),
    field('code', column.code, view),
    timeField('since', words.since, view),
  ];
  return filteredSection(view, 'unread', isWhole, {
    title: texts.callbacks,
    more: texts.callbacksMore,
    form,
    count: found.length,
    shown: shown.length === 0 ? empty(texts.noCallbacks) : await callbackTable(view, shown, false),
    pages,
    act: ['reprocess-all', act.reprocessAll(found.length), act.reprocessMore],
  });
}

interface Filtered {
  title: string;
  more: string;
  form: readonly Html[];
  /** How many match. */
  count: number;
  /** Those of this page. */
  shown: Html;
  pages: Html;
  /** What can be done with all that match. */
  act: readonly [action: 'release-all' | 'reprocess-all', label: string, explanation: string];
}

/** A list with its filter and its pages if it is shown by itself, or its beginning; and a button for all of it. */
function filteredSection(
  view: View,
  list: 'deposits' | 'unread',
  isWhole: boolean,
  { title, more, form, count, shown, pages, act: [action, label, explanation] }: Filtered,
): Html {
  const names: readonly string[] = isWhole ? filterFields[list] : [];
  const isSet = names.some((name) => view.query.has(name));
  return section(
    title,
    html`<p class="soft">${more}</p>
${isWhole && filter(view, form, isSet, { show: list })}
${shown}
${isWhole ? pages : all(view, list, count)}`,
    count > 0 && allForm(view, action, label, explanation, names),
  );
}

async function unverifiedSection(view: View, isWhole: boolean): Promise<Html> {
  const { words, callbacks } = view;
  const { quarantine: texts, act } = words;
  const found = await callbacks.store.unverified({ limit: isWhole ? 100 : few + 1 });
  const { shown, pages } = pageWithin(view, found, isWhole ? perPage : few, 'oldestFirst');
  const reverify = actionForm(view, { action: 'reverify', label: act.reverify, explanation: act.reverifyMore });
  return section(
    texts.unverified,
    html`<p class="soft">${texts.unverifiedMore}</p>
${shown.length === 0 ? empty(texts.noUnverified) : unverifiedTable(view, shown)}
${isWhole ? pages : all(view, 'unverified', found.length)}`,
    found.length > 0 && reverify,
  );
}

/** A code that is asked for stays in the choice, though nothing has it. */
function withChosen(codes: readonly string[], chosen: string | null): (readonly [string, string])[] {
  return [...new Set([...codes, ...(chosen ? [chosen] : [])])].map((code) => [code, code] as const);
}

function all({ words }: View, list: List, count: number): Html | false {
  return (
    count > few && html`<p class="pager"><a class="button" href="?show=${list}">${words.quarantine.showAll}</a></p>`
  );
}

function unverifiedTable(view: View, records: readonly CallbackRecord[]): Html {
  const { words } = view;
  const { column } = words;
  const columns: Column[] = [
    { label: column.received, kind: 'age' },
    { label: column.provider },
    { label: column.from, kind: 'id' },
    { label: words.quarantine.showBody, kind: 'wide' },
  ];
  return table(
    words.quarantine.unverified,
    columns,
    records.map((record) =>
      row(columns, [
        whenCell(view, record.receivedAt),
        html`<bdi>${record.provider}</bdi>`,
        whole(record.remoteAddress),
        record.body !== undefined &&
          html`<details><summary>${words.quarantine.showBody}</summary>${bodyView(words, record.body, shownBytes)}</details>`,
      ]),
    ),
  );
}
