import type { View } from '../view.ts';
import { slotsOf, spread, type WindowName, windows } from './callback-counts.ts';
import { symbolOrAsset, worthOf } from './cells.ts';
import { latencyChart, milliseconds, stackChart } from './charts.ts';
import { type AssetSeries, creditTimes, seriesOf } from './deposit-counts.ts';
import { type Html, html } from './html.ts';
import { movementIn } from './movements.ts';
import { amountTexts, grouped } from './parts.ts';

// As many as a store reads without being felt.
const mostDeposits = 2_000;
const mostCredits = 1_000;

/** Confirmed deposits by asset, and how long credits took: of the newest, if there are more. */
export async function depositCharts(view: View, window: WindowName): Promise<Html> {
  const { words, callbacks, now } = view;
  const { store } = callbacks;
  const { ms } = windows[window];
  const [deposits, events] = await Promise.all([
    store.deposits({ since: now - ms, limit: mostDeposits }),
    store.events({ kind: 'deposit', state: 'handled', limit: mostCredits }),
  ]);
  const confirmed = deposits.filter(({ status }) => status === 'confirmed');
  const series = seriesOf(confirmed, now, window);
  const bars = slotsOf(now, window).starts.map((startsAt) => ({ startsAt }));
  const times = creditTimes(events, now, window);
  const inWindow = events.filter(({ settledAt = 0 }) => settledAt >= now - ms);
  const { half, most } = spread(
    inWindow.map(({ settledAt = 0, deposit }) => Math.max(0, settledAt - deposit.firstSeenAt)),
  );
  const depositsFrom = deposits.length === mostDeposits ? deposits.at(-1)?.firstSeenAt : undefined;
  const creditsFrom = events.length === mostCredits ? events.at(-1)?.settledAt : undefined;
  const texts = words.overview;
  const drawn = series.map((one, index) => ({
    fill: `fill-series-${index}`,
    label: nameOf(view, one),
    counts: one.counts,
  }));
  return html`<div class="pair">
<section class="panel"><h2>${texts.byAsset}</h2>${stackChart(texts.byAsset, bars, drawn, depositsFrom)}<ul class="legend">${
    series.length === 0 ? html`<li>${texts.noDeposits}</li>` : series.map((one, index) => legendOf(view, one, index))
  }</ul></section>
<section class="panel"><h2>${texts.toCredit}</h2>${latencyChart(words, texts.toCredit, times, creditsFrom)}<ul class="legend">${
    half === undefined || most === undefined
      ? html`<li>${texts.noCredits}</li>`
      : html`<li><span class="key fill-half"></span>${texts.half} <b>${milliseconds(half)}</b></li><li><span class="key fill-most"></span>${texts.most} <b>${milliseconds(most)}</b></li>`
  }</ul></section>
</div>`;
}

function nameOf({ words }: View, { asset, newest }: AssetSeries): string {
  return asset === undefined ? words.overview.otherAssets : (symbolOrAsset(movementIn(newest)) ?? asset);
}

function legendOf(view: View, one: AssetSeries, index: number): Html {
  const { asset, count, amount, newest } = one;
  const sum = asset === undefined ? [] : amountTexts(view.words, worthOf(movementIn(newest), amount));
  return html`<li><span class="key fill-series-${index}"></span><bdi>${sum.length === 0 ? nameOf(view, one) : sum.join(' ')}</bdi> <b>${grouped(count)}</b></li>`;
}
