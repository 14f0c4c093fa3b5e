import type { StoredEvent } from '../../stores/store.ts';
import { actionForm } from '../parts/forms.ts';
import { type Html, html } from '../parts/html.ts';
import { amount, badge, type Column, empty, id, row, section, segment, table, time } from '../parts/parts.ts';
import type { Page, View } from '../view.ts';

const most = 200;

/** Events that no attempt could hand over, and those that are owed. */
export async function deadLettersPage(view: View): Promise<Page> {
  const { words, callbacks } = view;
  const texts = words.deadLetters;
  const states = ['dead', 'owed', 'leased'] as const;
  const [dead = [], owed = [], leased = []] = await Promise.all(
    states.map((state) => callbacks.store.events({ state, limit: most })),
  );
  const waiting = [...leased, ...owed];
  return {
    title: words.nav.deadLetters,
    name: 'deadLetters',
    body: html`<h1>${words.nav.deadLetters}</h1>
${dead.length > 0 && html`<p class="soft">${texts.more}</p>`}
${dead.length === 0 ? empty(texts.empty, texts.emptyMore) : eventTable(view, words.nav.deadLetters, dead, true)}
${section(texts.owed, waiting.length === 0 ? empty(texts.noneOwed) : html`<p class="soft">${texts.owedMore}</p>${eventTable(view, texts.owed, waiting, false)}`)}`,
  };
}

function eventTable(view: View, caption: string, events: readonly StoredEvent[], isDead: boolean): Html {
  const { words, root, token } = view;
  const { column, act } = words;
  const canAct = isDead && token !== undefined;
  const columns: Column[] = [
    { label: column.time },
    { label: column.event },
    { label: column.amount, kind: 'number' },
    { label: column.deposit, kind: 'id' },
    { label: column.attempts, kind: 'number' },
    isDead ? { label: column.error, kind: 'wide' } : { label: column.due },
    ...(canAct ? [{ label: column.act, kind: 'buttons' } as const] : []),
  ];
  return table(
    caption,
    columns,
    events.map((event) =>
      row(columns, [
        time(event.madeAt),
        html`<code>${event.kind}</code> ${badge(`event-${event.state}`, words.state[event.state])}`,
        amount(view, event.deposit),
        id(event.deposit.id, `${root}deposits/${segment(event.deposit.id)}`),
        event.attempts,
        isDead ? html`<bdi>${event.error}</bdi>` : time(event.dueAt),
        ...(canAct
          ? [
              actionForm(view, {
                action: 'redeliver',
                label: act.redeliver,
                explanation: act.redeliverMore,
                fields: { event: event.id },
              }),
            ]
          : []),
      ]),
    ),
  );
}
