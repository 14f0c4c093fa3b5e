import type { StoredStatement } from '../../deposits/statement.ts';
import type { Decision, StoredDeposit } from '../../deposits/transaction-state.ts';
import type { StoredEvent } from '../../stores/store.ts';
import type { Failure, View } from '../view.ts';
import { type Html, html, type Value } from './html.ts';
import { amount, badge, code, id, segment, shorten, time } from './parts.ts';

export interface TimelineParts {
  deposit: StoredDeposit;
  statements: readonly StoredStatement[];
  events: readonly StoredEvent[];
  decisions: readonly Decision[];
}

interface Entry {
  at: number;
  /** Of entries of one time: statements, then decisions, then what came of them. */
  rank: number;
  item: Html;
}

/** What providers and chains said, what operators decided, what was made of it and how each delivery of this process failed, as items of a list, oldest first. */
export function timeline(view: View, { deposit, statements, events, decisions }: TimelineParts): Html[] {
  const failures = view.failures.filter(({ depositId }) => depositId === deposit.id);
  const told = new Set(failures.map(({ eventId }) => eventId));
  const entries: Entry[] = [
    ...statements.map((one) => ({ at: one.receivedAt, rank: 0, item: statementItem(view, deposit, one) })),
    ...decisions.map((one) => ({ at: one.at, rank: 1, item: decisionItem(view, one) })),
    ...events.flatMap((one) => eventEntries(view, one, told.has(one.id))),
    ...failures.map((one) => ({ at: one.at, rank: 2.5 + one.attempt / 1_000, item: failureItem(view, one) })),
  ];
  return entries.sort((a, b) => a.at - b.at || a.rank - b.rank).map(({ item }) => item);
}

function item(tone: string, at: number, head: Value, more: Value): Html {
  return html`<li class="is-${tone}"><div class="when">${time(at)}</div><div class="what"><p>${head}</p>${more}</div></li>
`;
}

function statementItem(view: View, deposit: StoredDeposit, one: StoredStatement): Html {
  const { words, root } = view;
  const texts = words.deposit;
  const isOther = one.kind !== 'removed' && (one.amount !== deposit.amount || one.memo !== deposit.memo);
  const block = [one.blockNumber, one.blockHash === undefined ? undefined : shorten(one.blockHash)];
  const details: Value[] = [
    one.group === undefined && texts.wholeTransaction,
    isOther && amount(view, one),
    isOther && one.memo !== undefined && html`${words.column.memo} <bdi>${one.memo}</bdi>`,
    one.confirmations !== undefined && texts.confirmationsOf(one.confirmations),
    block.some(Boolean) && html`${texts.block} <bdi>${block.filter(Boolean).join(' ')}</bdi>`,
    one.position !== undefined && html`<code>${one.position}</code>`,
    one.at !== undefined && html`${texts.ownTime} ${time(one.at)}`,
    one.callbackId !== '' && id(one.callbackId, `${root}callbacks/${segment(one.callbackId)}`),
  ];
  return item(
    `said-${one.kind}`,
    one.receivedAt,
    html`<bdi class="who">${texts.says(one.provider)}</bdi> ${badge(`said-${one.kind}`, words.statement[one.kind])} ${code(one.check)}`,
    list(details),
  );
}

function decisionItem({ words }: View, { kind, actor, reason, at }: Decision): Html {
  const verb = words.deposit.decided[kind];
  return item(
    'decision',
    at,
    html`${verb} <strong><bdi>${actor}</bdi></strong>`,
    html`<blockquote><bdi>${reason}</bdi></blockquote>`,
  );
}

function failureItem({ words }: View, { kind, attempt, at, error }: Failure): Html {
  const head = html`${words.deposit.attemptFailed(attempt)} <code>${kind}</code>`;
  return item('event-dead', at, head, error !== undefined && html`<p class="error"><bdi>${error}</bdi></p>`);
}

/** `isTold`: its failed attempts have entries of their own. */
function eventEntries({ words }: View, one: StoredEvent, isTold: boolean): Entry[] {
  const texts = words.deposit;
  const made: Entry = {
    at: one.madeAt,
    rank: 2,
    item: item(
      `event-${one.state}`,
      one.madeAt,
      html`${texts.eventMade} <code>${one.kind}</code> ${badge(`event-${one.state}`, words.state[one.state])}`,
      [
        list([texts.generationOf(one.generation), one.attempts > 0 && texts.attemptsOf(one.attempts)]),
        one.error !== undefined && !isTold && html`<p class="error"><bdi>${one.error}</bdi></p>`,
      ],
    ),
  };
  if (one.settledAt === undefined || one.state !== 'handled') return [made];
  const handled = html`${texts.eventHandled} <code>${one.kind}</code>`;
  return [made, { at: one.settledAt, rank: 3, item: item('event-handled', one.settledAt, handled, undefined) }];
}

function list(details: readonly Value[]): Html {
  const shown = details.filter((one) => one !== undefined && one !== false);
  return shown.length === 0 ? html`` : html`<ul class="details">${shown.map((one) => html`<li>${one}</li>`)}</ul>`;
}
