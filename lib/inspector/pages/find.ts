import type { DepositRecord } from '../../deposits/deposit.ts';
import { creditsOf } from '../../operator/credit.ts';
import type { DepositQuery } from '../../stores/store.ts';
import { callbackTable } from '../parts/callback-list.ts';
import { timeField, timeOf } from '../parts/forms.ts';
import { type Html, html } from '../parts/html.ts';
import { empty, section, segment, time } from '../parts/parts.ts';
import { spellingsOf } from '../parts/spellings.ts';
import { type Look, searchLog } from '../search-log.ts';
import type { Inspected, Page, View } from '../view.ts';
import { depositTable } from './deposits.ts';

const mostDeposits = 25;
/** Deposits that are looked through for what has no index: the customer, the sender, a payment, a block. */
const mostLookedAt = 1_000;

/** What a person has copied from somewhere: an id leads to its page; anything else is searched in deposits and in the log. */
export async function searchPage(view: View): Promise<Page | { location: string }> {
  const { words, callbacks, query, now } = view;
  const text = (query.get('q') ?? '').trim();
  if (text === '') return { location: './' };
  const known = await placeOf(callbacks, text);
  if (known !== undefined) return { location: known };
  const spellings = spellingsOf(text);
  const before = query.get('before') ?? undefined;
  const until = timeOf(query.get('until'), now);
  const [deposits, look, unverified] = await Promise.all([
    before === undefined ? findDeposits(callbacks, text, spellings) : [],
    searchLog(callbacks, spellings, {
      ...(before === undefined ? {} : { before }),
      ...(until === undefined ? {} : { until }),
    }),
    before === undefined ? countUnverified(callbacks, spellings.words) : 0,
  ]);
  const texts = words.found;
  const isNothing = deposits.length + look.found.length + unverified === 0;
  const credits = await creditsOf(callbacks.store, deposits);
  return {
    title: texts.title,
    body: html`<h1>${texts.title}</h1>
<p class="lead"><code><bdi>${text}</bdi></code></p>
${isNothing && empty(texts.nothing, look.isMore ? texts.nothingYet : texts.nothingMore)}
${deposits.length > 0 && section(words.nav.deposits, depositTable(view, deposits, credits))}
${look.found.length > 0 && section(words.nav.callbacks, await callbackTable(view, look.found, false))}
${unverified > 0 && section(words.quarantine.unverified, html`<p><a href="quarantine?show=unverified">${texts.unverified(unverified)}</a></p>`)}
${howFar(view, text, look)}`,
  };
}

/** The page of a deposit, an event's deposit, or a callback. */
async function placeOf({ store }: Inspected, text: string): Promise<string | undefined> {
  const [depositId = ''] = text.split(':', 1);
  if (await store.deposit(text)) return `deposits/${segment(text)}`;
  if (depositId !== text && (await store.deposit(depositId))) return `deposits/${segment(depositId)}`;
  if (await store.callback(text)) return `callbacks/${segment(text)}`;
  return undefined;
}

async function findDeposits(
  { store }: Inspected,
  text: string,
  { addresses, transactions, words }: ReturnType<typeof spellingsOf>,
): Promise<DepositRecord[]> {
  const queries: Omit<DepositQuery, 'limit'>[] = [
    ...addresses.map((to) => ({ to })),
    ...transactions.map((transactionId) => ({ transactionId })),
  ];
  const lists = await Promise.all(queries.map((one) => store.deposits({ ...one, limit: mostDeposits })));
  const indexed = lists.flat();
  const newest = indexed.length > 0 ? [] : await store.deposits({ limit: mostLookedAt });
  const others = newest.filter((one) =>
    namesOf(one).some((name) => words.includes(name.toLowerCase()) || name === text),
  );
  const byId = new Map([...indexed, ...others].map((one) => [one.id, one]));
  return [...byId.values()].sort((a, b) => b.firstSeenAt - a.firstSeenAt).slice(0, mostDeposits);
}

function namesOf({ account, from, payment, memo, transaction, asset }: DepositRecord): string[] {
  const { block } = transaction;
  const contract = asset.slice(asset.lastIndexOf(':') + 1);
  const names = [account, from, payment, payment?.split('/').at(-1), memo, block?.hash, block?.number, contract];
  return names.filter((one) => one !== undefined);
}

async function countUnverified({ store }: Inspected, words: readonly string[]): Promise<number> {
  const kept = await store.unverified({ limit: 100 });
  const texts = kept.map(({ body, id }) => `${id} ${body?.toString('latin1') ?? ''}`.toLowerCase());
  return texts.filter((text) => words.some((word) => text.includes(word))).length;
}

/** How far back the log was looked through, and the way on. */
function howFar(view: View, text: string, { last, isMore }: Look): Html {
  const { words, query } = view;
  const texts = words.found;
  if (last === undefined) return html``;
  const next = new URLSearchParams({ q: text, before: last.id });
  return html`<div class="how-far"><p class="soft">${isMore ? texts.back : texts.whole} ${time(last.receivedAt)}</p>
${isMore && html`<p><a class="button" href="?${next.toString()}">${texts.further}</a></p>`}
${(isMore || query.has('until')) && html`<form class="filter" method="get" action="?"><input type="hidden" name="q" value="${text}">${timeField('until', words.until, view)}<div class="filter-go"><button>${words.find}</button></div></form>`}</div>`;
}
