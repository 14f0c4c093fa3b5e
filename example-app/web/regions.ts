import type { DepositRecord as Deposit } from 'deposit-callback';
import { coins } from '../coins.ts';
import { balances } from '../ledger.ts';
import { tricks } from '../wallets/tricks.ts';
import { nameOfCallback, way } from './chart.ts';
import { breakable, confirmationsOf, depositOf, grouped, money } from './deposits.ts';
import { type Html, html, render } from './html.ts';
import { assetsFor, type View } from './view.ts';
import { statusOf, wayOf } from './way.ts';

/** Characters of a balance that is shown large. */
const longest = 14;

/** The parts of the page that change by themselves, by the id of their element. */
export async function regions(view: View): Promise<Record<string, string>> {
  const { store } = view.exchange;
  const newest = await store.deposits({ limit: 50 });
  const own = newest.filter(({ to, network }) => to === view.customer.address && network === view.customer.network);
  const parts: Record<string, Html> = {
    balances: balanceList(view, own),
    way: await way(view),
    tricks: trickList(
      view,
      newest.some(({ status }) => status === 'confirmed'),
    ),
    earlier: await earlier(view),
    deposits: depositList(view, own.slice(0, 8)),
  };
  return Object.fromEntries(Object.entries(parts).map(([id, part]) => [id, render(part)]));
}

function balanceList(view: View, deposits: readonly Deposit[]): Html {
  const { exchange, customer, words } = view;
  const owned = balances(exchange.database).filter((one) => one.customer === customer.customer);
  const rows = assetsFor(customer, exchange.book.assets).map(({ asset, symbol }) => {
    const has = owned.find((one) => one.asset === asset)?.amount ?? 0n;
    const coming = deposits
      .filter((one) => one.asset === asset && one.status === 'pending')
      .reduce((sum, { amount }) => sum + amount, 0n);
    const sum = grouped(coins(has, asset, exchange.book.assets));
    return html`<li class="balance" data-value="${String(has)}"><span class="coin coin-${symbol.slice(0, 3).toLowerCase()}" aria-hidden="true">${symbol.slice(0, 1)}</span>
<span class="balance-name">${symbol}<small>${words.network[customer.network] ?? customer.network}</small></span>
<span class="balance-sum"><b${sum.length > longest && html` class="is-long"`}>${breakable(sum)}</b><small>${coming > 0n ? html`<span class="coming">${words.arriving(money(view, coming, asset))}</span>` : symbol}</small></span></li>`;
  });
  return html`${rows}`;
}

function trickList({ words, wallet, customer }: View, isPaid: boolean): Html {
  // Without a chain nobody contradicts a lie.
  const shown = tricks.filter((one) => one !== 'lie' || wallet.kind === 'chain');
  const buttons = shown.map(
    (one) => html`<button name="trick" value="${one}"${!isPaid && html` disabled`}>${words.trick[one]}</button>`,
  );
  return html`<input type="hidden" name="as" value="${customer.customer}">${buttons}<p class="soft">${isPaid ? words.tricksMore : words.tricksLater}</p>`;
}

async function earlier(view: View): Promise<Html> {
  const { told, words } = view;
  const rows = told.latest().map(async (record) => {
    const dots = wayOf(record).map(({ verdict }) => html`<span class="mini is-${verdict}"></span>`);
    const deposit = record.outcome === 'recorded' ? await depositOf(view, record) : undefined;
    const more = deposit
      ? html` <span class="sum">${money(view, deposit.amount, deposit.asset)}</span>`
      : html` <code>${record.code}</code>`;
    return html`<li><a href="/inspector/callbacks/${record.id}"><time datetime="${new Date(record.receivedAt).toISOString()}">${clock(record.receivedAt)}</time>
<span class="minis" aria-hidden="true">${dots}</span><span class="what">${nameOfCallback(words, record, deposit)}${more}</span><span class="status">${statusOf(record)}</span></a></li>`;
  });
  if (rows.length === 0) return html`<li class="none soft">${words.earlierNone}</li>`;
  return html`${await Promise.all(rows)}`;
}

function depositList(view: View, deposits: readonly Deposit[]): Html {
  const { words } = view;
  if (deposits.length === 0) return html`<p class="none soft">${words.depositsNone}</p>`;
  const { column } = words;
  const rows = deposits.map((deposit) => {
    const count = deposit.status === 'pending' ? confirmationsOf(view, deposit) : undefined;
    const { id } = deposit.transaction;
    return html`<tr><td><time datetime="${new Date(deposit.firstSeenAt).toISOString()}">${clock(deposit.firstSeenAt)}</time></td>
<td class="sum">${breakable(money(view, deposit.amount, deposit.asset))}</td>
<td><span class="badge is-${deposit.status}">${words.status[deposit.status] ?? deposit.status}</span>${count && html` <progress max="${count.of}" value="${count.now}" aria-label="${words.confirmations(count.now, count.of)}"></progress> <small>${words.confirmations(count.now, count.of)}</small>`}</td>
<td class="hash"><a href="/inspector/deposits/${deposit.id}"><code>${id.slice(0, 10)}...${id.slice(-8)}</code></a></td></tr>`;
  });
  return html`<table><thead><tr><th>${column.time}</th><th class="sum">${column.amount}</th><th>${column.status}</th><th>${column.transaction}</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}
