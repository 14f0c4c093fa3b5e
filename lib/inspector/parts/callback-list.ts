import type { CallbackQuery, CallbackRecord, Store } from '../../stores/store.ts';
import { visibleLines } from '../../util/visible.ts';
import type { View } from '../view.ts';
import type { Words } from '../words/english.ts';
import { choice, field, filter, timeOf } from './forms.ts';
import { type Html, html } from './html.ts';
import { badge, type Column, clock, code, id, isoTime, row, segment, shorten, table, time } from './parts.ts';

export const outcomes: readonly CallbackRecord['outcome'][] = [
  'recorded',
  'duplicate',
  'ignored',
  'quarantined',
  'rejected',
];

/** What the list of callbacks is filtered by, without its page. */
export type CallbackFilter = Omit<CallbackQuery, 'before' | 'limit'>;

export function readFilter(query: URLSearchParams): CallbackFilter {
  const text = (name: string): string | undefined => query.get(name)?.trim() || undefined;
  const outcome = outcomes.find((one) => one === query.get('outcome'));
  const provider = text('provider');
  const named = text('code');
  const since = timeOf(query.get('since'));
  const until = timeOf(query.get('until'));
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(named === undefined ? {} : { code: named }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

export function fits(
  record: CallbackRecord,
  { provider, outcome, code: named, since, until }: CallbackFilter,
): boolean {
  return (
    (provider === undefined || record.provider === provider) &&
    (outcome === undefined || record.outcome === outcome) &&
    (named === undefined || record.code === named) &&
    (since === undefined || record.receivedAt >= since) &&
    (until === undefined || record.receivedAt <= until)
  );
}

export function filterForm(view: View): Html {
  const { words, callbacks } = view;
  const { column } = words;
  return filter(
    view,
    [
      choice(
        'provider',
        column.provider,
        callbacks.providers.map((name) => [name, name]),
        view,
      ),
      choice(
        'outcome',
        column.outcome,
        outcomes.map((one) => [one, words.outcome[one]]),
        view,
      ),
      field('code', column.code, view),
      field('since', words.since, view, 'datetime-local'),
      field('until', words.until, view, 'datetime-local'),
    ],
    Object.keys(readFilter(view.query)).length > 0,
  );
}

function columns({ column }: Words): Column[] {
  return [
    { label: column.time },
    { label: column.outcome },
    { label: column.provider },
    { label: column.from, kind: 'id', minor: true },
    { label: column.bytes, kind: 'number', minor: true },
    { label: column.took, kind: 'number', minor: true },
    { label: column.callback, kind: 'id' },
  ];
}

/** A table of callbacks; a live one takes in those that arrive, by the script. */
export function callbackTable(view: View, records: readonly CallbackRecord[], live: boolean): Html {
  const { words, root, query } = view;
  const heads = columns(words);
  const rows = records.map((record) =>
    row(heads, [
      time(record.receivedAt),
      html`${badge(record.outcome, words.outcome[record.outcome])} ${code(record.code)}`,
      html`<bdi>${record.provider}</bdi>`,
      html`<bdi><code>${record.remoteAddress}</code></bdi>`,
      record.bodyBytes,
      took(record),
      id(record.id, `${root}callbacks/${segment(record.id)}`),
    ]),
  );
  if (!live) return table(words.nav.callbacks, heads, rows);
  const stream = new URLSearchParams([...query].filter(([name]) => name !== 'lang' && name !== 'done')).toString();
  const texts = words.live;
  // The script fills copies of this row with text: nothing that arrives is ever read as markup.
  const pattern = row(heads, [
    html`<time data-field="time"></time>`,
    html`<span class="badge" data-field="outcome"></span> <code class="code" data-field="code"></code>`,
    html`<bdi data-field="provider"></bdi>`,
    html`<bdi><code data-field="from"></code></bdi>`,
    html`<span data-field="bytes"></span>`,
    html`<span data-field="took"></span>`,
    html`<a data-field="id"><bdi><code></code></bdi></a>`,
  ]);
  return html`<div class="live" data-live="${root}stream?${stream}" data-newest="${records[0]?.id}" data-callbacks="${root}callbacks/"
 data-on="${texts.on}" data-waiting="${texts.waiting}" data-paused="${texts.paused}" data-lost="${texts.lost}" data-ended="${texts.ended}" data-pause="${texts.pause}" data-resume="${texts.resume}" data-added="${texts.added}" data-dropped="${texts.dropped}">
<p class="live-bar" hidden><span class="live-state" role="status"></span><button type="button" class="button"></button></p>
${table(words.nav.callbacks, heads, rows)}
<template>${pattern}</template></div>`;
}

function took({ tookMs }: CallbackRecord): string {
  return `${tookMs < 10 ? Math.round(tookMs * 10) / 10 : Math.round(tookMs)} ms`;
}

/** One row, as the stream sends it: texts for people, ready to be set as text. */
export interface LiveRow {
  id: string;
  shortId: string;
  time: string;
  iso: string;
  provider: string;
  tone: string;
  outcome: string;
  code: string;
  from: string;
  bytes: string;
  took: string;
}

export function liveRow({ outcome }: Words, record: CallbackRecord): LiveRow {
  const iso = isoTime(record.receivedAt);
  return {
    id: record.id,
    shortId: visibleLines(shorten(record.id)),
    time: clock(iso),
    iso,
    provider: visibleLines(record.provider),
    tone: record.outcome,
    outcome: outcome[record.outcome],
    code: visibleLines(record.code ?? ''),
    from: visibleLines(record.remoteAddress),
    bytes: String(record.bodyBytes),
    took: took(record),
  };
}

/** A page of callbacks, newest first; unpaged and unbounded in time, it is a live one. */
export async function pageOf(store: Store, query: URLSearchParams, limit: number): Promise<CallbackRecord[]> {
  const before = query.get('before');
  return store.callbacks({ ...readFilter(query), limit, ...(before === null ? {} : { before }) });
}
