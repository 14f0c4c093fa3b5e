import { visible } from '../util/visible.ts';
import type { AuditReport, ProbeReport } from './audit.ts';
import type { Verdict } from './probe.ts';
import { reportStyle } from './report-style.ts';

const words: Readonly<Record<Verdict, string>> = { green: 'held', red: 'did not hold', skipped: 'skipped' };
const marks: Readonly<Record<Verdict, string>> = { green: '&#10003;', red: '&#10007;', skipped: '&ndash;' };

/** The report as one page that needs nothing else: no script, no font, no request. All of it is escaped. */
export function htmlReport(report: AuditReport): string {
  const { url, startedAt, tookMs, verdict, counts, probes, takenBack } = report;
  const groups = [...new Set(probes.map(({ group }) => group))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Audit of ${escapeHtml(url)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header class="${verdict}">
<p class="kind">Audit of a deposit callback endpoint</p>
<h1>${headline(report)}</h1>
<p class="url">${escapeHtml(url)}</p>
<dl>
<div><dt>Date</dt><dd><time datetime="${startedAt}">${startedAt.replace('T', ' ').replace(/\.\d+Z/, ' UTC')}</time></dd></div>
<div><dt>Held</dt><dd>${counts.green}</dd></div>
<div><dt>Did not hold</dt><dd>${counts.red}</dd></div>
<div><dt>Skipped</dt><dd>${counts.skipped}</dd></div>
<div><dt>Took</dt><dd>${(tookMs / 1_000).toFixed(1)} s</dd></div>
</dl>
${bar(report)}
</header>
<main>
${section(
  'Did not hold',
  probes.filter((one) => one.verdict === 'red'),
)}
${groups
  .map((group) =>
    section(
      group,
      probes.filter((one) => one.group === group && one.verdict !== 'red'),
    ),
  )
  .join('\n')}
${backSection(takenBack)}
</main>
<footer>
<p>A probe holds if the endpoint behaved as a sound one does, as far as its responses${takenBack.length > 0 ? ' and credits' : ''} can show.
It proves nothing about attacks that are not listed. docs/audit.md describes each probe and how to fix a red one.</p>
</footer>
</body>
</html>
`;
}

function headline({ verdict, counts }: AuditReport): string {
  if (verdict === 'red') return counts.red === 1 ? 'One probe got through' : `${counts.red} probes got through`;
  if (verdict !== 'green') return 'No probe could be judged';
  return counts.skipped === 0 ? 'Every probe held' : 'No probe got through';
}

function bar({ counts, probes }: AuditReport): string {
  const share = (verdict: Verdict): string =>
    counts[verdict] === 0 ? '' : `<span class="${verdict}" style="flex-grow:${counts[verdict]}"></span>`;
  const label = `${counts.green} of ${probes.length} held, ${counts.red} did not, ${counts.skipped} skipped`;
  return `<div class="bar" role="img" aria-label="${label}">${share('green')}${share('red')}${share('skipped')}</div>`;
}

function section(title: string, probes: readonly ProbeReport[]): string {
  if (probes.length === 0) return '';
  const heading = `${title.charAt(0).toUpperCase()}${title.slice(1)}`;
  return `<section>
<h2>${escapeHtml(heading)} <small>${probes.length}</small></h2>
<ul>
${probes.map(item).join('\n')}
</ul>
</section>`;
}

function item({ id, verdict, severity, title, did, saw, tookMs }: ProbeReport): string {
  const weight = verdict === 'red' ? ` <span class="severity">${severity}</span>` : '';
  return `<li class="${verdict}">
<span class="mark" aria-hidden="true">${marks[verdict]}</span>
<div>
<h3>${escapeHtml(title)}${weight}</h3>
<p class="did">It ${escapeHtml(did)}.</p>
<p class="saw"><b>${words[verdict]}</b> ${escapeHtml(saw)}</p>
</div>
<p class="side"><code>${escapeHtml(id)}</code> <span>${tookMs} ms</span></p>
</li>`;
}

function backSection(takenBack: AuditReport['takenBack']): string {
  if (takenBack.length === 0) return '';
  const rows = takenBack
    .map(
      ({ hash, amount, answer }) =>
        `<tr><td><code>${escapeHtml(hash)}</code></td><td class="number">${escapeHtml(amount)}</td><td>${escapeHtml(answer)}</td></tr>`,
    )
    .join('\n');
  return `<section>
<h2>Reverted <small>${takenBack.length}</small></h2>
<p>Deposits that the audit made on the test account. Each was reported as reverted at the end.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Reverted deposits"><table><thead><tr><th>Transaction</th><th class="number">Units</th><th>Answer</th></tr></thead><tbody>
${rows}
</tbody></table></div>
</section>`;
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
