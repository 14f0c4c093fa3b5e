import { callbackTable, filterForm, isAsked, noCallbacks, pageOf } from '../parts/callback-list.ts';
import { html } from '../parts/html.ts';
import { empty, lookedBackTo, pager } from '../parts/parts.ts';
import type { Page, View } from '../view.ts';

const perPage = 25;

/** The log of callbacks, newest first; its first page takes in what arrives. */
export async function callbacksPage(view: View): Promise<Page> {
  const { words, callbacks, query, now } = view;
  const { found, endedAt } = await pageOf(callbacks.store, query, { now, limit: perPage + 1 });
  const shown = found.slice(0, perPage);
  const isFiltered = isAsked(query);
  const isFirst = !query.has('before');
  const nothing = isFiltered ? empty(words.callbacks.nothingFits, words.callbacks.loosen) : noCallbacks(view);
  return {
    title: words.nav.callbacks,
    name: 'callbacks',
    body: html`<h1>${words.nav.callbacks}</h1>
${filterForm(view)}
${(shown.length > 0 || isFirst) && (await callbackTable(view, shown, isFirst))}
${shown.length === 0 && endedAt === undefined && nothing}
${endedAt && lookedBackTo(view, endedAt.receivedAt, shown.length === 0)}
${pager(view, endedAt?.id ?? (found.length > perPage ? shown.at(-1)?.id : undefined))}`,
  };
}
