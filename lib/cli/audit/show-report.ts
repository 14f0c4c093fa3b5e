import type { Comparison } from '../../audit/compare.ts';
import type { Probe, Verdict } from '../../audit/probe.ts';
import type { AuditReport } from '../../audit/run-probes.ts';
import type { Colour, Output } from '../output.ts';

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
      rows.map(({ id, group, severity, title }) => [id, group, severity, title]),
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
    output.line({ text: `${one.id}: does not hold: ${one.title}. The probe ${one.did}.`, colour: 'red' });
  }
  if (takenBack.length > 0)
    output.line(`${takenBack.length} deposits were made on the test account and reported as reverted.`);
  output.line(
    `${startedAt}  ${url}  `,
    { text: verdict, colour: colours[verdict] },
    `: ${counts.green} green, ${counts.red} red, ${counts.skipped} skipped, ${(tookMs / 1_000).toFixed(1)} s`,
  );
  if (comparison === undefined) return;
  const { since, verdicts: _, ...changes } = comparison;
  const said = Object.entries(changes).filter(([, ids]) => ids.length > 0);
  output.line(`Since ${since}: ${said.map(([what, ids]) => `${what}: ${ids.join(', ')}`).join('; ') || 'no change'}`);
}
