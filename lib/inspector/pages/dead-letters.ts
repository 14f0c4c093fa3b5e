import type { StoredEvent } from '../../stores/store.ts';
import { alikeTable } from '../parts/alike.ts';
import { amountCell, customerOf, idCell, whenCell } from '../parts/cells.ts';
import { actionForm, allForm, choice, field, filter, timeField } from '../parts/forms.ts';
import { type Html, html } from '../parts/html.ts';
import { movementIn } from '../parts/movements.ts';
import { badge, type Column, empty, pageWithin, row, section, segment, table, time } from '../parts/parts.ts';
import type { Page, View } from '../view.ts';
import { deadLetters, filterFields } from '../waiting.ts';

const perPage = 20;
const kinds = ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'] as const;

/** Events that no attempt could hand over, and those that are owed. */
export async function deadLettersPage(view: View): Promise<Page> {
  const { words, callbacks, query, now } = view;
  const { deadLetters: texts, column, act } = words;
  const dead = await deadLetters(callbacks.store, (name) => query.get(name) ?? '', now);
  const { shown, pages } = pageWithin(view, dead, perPage);
  const [owed, leased] = await Promise.all(
    (['owed', 'leased'] as const).map((state) => callbacks.store.events({ state, limit: perPage })),
  );
  const waiting = [...(leased ?? []), ...(owed ?? [])].slice(0, perPage);
  const isFiltered = filterFields.dead.some((name) => query.has(name));
  // By one error they are alike already.
  const isAlikeShown = (query.get('error') ?? '') === '' && !query.has('before');
  const form = [
    choice(
      'kind',
      column.event,
      kinds.map((kind) => [kind, kind] as const),
      view,
    ),
    field('error', column.error, view),
    timeField('since', words.since, view),
  ];
  return {
    title: words.nav.deadLetters,
    name: 'deadLetters',
    body: html`<div class="title"><h1>${words.nav.deadLetters}</h1><div class="acts">${
      dead.length > 0 &&
      allForm(view, 'redeliver-all', act.redeliverAll(dead.length), act.redeliverMore, filterFields.dead)
    }</div></div>
${dead.length > 0 && html`<p class="soft">${texts.more}</p>`}
${(isFiltered || dead.length > 0) && filter(view, form, isFiltered)}
${isAlikeShown && alikeTable(view, dead)}
${dead.length === 0 ? empty(texts.empty, texts.emptyMore) : eventTable(view, words.nav.deadLetters, shown, true)}
${pages}
${section(texts.owed, waiting.length === 0 ? empty(texts.noneOwed) : html`<p class="soft">${texts.owedMore}</p>${eventTable(view, texts.owed, waiting, false)}`)}`,
  };
}

function eventTable(view: View, caption: string, events: readonly StoredEvent[], isDead: boolean): Html {
  const { words, root, token } = view;
  const { column, act } = words;
  const canAct = isDead && token !== undefined;
  const columns: Column[] = [
    { label: column.made, kind: 'age' },
    { label: column.event, kind: 'state' },
    { label: column.amount, kind: 'worth' },
    { label: column.to, kind: 'id' },
    isDead ? { label: column.attempts, kind: 'number' } : { label: column.due },
    ...(canAct ? [{ label: column.act, kind: 'buttons' } as const] : []),
  ];
  const redeliver = ({ id }: StoredEvent): Html =>
    actionForm(view, {
      action: 'redeliver',
      label: act.redeliver,
      explanation: act.redeliverMore,
      fields: { event: id },
    });
  const rows = events.map((event) => {
    const moved = movementIn(event.deposit);
    const error = event.error !== undefined && html`<span class="under"><bdi>${event.error}</bdi></span>`;
    return row(columns, [
      whenCell(view, event.madeAt),
      html`${badge(`event-${event.state}`, words.state[event.state])} <code>${event.kind}</code>${error}`,
      amountCell(view, moved, `${root}deposits/${segment(event.deposit.id)}`, event.deposit.id),
      idCell(moved.to, customerOf(moved)),
      isDead ? words.deposit.attemptsOf(event.attempts) : time(event.dueAt),
      ...(canAct ? [redeliver(event)] : []),
    ]);
  });
  return table(caption, columns, rows, 'cards');
}
