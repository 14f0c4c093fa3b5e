import { outcomes } from '../../observe/outcomes.ts';
import type { CallbackQuery, CallbackRecord, Store } from '../../stores/store.ts';
import { visibleLines } from '../../util/visible.ts';
import { type LookBack, lookBack } from '../look-back.ts';
import type { View } from '../view.ts';
import type { Words } from '../words/english.ts';
import {
  amountCell,
  codeCell,
  customerOf,
  idCell,
  meaningOf,
  networkName,
  symbolOrAsset,
  whenCell,
  worthOf,
} from './cells.ts';
import { choice, field, filter, timeField, timeOf, timeRanges } from './forms.ts';
import { type Html, html } from './html.ts';
import { type Movement, movementsOf } from './movements.ts';
import { ago, amountTexts, badge, type Column, clock, empty, isoTime, row, segment, shorten, table } from './parts.ts';

/** What the list of callbacks is filtered by, without its page. */
export type CallbackFilter = Omit<CallbackQuery, 'before' | 'limit'>;

export function readFilter(query: URLSearchParams, now: number): CallbackFilter {
  const text = (name: string): string | undefined => query.get(name)?.trim() || undefined;
  const outcome = outcomes.find((one) => one === query.get('outcome'));
  const provider = text('provider');
  const named = text('code');
  const since = timeOf(query.get('since'), now);
  const until = timeOf(query.get('until'), now);
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
    (until === undefined || record.receivedAt < until)
  );
}

export function filterForm(view: View): Html {
  const { words, callbacks } = view;
  const { column } = words;
  return html`${timeRanges(view)}${filter(
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
      timeField('since', words.since, view),
      timeField('until', words.until, view),
    ],
    isAsked(view.query),
  )}`;
}

const asked = ['provider', 'outcome', 'code', 'since', 'until'];

/** Whether the address asks for anything, understood or not. */
export function isAsked(query: URLSearchParams): boolean {
  return asked.some((name) => (query.get(name)?.trim() ?? '') !== '');
}

function columns({ column }: Words): Column[] {
  return [
    { label: column.received, kind: 'age' },
    { label: column.outcome, kind: 'state' },
    { label: column.amount, kind: 'worth' },
    { label: column.to, kind: 'id' },
    { label: column.transaction, kind: 'id' },
  ];
}

/** A table of callbacks; a live one takes in those that arrive, by the script. */
export async function callbackTable(view: View, records: readonly CallbackRecord[], live: boolean): Promise<Html> {
  const { words, root, query, callbacks } = view;
  const movements = await movementsOf(callbacks, records);
  const heads = columns(words);
  const rows = records.map((record) => {
    const moved = movements.get(record.id);
    return row(heads, [
      whenCell(view, record.receivedAt),
      html`${badge(record.outcome, words.outcome[record.outcome])}${codeCell(words, codeOf(record), moved?.reason)}`,
      amountCell(view, moved, `${root}callbacks/${segment(record.id)}`, record.id),
      idCell(moved?.to, moved && customerOf(moved)),
      idCell(moved?.transactionId, record.provider),
    ]);
  });
  if (!live) return table(words.nav.callbacks, heads, rows, 'cards');
  const stream = new URLSearchParams([...query].filter(([name]) => name !== 'lang' && name !== 'done')).toString();
  const texts = words.live;
  // The script fills copies of this row with text: nothing that arrives is ever read as markup.
  const pattern = row(heads, [
    html`<span data-field="age"></span><time class="under" data-field="time"></time>`,
    html`<span class="badge" data-field="outcome"></span> <code class="code" data-field="code"></code><span class="under" data-field="means"></span>`,
    html`<a class="open" data-field="open"></a><span class="under" data-field="network"></span>`,
    html`<code data-field="to"></code><span class="under" data-field="customer"></span>`,
    html`<code data-field="transaction"></code><span class="under" data-field="provider"></span>`,
  ]);
  return html`<div class="live" data-live="${root}stream?${stream}" data-newest="${records[0]?.id}" data-callbacks="${root}callbacks/"
 data-on="${texts.on}" data-waiting="${texts.waiting}" data-paused="${texts.paused}" data-lost="${texts.lost}" data-ended="${texts.ended}" data-pause="${texts.pause}" data-resume="${texts.resume}" data-added="${texts.added}" data-dropped="${texts.dropped}">
<p class="live-bar" hidden><span class="live-state" role="status"></span><button type="button" class="button"></button></p>
${table(words.nav.callbacks, heads, rows, 'cards')}
<template>${pattern}</template></div>`;
}

/** What to do as long as no callback has come. */
export function noCallbacks({ words, callbacks }: View): Html {
  const [name] = callbacks.providers;
  const { empty: title, emptyMore, emptyTry } = words.callbacks;
  if (name === undefined) return empty(title, emptyMore);
  const command = `export CALLBACK_SECRET=...\nnpx deposit-callback send ${name} --url https://exchange.example/callbacks/${name}`;
  return empty(title, `${emptyMore} ${emptyTry}`, visibleLines(command));
}

/** The code of a callback; of one with several transfers, the first that has one. */
function codeOf({ code, transfers }: CallbackRecord): string | undefined {
  return code ?? transfers.find((one) => one.code !== undefined)?.code;
}

/** One row, as the stream sends it: texts for people, ready to be set as text. `''`: the row has none. */
export interface LiveRow {
  id: string;
  iso: string;
  tone: string;
  /** By the name of the field that it fills. */
  texts: Readonly<Record<string, string>>;
  /** Whole ids, of which the texts are the short ones. */
  whole: Readonly<Record<string, string>>;
}

/** The rows of callbacks that have arrived. */
export async function liveRows(view: View, records: readonly CallbackRecord[]): Promise<LiveRow[]> {
  // Without the store's answer a row still says that a callback came.
  const movements = await movementsOf(view.callbacks, records).catch(() => new Map<string, Movement>());
  return records.map((record) => liveRow(view, record, movements.get(record.id)));
}

function liveRow(view: View, record: CallbackRecord, moved: Movement | undefined): LiveRow {
  const { words } = view;
  const iso = isoTime(record.receivedAt);
  const shown = codeOf(record) ?? '';
  const whole = { to: moved?.to ?? '', transaction: moved?.transactionId ?? '' };
  const amount = moved?.amount === undefined ? undefined : amountTexts(words, worthOf(moved, moved.amount)).join(' ');
  const network = [networkName(moved?.network), moved && moved.more > 0 && words.more(moved.more)];
  const texts: Record<string, string> = {
    age: ago(view, record.receivedAt),
    time: clock(iso),
    outcome: words.outcome[record.outcome],
    code: shown,
    means: moved?.reason ?? meaningOf(words, shown)?.[0] ?? '',
    open: amount ?? (moved && symbolOrAsset(moved)) ?? shorten(record.id),
    network: network.filter(Boolean).join(', '),
    to: shorten(whole.to),
    customer: (moved && customerOf(moved)) ?? '',
    transaction: shorten(whole.transaction),
    provider: record.provider,
  };
  const visible = (given: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(given).map(([name, text]) => [name, visibleLines(text)]));
  return { id: record.id, iso, tone: record.outcome, texts: visible(texts), whole: visible(whole) };
}

/** A page of callbacks, newest first; unpaged and unbounded in time, it is a live one. */
export async function pageOf(
  store: Store,
  query: URLSearchParams,
  { now, limit }: { now: number; limit: number },
): Promise<LookBack<CallbackRecord>> {
  const { provider, code: named, ...indexed } = readFilter(query, now);
  const wanted = { ...(provider === undefined ? {} : { provider }), ...(named === undefined ? {} : { code: named }) };
  const before = query.get('before') ?? undefined;
  return lookBack(
    (page) => store.callbacks({ ...indexed, ...page }),
    (record) => fits(record, wanted),
    { limit, before },
  );
}
