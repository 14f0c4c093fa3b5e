import { areDecimals, decimalFrom } from '../../deposits/amount.ts';
import type { DepositRecord, DepositStatus } from '../../deposits/deposit.ts';
import type { Credit } from '../../operator/credit.ts';
import type { View } from '../view.ts';
import type { Words } from '../words/english.ts';
import { type Html, html, type Value } from './html.ts';

/** A column of a table; `kind` sets its alignment and face. */
export interface Column {
  label: string;
  kind?: 'number' | 'id' | 'buttons' | 'wide' | 'short' | 'age' | 'state' | 'worth';
  /** Left out if there is little room. */
  minor?: boolean;
}

/** `2026-01-01 00:00:00` in UTC; the script adds the reader's own time as a hint. */
export function time(epochMs: number): Html {
  const iso = isoTime(epochMs);
  return html`<time datetime="${iso}">${clock(iso)}</time>`;
}

/** ISO 8601; a time that no calendar has stands as its number. */
export function isoTime(epochMs: number): string {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? String(epochMs) : date.toISOString();
}

/** `2026-01-01 00:00:00` of an ISO time. */
export function clock(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, '');
}

/** `5 min ago`, in the page's language. */
export function ago({ words, now }: Pick<View, 'words' | 'now'>, epochMs: number): string {
  const seconds = Math.floor((now - epochMs) / 1_000);
  if (seconds < 5) return words.justNow;
  if (seconds < 60) return words.ago(seconds, 's');
  if (seconds < 7_200) return words.ago(Math.floor(seconds / 60), 'min');
  if (seconds < 172_800) return words.ago(Math.floor(seconds / 3_600), 'h');
  return words.ago(Math.floor(seconds / 86_400), 'd');
}

/** A state in its colour; the word carries the meaning, the colour helps. */
export function badge(tone: string, label: string): Html {
  return html`<span class="badge is-${tone}">${label}</span>`;
}

export function statusBadge({ words }: View, status: DepositStatus): Html {
  return badge(status, words.status[status]);
}

/** The status; of one that the listeners have not done, that it is not credited or not taken back. */
export function standing(view: View, status: DepositStatus, credit: Credit | undefined): Html {
  if (credit === undefined || credit.state === 'done' || (status !== 'confirmed' && status !== 'reverted'))
    return statusBadge(view, status);
  return badge(credit.state === 'owed' ? 'pending' : 'event-dead', view.words.credit[status][credit.state]);
}

/** A stable code, as the documentation names it. */
export function code(text: string | undefined): Html {
  return text === undefined ? html`` : html`<code class="code">${text}</code>`;
}

/** An id, an address or a hash: its middle is left out if it is long, and the whole is its hint. */
export function id(text: string, href?: string): Html {
  const short = shorten(text);
  const hint = short === text ? '' : text;
  const shown = html`<code data-copy="${text}"${hint !== '' && html` title="${hint}"`}>${short}</code>`;
  return href === undefined ? html`<bdi>${shown}</bdi>` : html`<a href="${href}"><bdi>${shown}</bdi></a>`;
}

export function shorten(text: string): string {
  const letters = [...text];
  return letters.length <= 17 ? text : `${letters.slice(0, 9).join('')}\u2026${letters.slice(-6).join('')}`;
}

/** The asset without its network if that is shown beside it. */
export function assetName(asset: string): string {
  return asset.slice(asset.indexOf('/') + 1);
}

/** What an amount is shown by. */
export type Amount = Pick<DepositRecord, 'amount' | 'decimals' | 'symbol'>;

/** Whole coins with their thousands set apart; if the decimals are not known, smallest units, and it says so. */
export function amount({ words }: View, worth: Amount): Html {
  const [digits, unit] = amountTexts(words, worth);
  // Wherever digits are set apart a narrow column may break them.
  const parts = digits.split(/(?<=[,.])/).map((part) => html`${part}<wbr>`);
  return html`<span class="amount">${parts} <span class="unit"><bdi>${unit}</bdi></span></span>`;
}

/** The digits and the unit of an amount. */
export function amountTexts(words: Words, { amount: units, decimals, symbol }: Amount): [digits: string, unit: string] {
  const [whole = '', fraction] = areDecimals(decimals) ? decimalFrom(units, decimals).split('.') : [units.toString()];
  const digits = grouped(whole) + (fraction === undefined ? '' : `.${fraction}`);
  return [digits, [symbol, decimals === undefined ? words.deposit.units : undefined].filter(Boolean).join(' ')];
}

/** A table that stacks its cells under their labels if there is no room; `cards`: without labels, the amount first. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly Html[],
  shape: '' | 'cards' = '',
): Html {
  const heads = columns.map(
    (column) =>
      html`<th role="columnheader" scope="col" class="${look(column)}">${column.kind === 'buttons' ? html`<span class="hidden">${column.label}</span>` : column.label}</th>`,
  );
  return html`<div class="sheet"><table role="table" class="${shape}">
<caption class="hidden">${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">
${rows}
</tbody></table></div>`;
}

/** One row of it, a cell for each column. */
export function row(columns: readonly Column[], cells: readonly Value[]): Html {
  return html`<tr role="row">${columns.map(
    (column, index) =>
      html`<td role="cell" class="${look(column)}" data-label="${column.label}"><div>${cells[index]}</div></td>`,
  )}</tr>
`;
}

function look({ kind, minor }: Column): string {
  return [kind, minor ? 'minor' : undefined].filter(Boolean).join(' ');
}

/** The placeholder of an empty list; `command`: what fills it. */
export function empty(title: string, more?: string, command?: string): Html {
  const said = more !== undefined && html`<p>${more}</p>`;
  return html`<div class="empty"><p class="empty-title">${title}</p>${said}${command !== undefined && html`<pre tabindex="0"><code data-copy="${command}">${command}</code></pre>`}</div>`;
}

/** `1,234,567`. */
export function grouped(whole: bigint | number | string): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Names and values of one thing; those without a value are left out. `two`: in two columns if there is room. */
export function facts(pairs: readonly (readonly [Value, Value])[], look: '' | 'two' = ''): Html {
  const shown = pairs.filter(([, value]) => value !== undefined && value !== '');
  return html`<dl class="facts ${look}">${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** The whole of an id, for a page about it. */
export function whole(text: string | undefined): Html | undefined {
  return text === undefined || text === '' ? undefined : html`<bdi><code data-copy="${text}">${text}</code></bdi>`;
}

export function section(title: string, body: Value, more?: Value): Html {
  return html`<section><div class="section-head"><h2>${title}</h2>${more}</div>
${body}
</section>`;
}

/** That a page looked back no further than to a time: older ones are on the next. */
export function lookedBackTo({ words }: View, at: number, isEmpty: boolean): Html {
  const { nothing, nothingYet, back } = words.found;
  return html`${isEmpty && empty(nothing, nothingYet)}<p class="soft back">${back} ${time(at)}</p>`;
}

/** Links to the page before and after; `lastId` if there may be more. */
export function pager(
  { words, query }: Pick<View, 'words' | 'query'>,
  lastId: string | undefined,
  order: 'newestFirst' | 'oldestFirst' = 'newestFirst',
): Html {
  const [first, next] = order === 'newestFirst' ? [words.newest, words.older] : [words.oldest, words.newer];
  if (lastId === undefined && !query.has('before')) return html``;
  return html`<nav class="pager" aria-label="${words.nav.label}">
${query.has('before') && html`<a class="button" href="?${search(query, {})}">${first}</a>`}
${lastId !== undefined && html`<a class="button" href="?${search(query, { before: lastId })}">${next}</a>`}
</nav>`;
}

/** One page of what is there as a whole, and the links to the others. */
export function pageWithin<One extends { id: string }>(
  view: View,
  all: readonly One[],
  perPage: number,
  order: 'newestFirst' | 'oldestFirst' = 'newestFirst',
): { shown: readonly One[]; pages: Html } {
  const before = view.query.get('before');
  const start = before === null ? 0 : all.findIndex(({ id }) => id === before) + 1;
  const shown = all.slice(start, start + perPage);
  return { shown, pages: pager(view, all.length > start + perPage ? shown.at(-1)?.id : undefined, order) };
}

function search(query: URLSearchParams, more: Readonly<Record<string, string>>): string {
  const kept = [...query].filter(([name]) => name !== 'before' && name !== 'done');
  return new URLSearchParams([...kept, ...Object.entries(more)]).toString();
}

/** A path segment out of anybody's text. A lone surrogate has no UTF-8 form: it becomes U+FFFD. */
export function segment(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
