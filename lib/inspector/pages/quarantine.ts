import type { CallbackRecord } from '../../stores/store.ts';
import { bodyView } from '../parts/body-view.ts';
import { callbackTable } from '../parts/callback-list.ts';
import { actionForm } from '../parts/forms.ts';
import { type Html, html } from '../parts/html.ts';
import { type Column, empty, row, section, table, time, whole } from '../parts/parts.ts';
import type { Page, View } from '../view.ts';
import { decisionForms } from './deposit.ts';
import { depositTable } from './deposits.ts';

const most = 100;
/** Of each body that did not verify: as much as shows what it is. */
const shownBytes = 4 * 1_024;

/** All that is kept back: deposits, callbacks that could not be read, and callbacks whose signature did not match. */
export async function quarantinePage(view: View): Promise<Page> {
  const { words, callbacks, token } = view;
  const { quarantine: texts, act } = words;
  const [deposits, unread, unverified] = await Promise.all([
    callbacks.store.deposits({ status: 'quarantined', limit: most }),
    callbacks.store.callbacks({ outcome: 'quarantined', finished: false, limit: most }),
    callbacks.store.unverified({ limit: most }),
  ]);
  const decide =
    token === undefined ? undefined : (deposit: (typeof deposits)[number]): Html => decisionForms(view, deposit);
  const reprocess = actionForm(view, {
    action: 'reprocess',
    label: act.reprocessAll,
    explanation: act.reprocessMore,
  });
  const reverify = actionForm(view, { action: 'reverify', label: act.reverify, explanation: act.reverifyMore });
  return {
    title: words.nav.quarantine,
    name: 'quarantine',
    body: html`<h1>${words.nav.quarantine}</h1>
${section(texts.deposits, deposits.length === 0 ? empty(texts.noDeposits) : html`<p class="soft">${texts.depositsMore}</p>${depositTable(view, deposits, new Map(), decide)}`)}
${section(
  texts.callbacks,
  unread.length === 0
    ? empty(texts.noCallbacks)
    : html`<p class="soft">${texts.callbacksMore}</p>${await callbackTable(view, unread, false)}`,
  unread.length > 0 && reprocess,
)}
${section(
  texts.unverified,
  unverified.length === 0
    ? empty(texts.noUnverified)
    : html`<p class="soft">${texts.unverifiedMore}</p>${unverifiedTable(view, unverified)}`,
  unverified.length > 0 && reverify,
)}`,
  };
}

function unverifiedTable({ words }: View, records: readonly CallbackRecord[]): Html {
  const { column } = words;
  const columns: Column[] = [
    { label: column.time },
    { label: column.provider },
    { label: column.from, kind: 'id' },
    { label: column.bytes, kind: 'number' },
    { label: words.quarantine.showBody, kind: 'wide' },
  ];
  return table(
    words.quarantine.unverified,
    columns,
    records.map((record) =>
      row(columns, [
        time(record.receivedAt),
        html`<bdi>${record.provider}</bdi>`,
        whole(record.remoteAddress),
        record.bodyBytes,
        record.body !== undefined &&
          html`<details><summary>${words.quarantine.showBody}</summary>${bodyView(words, record.body, shownBytes)}</details>`,
      ]),
    ),
  );
}
