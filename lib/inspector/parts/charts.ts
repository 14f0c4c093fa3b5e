import { outcomes } from '../../observe/outcomes.ts';
import type { Words } from '../words/english.ts';
import type { Bar } from './callback-counts.ts';
import { type Html, html } from './html.ts';
import { grouped, isoTime } from './parts.ts';

const height = 96;
const barWidth = 10;
const gap = 2;

/** What is stacked in a bar: how many of it came in each bar's time. */
export interface Series {
  /** The class of its colour. */
  fill: string;
  label: string;
  counts: readonly number[];
}

/** Bars of callbacks, stacked by outcome. */
export function rateChart({ outcome, overview }: Words, bars: readonly Bar[], readFrom?: number): Html {
  const series = outcomes.map((name) => ({
    fill: `fill-${name}`,
    label: outcome[name],
    counts: bars.map(({ counts }) => counts[name] ?? 0),
  }));
  return stackChart(overview.rates, bars, series, readFrom);
}

/** Bars of counts, stacked. `readFrom`: what is older was not looked at, and is shaded. */
export function stackChart(
  label: string,
  bars: readonly Pick<Bar, 'startsAt'>[],
  series: readonly Series[],
  readFrom?: number,
): Html {
  const totals = bars.map((_, index) => series.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0));
  const top = Math.max(1, ...totals);
  const drawn = bars.map((bar, index) => {
    let below = 0;
    const parts = series.map(({ fill, counts }) => {
      const count = counts[index] ?? 0;
      const from = below;
      below += count;
      // A single refusal among thousands must still be seen.
      const tall = count === 0 ? 0 : Math.max(2, (count / top) * height);
      return count > 0 && rect(fill, index, height - (from / top) * height - tall, tall);
    });
    const told = series.filter(({ counts }) => counts[index]).map((one) => `${one.label} ${one.counts[index]}`);
    return html`<g>${(totals[index] ?? 0) > 0 && html`<title>${clockTime(bar)} ${told.join(', ')}</title>`}${parts}</g>`;
  });
  const total = totals.reduce((sum, one) => sum + one, 0);
  return frame(`${label}: ${total}`, grouped(top), [unread(bars, readFrom), ...drawn], bars);
}

/** Bars of latency: solid up to where half, pale up to where 95 % of the callbacks had their outcome. */
export function latencyChart({ overview }: Words, label: string, bars: readonly Bar[], readFrom?: number): Html {
  const top = Math.max(1, ...bars.map(({ most = 0 }) => most));
  const drawn = bars.map((bar, index) => {
    const { half, most } = bar;
    if (half === undefined || most === undefined) return html``;
    const tall = (ms: number): number => Math.max(2, (ms / top) * height);
    return html`<g><title>${clockTime(bar)} ${overview.half} ${milliseconds(half)}, ${overview.most} ${milliseconds(most)}</title>${rect('fill-most', index, height - tall(most), tall(most))}${rect('fill-half', index, height - tall(half), tall(half))}</g>`;
  });
  return frame(label, milliseconds(top), [unread(bars, readFrom), ...drawn], bars);
}

export function milliseconds(ms: number): string {
  if (ms >= 7_200_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  if (ms >= 120_000) return `${(ms / 60_000).toFixed(1)} min`;
  return ms >= 1_000 ? `${(ms / 1_000).toFixed(1)} s` : `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
}

/** The bars of a time that was not looked at: nothing there does not mean that nothing came. */
function unread(bars: readonly Pick<Bar, 'startsAt'>[], readFrom = 0): Html {
  const count = bars.filter(({ startsAt }) => startsAt < readFrom).length - 1;
  return count < 1
    ? html``
    : html`<rect class="fill-unread" x="0" y="0" width="${count * barWidth}" height="${height}"/>`;
}

function rect(kind: string, index: number, y: number, tall: number): Html {
  return html`<rect class="${kind}" x="${index * barWidth + gap / 2}" y="${y.toFixed(1)}" width="${barWidth - gap}" height="${tall.toFixed(1)}"/>`;
}

function frame(label: string, top: string, drawn: readonly Html[], bars: readonly Pick<Bar, 'startsAt'>[]): Html {
  const width = bars.length * barWidth;
  const [first] = bars;
  const middle = bars[Math.floor(bars.length / 2)];
  return html`<div class="chart"><p class="chart-top" aria-hidden="true">${top}</p>
<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="rule" d="M0 .5H${width}M0 ${height / 2}H${width}"/>${drawn}</svg>
<p class="chart-feet" aria-hidden="true"><span>${first && clockTime(first)}</span><span>${middle && clockTime(middle)}</span><span>UTC</span></p></div>`;
}

/** Hour and minute; with the day if bars are of hours. */
function clockTime({ startsAt }: Pick<Bar, 'startsAt'>): string {
  const iso = isoTime(startsAt);
  return `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
}
