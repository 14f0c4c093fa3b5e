import { visible } from '../util/visible.ts';
import { chinese } from './chinese.ts';
import { chineseProbes } from './chinese-probes.ts';
import type { ChangedVerdict } from './compare.ts';
import { cures } from './cures.ts';
import type { Severity, Verdict } from './probe.ts';
import { reportStyle } from './report-style.ts';
import { english, type ReportLanguage, type ReportWords } from './report-words.ts';
import type { AuditReport, ProbeReport } from './run-probes.ts';

export interface HtmlReportOptions {
  /** Default `en`. What the endpoint answered is shown as it was seen, in English. */
  language?: ReportLanguage | undefined;
  /** What has changed since an earlier report. Default: the page does not compare. */
  changes?: { since: string; verdicts: readonly ChangedVerdict[] } | undefined;
}

const marks: Readonly<Record<Verdict, string>> = { green: '&#10003;', red: '&#10007;', skipped: '&ndash;' };
const severities: readonly Severity[] = ['high', 'medium', 'low'];
const verdicts: readonly Verdict[] = ['green', 'red', 'skipped'];

/** The report as one page that needs nothing else: no script, no font, no request. All of it is escaped. */
export function htmlReport(report: AuditReport, { language = 'en', changes }: HtmlReportOptions = {}): string {
  const { url, probes, takenBack } = report;
  const words = language === 'zh' ? chinese : english;
  const red = severities.flatMap((one) => probes.filter((p) => p.verdict === 'red' && p.severity === one));
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(words.pageTitle(url))}</title>
<style>${reportStyle}</style>
</head>
<body>
${head(report, words)}
<main>
${overview(report, words)}
${changes === undefined ? '' : changed(changes, report, words)}
${red.length === 0 ? '' : section(words.findings, red.length, words.findingsMore, list(red, words))}
${everyProbe(report, words)}
${backSection(takenBack, words)}
</main>
<footer>
<h2>${words.method}</h2>
${words
  .methodMore(takenBack.length > 0)
  .map((text) => `<p>${escapeHtml(text)}</p>`)
  .join('\n')}
<p class="sign"><span>${words.signed.reviewed}</span><span>${words.signed.on}</span></p>
</footer>
</body>
</html>
`;
}

function head(
  { profile, provider, url, startedAt, tookMs, verdict, counts, probes }: AuditReport,
  words: ReportWords,
): string {
  const judged = counts.green + counts.red;
  const fact = (name: keyof ReportWords['facts'], value: string): string =>
    `<div><dt>${words.facts[name]}</dt><dd>${value}</dd></div>`;
  return `<header class="${verdict}">
<p class="kind">${words.kind[profile]}${provider === undefined ? '' : ` &middot; ${escapeHtml(provider)}`}</p>
<h1>${words.headline(counts.red, judged, counts.skipped)}</h1>
<p>${words.summary(counts.green, judged, counts.skipped)}</p>
<dl>
${fact('endpoint', `<code>${escapeHtml(url)}</code>`)}
${fact('date', `<time datetime="${escapeHtml(startedAt)}">${dateOf(startedAt)}</time>`)}
${fact('probes', String(probes.length))}
${fact('took', words.seconds((tookMs / 1_000).toFixed(1)))}
</dl>
</header>`;
}

/** Areas by verdict: what an auditor copies into his own report. */
function overview({ probes, counts }: AuditReport, words: ReportWords): string {
  const areas = [...new Set(probes.map(({ group }) => group))];
  const cells = (list: readonly ProbeReport[]): string =>
    verdicts
      .map((verdict) => {
        const count = list.filter((one) => one.verdict === verdict).length;
        return `<td class="number${count > 0 ? ` ${verdict}` : ''}">${count}</td>`;
      })
      .join('');
  const rows = areas.map((area) => {
    const own = probes.filter(({ group }) => group === area);
    const isRed = own.some(({ verdict }) => verdict === 'red');
    return `<tr${isRed ? ' class="red"' : ''}><th scope="row"><a href="#area-${slug(area)}">${escapeHtml(words.groups[area] ?? area)}</a></th>${cells(own)}</tr>`;
  });
  const total = verdicts.map((verdict) => `<td class="number">${counts[verdict]}</td>`).join('');
  return `<section>
<h2>${words.overview}</h2>
<div class="sheet"><table class="areas"><thead><tr><th scope="col">${words.area}</th>${verdicts.map((one) => `<th scope="col" class="number">${words.verdict[one]}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody><tfoot><tr><th scope="row">${words.facts.probes}</th>${total}</tr></tfoot></table></div>
</section>`;
}

function changed(
  changes: NonNullable<HtmlReportOptions['changes']>,
  { probes }: AuditReport,
  words: ReportWords,
): string {
  const titleOf = (id: string): string => {
    const probe = probes.find((one) => one.id === id);
    return probe === undefined ? '' : `${escapeHtml(textsOf(probe, words)[0])} `;
  };
  const since = words.changesSince(dateOf(changes.since));
  if (changes.verdicts.length === 0) return section(words.changes, 0, `${since} ${words.noChanges}`, '');
  const cell = (verdict: Verdict | undefined): string =>
    verdict === undefined ? '<td>&ndash;</td>' : `<td class="${verdict}">${words.verdict[verdict]}</td>`;
  const rows = changes.verdicts.map(
    ({ id, before, now }) =>
      `<tr><th scope="row">${titleOf(id)}<code>${escapeHtml(id)}</code></th>${cell(before)}${cell(now)}</tr>`,
  );
  const { column } = words;
  const table = `<div class="sheet"><table><thead><tr><th scope="col">${column.probe}</th><th scope="col">${column.before}</th><th scope="col">${column.now}</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
  return section(words.changes, changes.verdicts.length, since, table);
}

function everyProbe({ probes }: AuditReport, words: ReportWords): string {
  const areas = [...new Set(probes.map(({ group }) => group))].map((area) => {
    const own = probes.filter(({ group, verdict }) => group === area && verdict !== 'red');
    const elsewhere = probes.filter(({ group, verdict }) => group === area && verdict === 'red');
    const links = elsewhere.map(({ id }) => `<a href="#${slug(id)}">${escapeHtml(id)}</a>`).join(', ');
    return `<h3 class="area" id="area-${slug(area)}">${escapeHtml(words.groups[area] ?? area)}${links === '' ? '' : ` <small>${words.findings}: ${links}</small>`}</h3>
${list(own, words)}`;
  });
  return section(words.all, probes.length, '', areas.join('\n'));
}

function section(title: string, count: number, more: string, content: string): string {
  return `<section>
<h2>${title} <small>${count}</small></h2>
${more === '' ? '' : `<p class="more">${escapeHtml(more)}</p>`}
${content}
</section>`;
}

function list(probes: readonly ProbeReport[], words: ReportWords): string {
  return probes.length === 0 ? '' : `<ul>\n${probes.map((one) => item(one, words)).join('\n')}\n</ul>`;
}

function item(probe: ProbeReport, words: ReportWords): string {
  const { id, verdict, severity, saw, tookMs } = probe;
  const [title, did, cure] = textsOf(probe, words);
  const line = (name: string, text: string, kind: string): string =>
    text === '' ? '' : `<div class="${kind}"><dt>${name}</dt><dd>${escapeHtml(text)}</dd></div>`;
  const lines = [
    line(words.request, words.did(did), 'did'),
    line(verdict === 'skipped' ? words.why : words.answer, saw, 'saw'),
    line(verdict === 'red' ? words.cure : words.whenRed, cure, verdict === 'red' ? 'cure' : 'later'),
  ];
  return `<li class="${verdict}" id="${slug(id)}">
<span class="mark" aria-hidden="true">${marks[verdict]}</span>
<div>
<h3>${escapeHtml(title)}</h3>
<p class="side"><b>${words.verdict[verdict]}</b> <span class="severity is-${severity}">${words.severity[severity]}</span> <code>${escapeHtml(id)}</code> <span>${tookMs} ms</span></p>
<dl>${lines.join('')}</dl>
</div>
</li>`;
}

/** Title, what was done and the cure, in the language of the page as far as it knows the probe. */
function textsOf({ id, title, did }: ProbeReport, words: ReportWords): [string, string, string] {
  const known = words.language === 'zh' && Object.hasOwn(chineseProbes, id) ? chineseProbes[id] : undefined;
  const cure = known?.[2] ?? (Object.hasOwn(cures, id) ? (cures[id] ?? '') : '');
  return [known?.[0] ?? title, known?.[1] ?? did, /^[A-Z_]+$/.test(cure) ? words.check(cure) : cure];
}

function backSection(takenBack: AuditReport['takenBack'], words: ReportWords): string {
  if (takenBack.length === 0) return '';
  const { transaction, units, answer: answered } = words.column;
  const rows = takenBack
    .map(
      ({ hash, amount, answer }) =>
        `<tr><td><code>${escapeHtml(hash)}</code></td><td class="number">${escapeHtml(amount)}</td><td>${escapeHtml(answer)}</td></tr>`,
    )
    .join('\n');
  const table = `<div class="sheet" tabindex="0" role="region" aria-label="${words.revertedLabel}"><table><thead><tr><th scope="col">${transaction}</th><th scope="col" class="number">${units}</th><th scope="col">${answered}</th></tr></thead><tbody>
${rows}
</tbody></table></div>`;
  return section(words.reverted, takenBack.length, words.revertedMore, table);
}

/** As an id of the page: ids of probes are of letters and dashes, what a report from elsewhere says may not be. */
function slug(text: string): string {
  return text.replace(/[^a-z0-9]+/gi, '-');
}

function dateOf(text: string): string {
  return escapeHtml(text.replace('T', ' ').replace(/\.\d+Z/, ' UTC'));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that stands for itself in HTML; control characters are left out. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
