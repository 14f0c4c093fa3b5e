import { chineseProbes } from '../../audit/chinese-probes.ts';
import type { Comparison } from '../../audit/compare.ts';
import type { Probe, Verdict } from '../../audit/probe.ts';
import type { AuditReport } from '../../audit/run-probes.ts';
import type { Colour, Output } from '../output.ts';
import { phrase, type Told } from '../words/phrases.ts';

type Listed = Pick<Probe, 'id' | 'group' | 'severity' | 'title' | 'does' | 'needs'>;

/** Lists probes, without running them. */
export function listProbes(probes: readonly Listed[], output: Output, json: boolean): void {
  const rows = probes.map(({ id, group, severity, title, does, needs }) => ({
    ...{ id, group, severity, title, does },
    ...(needs === undefined ? {} : { needs }),
  }));
  if (json) output.json(rows);
  else
    output.table(
      ['probe', 'group', 'severity', 'holds when'],
      rows.map(({ id, group, severity, title }) => [id, group, severity, output.said(titleOf({ id, title }))]),
    );
}

const colours: Readonly<Record<Verdict, Colour>> = { green: 'green', red: 'red', skipped: 'dim' };

/** A report for people, and what has changed since the one before. */
export function showReport(report: AuditReport, comparison: Comparison | undefined, output: Output): void {
  const { url, startedAt, probes: done, counts, verdict, tookMs, takenBack } = report;
  output.table(
    ['verdict', 'probe', 'severity', 'saw'],
    done.map((one) => [{ text: one.verdict, colour: colours[one.verdict] }, one.id, one.severity, one.saw]),
  );
  output.line();
  for (const one of done.filter((probe) => probe.verdict === 'red')) {
    output.line({ text: output.said(failed(one)), colour: 'red' });
  }
  if (takenBack.length > 0) {
    output.line(
      output.say('{count} deposits were made on the test account and reported as reverted.', {
        count: takenBack.length,
      }),
    );
  }
  output.line(
    `${startedAt}  ${url}  `,
    { text: verdict, colour: colours[verdict] },
    output.say(': {green} green, {red} red, {skipped} skipped, {seconds} s', {
      ...{ ...counts, seconds: (tookMs / 1_000).toFixed(1) },
    }),
  );
  if (comparison === undefined) return;
  const { since, verdicts: _, ...changes } = comparison;
  const said = Object.entries(changes).filter(([, ids]) => ids.length > 0);
  const changed = said.map(([what, ids]) => `${what}: ${ids.join(', ')}`).join('; ');
  output.line(output.say('Since {since}: {changes}', { since, changes: changed || output.say('no change') }));
}

/** What holds when the probe is green. */
function titleOf({ id, title }: Pick<Probe, 'id' | 'title'>): Told {
  return { en: title, zh: chineseProbes[id]?.[0] ?? title };
}

function failed({ id, title, did }: AuditReport['probes'][number]): Told {
  const text = phrase('{id}: does not hold: {title}. The probe {did}.', { id, title, did });
  const [holds = title, does = did] = chineseProbes[id] ?? [];
  return { ...text, zh: phrase('{id}: does not hold: {title}. The probe {did}.', { id, title: holds, did: does }).zh };
}
