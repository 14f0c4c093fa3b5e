import { alarmOf } from '../../deposits/alarms.ts';
import type { DepositRecord } from '../../deposits/deposit.ts';
import { groupKey } from '../../deposits/identity.ts';
import type { StoredDeposit } from '../../deposits/transaction-state.ts';
import { type Credit, creditIn } from '../../operator/credit.ts';
import { networkName, onChain, ruleOf, worthOf } from '../parts/cells.ts';
import { actionForm } from '../parts/forms.ts';
import { type Html, html } from '../parts/html.ts';
import { movementIn } from '../parts/movements.ts';
import { amount, code, empty, facts, section, shorten, standing, time, whole } from '../parts/parts.ts';
import { timeline } from '../parts/timeline.ts';
import type { Page, View } from '../view.ts';

/** One deposit, and everything that was said and done about it; undefined if it is not stored. */
export async function depositPage(view: View, depositId: string): Promise<Page | undefined> {
  const { words, callbacks } = view;
  const { store } = callbacks;
  const found = await store.deposit(depositId);
  if (found === undefined) return undefined;
  const { deposit, transactionKey } = found;
  const [statements, events, states] = await Promise.all([
    store.statements(transactionKey),
    store.events({ depositId, limit: 200 }),
    store.load([transactionKey]),
  ]);
  const entries = timeline(view, {
    deposit,
    // Those without a group are of the whole transaction.
    statements: statements.filter((one) => one.group === undefined || groupKey(one.group) === groupKey(deposit.group)),
    events,
    decisions: (states[0]?.decisions ?? []).filter((one) => one.depositId === depositId),
  });
  const texts = words.deposit;
  const { status } = deposit;
  const credit = status === 'confirmed' || status === 'reverted' ? creditIn(status, events) : undefined;
  return {
    title: `${texts.title} ${shorten(depositId)}`,
    name: 'deposits',
    body: html`<div class="title"><div><p class="kicker">${texts.title}</p><h1 class="sum">${amount(view, worthOf(movementIn(deposit), deposit.amount))}</h1>
<p class="lead">${standing(view, status, credit)} ${code(deposit.code)} <code class="soft">${deposit.id}</code></p>
${ruleOf(view, deposit.code, deposit.reason)}
${credit?.error !== undefined && html`<p class="error"><bdi>${credit.error}</bdi></p>`}</div>
<div class="acts">${redeliverForm(view, credit)}${decisionForms(view, deposit)}</div></div>
<div class="beside narrow">
${section(texts.timeline, html`<p class="soft">${texts.timelineMore}</p>${entries.length === 0 ? empty(texts.nothing) : html`<ol class="timeline">${entries}</ol>`}`)}
${section(texts.facts, factsOf(view, deposit))}
</div>`,
  };
}

/** The network by name, and by its id. */
function networkFact(network: string): Html {
  const name = networkName(network);
  return html`${name !== network && html`<bdi>${name}</bdi> `}${whole(network)}`;
}

/** The way out of a dead letter: the event itself, or an earlier one that keeps it back. */
function redeliverForm(view: View, credit: Credit | undefined): Html {
  const { act } = view.words;
  if (credit?.eventId === undefined) return html``;
  const fields = { event: credit.eventId };
  return actionForm(view, { action: 'redeliver', label: act.redeliver, explanation: act.redeliverMore, fields });
}

/** What an operator can do about the deposit as it stands. */
export function decisionForms(
  view: View,
  deposit: Pick<DepositRecord, 'id' | 'status' | 'code'> & Pick<StoredDeposit, 'waitingSince'>,
): Html {
  const { id, status, code: shown } = deposit;
  const asking = alarmOf(deposit);
  const { act, deposit: texts, column } = view.words;
  const fields = { deposit: id };
  const revert = (explanation: string): Html =>
    actionForm(view, { action: 'revert', label: act.revert, explanation, fields });
  const release = (explanation: string): Html =>
    actionForm(view, { action: 'release', label: act.release, explanation, fields });
  if (status === 'confirmed') return html`${asking !== undefined && release(act.acceptMore)}${revert(act.revertMore)}`;
  const isReverted = shown === 'OPERATOR_REVERTED';
  if (status !== 'quarantined' && status !== 'pending' && !isReverted) return html``;
  const asks = { decimals: texts.decimals, memo: column.memo, account: texts.account };
  return html`${release(act.releaseMore)}
${status === 'quarantined' && actionForm(view, { action: 'correct', label: act.correct, explanation: act.correctMore, fields, asks })}
${!isReverted && actionForm(view, { action: 'hold', label: act.hold, explanation: act.holdMore, fields })}
${asking !== undefined && revert(act.rejectMore)}`;
}

function factsOf(view: View, deposit: StoredDeposit): Html {
  const { deposit: texts, column } = view.words;
  const { block } = deposit.transaction;
  return facts([
    [column.network, networkFact(deposit.network)],
    [column.asset, whole(deposit.asset)],
    [texts.units, whole(deposit.amount.toString())],
    [texts.reported, whole(deposit.reported?.amount)],
    [column.to, onChain(view, deposit.network, 'address', deposit.to)],
    [column.memo, whole(deposit.memo)],
    [texts.account, whole(deposit.account)],
    [texts.from, onChain(view, deposit.network, 'address', deposit.from)],
    [column.transaction, onChain(view, deposit.network, 'transaction', deposit.transaction.id)],
    [texts.position, whole(deposit.transaction.position)],
    [texts.block, block && [whole(block.number), block.number !== undefined && ' ', whole(block.hash)]],
    [texts.payment, whole(deposit.payment)],
    [texts.confirmations, deposit.confirmations],
    [texts.generation, deposit.generation],
    [column.providers, html`<bdi>${deposit.providers.join(', ')}</bdi>`],
    [column.firstSeen, time(deposit.firstSeenAt)],
  ]);
}
