import type { ReportedTransfer } from '../../deposit-callbacks.ts';
import type { StoredStatement } from '../../deposits/statement.ts';
import type { CallbackRecord, Store, TransferOutcome } from '../../stores/store.ts';
import { bodyView } from '../parts/body-view.ts';
import { networkName, onChain, ruleOf, worthOf } from '../parts/cells.ts';
import { actionForm } from '../parts/forms.ts';
import { type Html, html } from '../parts/html.ts';
import { amount, badge, code, empty, facts, id, section, segment, shorten, time, whole } from '../parts/parts.ts';
import type { Page, View } from '../view.ts';

/** Of what was read from one callback: as many rows as a person looks at. */
const mostRows = 200;

/** One callback: its headers, and its raw body beside what was read from it; undefined if it is not stored. */
export async function callbackPage(view: View, callbackId: string): Promise<Page | undefined> {
  const { words, callbacks } = view;
  const record = await callbacks.store.callback(callbackId);
  if (record === undefined) return undefined;
  const statements = await statementsOf(callbacks.store, record);
  const reported = await callbacks.transfersIn(callbackId);
  const texts = words.callback;
  const headers = Object.entries(record.headers);
  return {
    title: `${texts.title} ${shorten(record.id)}`,
    name: 'callbacks',
    body: html`<div class="title"><div><p class="kicker">${texts.title}</p><h1 class="id">${whole(record.id)}</h1>
<p class="lead">${badge(record.outcome, words.outcome[record.outcome])} ${code(record.code)} <bdi>${record.provider}</bdi></p>
${ruleOf(view, record.code ?? record.transfers.find((one) => one.code !== undefined)?.code)}</div>
<div class="acts">${isReadable(record) && reprocessForm(view, record)}</div></div>
${section(texts.facts, factsOf(view, record))}
<div class="beside">
${section(texts.body, record.body === undefined ? empty(texts.noBody) : bodyView(words, record.body))}
${section(texts.read, readFrom(view, record, { statements, reported }))}
</div>
${section(texts.headers, headers.length === 0 ? empty(texts.noHeaders) : facts(headers.map(([name, value]) => [html`<bdi>${name}</bdi>`, whole(value)])))}`,
  };
}

function isReadable({ outcome, body }: CallbackRecord): boolean {
  return body !== undefined && (outcome === 'quarantined' || outcome === 'ignored');
}

function reprocessForm(view: View, record: CallbackRecord): Html {
  const { act } = view.words;
  return actionForm(view, {
    action: 'reprocess',
    label: act.reprocess,
    explanation: act.reprocessMore,
    fields: { callback: record.id },
  });
}

function factsOf({ words }: View, record: CallbackRecord): Html {
  const { callback: texts, column } = words;
  return facts(
    [
      [texts.received, time(record.receivedAt)],
      [column.provider, html`<bdi>${record.provider}</bdi>`],
      [column.from, whole(record.remoteAddress)],
      [texts.method, whole(record.method)],
      [texts.url, whole(record.url)],
      [texts.deliveryId, whole(record.deliveryId)],
      [texts.signedAt, record.signedAt === undefined ? undefined : time(record.signedAt)],
      [texts.keyId, whole(record.keyId)],
      [column.bytes, record.bodyBytes],
      [column.took, `${record.tookMs} ms`],
      [texts.finished, record.finished ? texts.yes : texts.no],
      [texts.bodyHash, whole(record.bodyHash)],
    ],
    'two',
  );
}

/** What this callback said of the transactions that it speaks of. */
async function statementsOf(store: Store, record: CallbackRecord): Promise<StoredStatement[]> {
  const keys = new Set(record.transfers.slice(0, mostRows).flatMap(({ transactionKey }) => transactionKey ?? []));
  const lists = await Promise.all([...keys].map((key) => store.statements(key)));
  return lists.flat().filter((one) => one.callbackId === record.id);
}

interface Read {
  statements: readonly StoredStatement[];
  /** What the body says, of each transfer in its order. */
  reported: readonly ReportedTransfer[];
}

function readFrom(view: View, record: CallbackRecord, { statements, reported }: Read): Html {
  const texts = view.words.callback;
  if (record.transfers.length === 0 && statements.length === 0) return empty(texts.nothingRead);
  return html`${record.transfers.slice(0, mostRows).map((transfer, index) => transferView(view, transfer, index, reported[index]))}
${rowsCut(view, record.transfers)}
${statements.length > 0 && html`<h3>${texts.statements}</h3>`}
${statements.slice(0, mostRows).map((one) => statementView(view, one))}
${rowsCut(view, statements)}`;
}

function rowsCut({ words }: View, rows: readonly unknown[]): Html | false {
  return rows.length > mostRows && html`<p class="soft">${words.callback.rowsCut(mostRows, rows.length)}</p>`;
}

function transferView(
  view: View,
  transfer: TransferOutcome,
  index: number,
  reported: ReportedTransfer | undefined,
): Html {
  const { words, root } = view;
  const { depositId, path, reason, name } = transfer;
  return html`<div class="card"><p><strong>${words.callback.transfer(index + 1)}</strong> ${badge(transfer.outcome, words.outcome[transfer.outcome])} ${code(transfer.code)}</p>
${name !== undefined && html`<p>${whole(name)}</p>`}
${path !== undefined && html`<p>${whole(path)} ${reason}</p>`}
${depositId !== undefined && html`<p>${words.column.deposit} ${id(depositId, `${root}deposits/${segment(depositId)}`)}</p>`}
${depositId === undefined && reported !== undefined && transfer.path === undefined && reportedFacts(view, reported)}</div>`;
}

/** Of a transfer that made no deposit: what the body says of it. */
function reportedFacts(view: View, one: ReportedTransfer): Html {
  const { column, deposit } = view.words;
  return facts([
    [column.amount, one.amount === undefined ? undefined : amount(view, worthOf({ ...one, more: 0 }, one.amount))],
    [column.network, networkName(one.network)],
    [column.asset, whole(one.asset)],
    [column.to, onChain(view, one.network, 'address', one.to)],
    [deposit.from, onChain(view, one.network, 'address', one.from)],
    [column.memo, whole(one.memo)],
    [column.transaction, onChain(view, one.network, 'transaction', one.transactionId)],
  ]);
}

function statementView(view: View, one: StoredStatement): Html {
  const { words } = view;
  const { column, deposit } = words;
  return html`<div class="card"><p>${badge(`said-${one.kind}`, words.statement[one.kind])} ${code(one.check)}</p>${facts(
    [
      [
        column.amount,
        one.kind === 'removed' ? undefined : amount(view, worthOf({ ...one.group, ...one, more: 0 }, one.amount)),
      ],
      [column.network, whole(one.group?.network)],
      [column.asset, whole(one.group?.asset)],
      [column.to, onChain(view, one.group?.network, 'address', one.group?.to)],
      [deposit.from, whole(one.from)],
      [column.memo, whole(one.memo)],
      [column.transaction, onChain(view, one.group?.network, 'transaction', one.group?.transactionId)],
      [deposit.position, whole(one.position)],
      [deposit.block, [whole(one.blockNumber), one.blockNumber !== undefined && ' ', whole(one.blockHash)]],
      [deposit.confirmations, one.confirmations],
      [deposit.ownTime, one.at === undefined ? undefined : time(one.at)],
    ],
  )}</div>`;
}
