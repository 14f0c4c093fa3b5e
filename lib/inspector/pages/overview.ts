import { chineseAlarms } from '../../observe/chinese-alarms.ts';
import { outcomes } from '../../observe/outcomes.ts';
import type { Status } from '../../operator/status.ts';
import type { CallbackRecord } from '../../stores/store.ts';
import { push } from '../../util/maps.ts';
import { spread, tally, type WindowName, windows } from '../parts/callback-counts.ts';
import { callbackTable, noCallbacks } from '../parts/callback-list.ts';
import { whenCell } from '../parts/cells.ts';
import { chainTable } from '../parts/chain-table.ts';
import { latencyChart, milliseconds, rateChart } from '../parts/charts.ts';
import { depositCharts } from '../parts/deposit-charts.ts';
import { type Html, html } from '../parts/html.ts';
import { ago, type Column, code, empty, grouped, row, section, segment, table, time } from '../parts/parts.ts';
import { type StatusTexts, statusTexts } from '../parts/status-texts.ts';
import type { Page, TimedAlarm, View } from '../view.ts';

// As many as a store reads without being felt; older ones of the window are left out, and the page says so.
const mostCallbacks = 2_000;
const latest = 10;

/** What an operator wants to know first: what waits for a person, how it runs, who was heard. */
export async function overviewPage(view: View, status: Status): Promise<Page> {
  const { words, callbacks, query, now, root } = view;
  const window = (Object.keys(windows) as WindowName[]).find((name) => name === query.get('window')) ?? '1h';
  const records = await callbacks.store.callbacks({ since: now - windows[window].ms, limit: mostCallbacks });
  // The newest ones, whatever the window.
  const newest =
    records.length >= latest ? records.slice(0, latest) : await callbacks.store.callbacks({ limit: latest });
  const texts = words.overview;
  const standing = statusTexts(view, status);
  return {
    title: words.nav.overview,
    name: 'overview',
    body: html`${headline(view, standing)}
${tiles(view, standing.tiles)}
${
  newest.length > 0 &&
  html`${charts(view, records, window)}
${await depositCharts(view, window)}`
}
${section(texts.providers, await providers(view, records))}
${status.chains.length > 0 && section(texts.chains, chainTable(view, status.chains))}
${section(texts.latest, [await callbackTable(view, newest, true), newest.length === 0 && noCallbacks(view)], html`<a href="${root}callbacks">${texts.all}</a>`)}
${section(texts.alarms, alarms(view))}`,
  };
}

function headline({ root }: View, { title, more, isCalm, needs }: StatusTexts): Html {
  const wants = needs.map(
    ({ text, path, details }) =>
      html`<li><a href="${root}${path}">${text}</a>${details !== '' && html` <span class="soft"><bdi>${details}</bdi></span>`}</li>`,
  );
  return html`<div class="headline ${isCalm ? 'is-calm' : 'is-asking'}" data-headline><h1>${title}</h1><p>${more}</p><ul>${wants}</ul></div>`;
}

function tiles({ root }: View, list: StatusTexts['tiles']): Html {
  const items = list.map(
    ({ name, label, count, path, tone, more }) =>
      html`<li><a class="tile${count > 0 && html` is-${tone}`}" href="${root}${path}" data-tile="${name}" data-tone="is-${tone}"><span class="tile-label">${label}</span><span class="tile-count">${grouped(count)}</span><span class="tile-more">${more}</span></a></li>`,
  );
  return html`<ul class="tiles">${items}</ul>`;
}

function charts(view: View, records: readonly CallbackRecord[], window: WindowName): Html {
  const { words, now } = view;
  const texts = words.overview;
  const bars = tally(records, now, window);
  const oldest = records.at(-1);
  const isCut = records.length === mostCallbacks && oldest !== undefined;
  const readFrom = isCut ? oldest.receivedAt : undefined;
  const { half = 0, most = 0 } = spread(records.map(({ tookMs }) => tookMs));
  const legend = outcomes
    .map((name) => ({ name, count: records.filter(({ outcome }) => outcome === name).length }))
    .filter(({ count }) => count > 0)
    .map(
      ({ name, count }) =>
        html`<li><span class="key fill-${name}"></span>${words.outcome[name]} <b>${grouped(count)}</b></li>`,
    );
  const choices = (Object.keys(windows) as WindowName[]).map(
    (name) =>
      html`<li><a href="?window=${name}"${name === window && html` aria-current="true"`}>${texts.windows[name]}</a></li>`,
  );
  return html`<div class="windows"><nav aria-label="${texts.window}"><ul>${choices}</ul></nav>${
    isCut && html`<p class="soft">${texts.truncated(mostCallbacks, ago(view, oldest.receivedAt))}</p>`
  }</div>
<div class="pair">
<section class="panel"><h2>${texts.rates}</h2>${rateChart(words, bars, readFrom)}<ul class="legend">${records.length === 0 ? html`<li>${texts.quiet}</li>` : legend}</ul></section>
<section class="panel"><h2>${texts.latencies}</h2>${latencyChart(words, texts.latencies, bars, readFrom)}<ul class="legend">${
    records.length === 0
      ? html`<li>${texts.quiet}</li>`
      : html`<li><span class="key fill-half"></span>${texts.half} <b>${milliseconds(half)}</b></li><li><span class="key fill-most"></span>${texts.most} <b>${milliseconds(most)}</b></li>`
  }</ul></section>
</div>`;
}

async function providers(view: View, records: readonly CallbackRecord[]): Promise<Html> {
  const { words, callbacks, root, lastCallbacks, now } = view;
  const { column } = words;
  const columns: Column[] = [
    { label: column.provider },
    { label: column.lastHeard },
    { label: column.count, kind: 'number' },
    { label: words.outcome.rejected, kind: 'number' },
  ];
  const rows = await Promise.all(
    callbacks.providers.map(async (name) => {
      const own = records.filter(({ provider }) => provider === name);
      const lastAt = await lastCallbacks.lastAt(name, now);
      return row(columns, [
        html`<a href="${root}callbacks?provider=${segment(name)}"><bdi>${name}</bdi></a>`,
        lastAt === undefined || lastAt === 'looking'
          ? words.heard[lastAt ?? 'never']
          : html`${ago(view, lastAt)} <span class="soft">${time(lastAt)}</span>`,
        grouped(own.length),
        grouped(own.filter(({ outcome }) => outcome === 'rejected').length),
      ]);
    }),
  );
  return rows.length === 0 ? empty(words.overview.noProviders) : table(words.overview.providers, columns, rows);
}

/** The message of an alarm, which is English; in Chinese, after what its code means and what to do. */
function told({ words }: View, { code: name, message }: TimedAlarm): Html {
  if (words.language === 'en') return html`<bdi>${message}</bdi>`;
  const [means, cure] = chineseAlarms[name];
  return html`${means}${words.stop}${cure}<br><bdi class="soft" lang="en">${message}</bdi>`;
}

function alarms(view: View): Html {
  const { words, alarms: raised } = view;
  const { column } = words;
  if (raised.length === 0) return empty(words.overview.noAlarms, words.overview.alarmsMore);
  const columns: Column[] = [
    { label: column.time, kind: 'age' },
    { label: column.code },
    { label: column.provider },
    { label: words.overview.times, kind: 'number' },
    { label: column.message, kind: 'wide' },
  ];
  const groups = new Map<string, TimedAlarm[]>();
  for (const alarm of raised) push(groups, `${alarm.code} ${alarm.provider}`, alarm);
  const rows = [...groups.values()].flatMap((all) => {
    const [newest] = all;
    if (newest === undefined) return [];
    const { at, code: name, provider } = newest;
    const cells = [
      whenCell(view, at),
      code(name),
      html`<bdi>${provider}</bdi>`,
      grouped(all.length),
      told(view, newest),
    ];
    return [row(columns, cells)];
  });
  return html`<p class="soft">${words.overview.alarmsMore}</p>${table(words.overview.alarms, columns, rows)}`;
}
