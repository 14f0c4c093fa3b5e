import { setTimeout as sleep } from 'node:timers/promises';
import { type Comparison, compareReports } from '../../audit/compare.ts';
import type { Severity } from '../../audit/probe.ts';
import { type AuditReport, hasRed } from '../../audit/run-probes.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { type AlarmRoute, postAlarm } from './alarm.ts';
import { type KeptReport, keep, readKept } from './kept-report.ts';

export interface Rounds {
  /** One audit. */
  audit(): Promise<AuditReport>;
  /** Writes out one report. */
  tell(report: AuditReport, comparison: Comparison | undefined): Promise<void>;
  failOn: Severity | 'never';
  /** Keeps the last report here. */
  keep?: string | undefined;
  /** ms between the beginnings of two audits; undefined: one audit. */
  everyMs?: number | undefined;
  alarm?: AlarmRoute | undefined;
}

/**
 * Audits once, or again and again until the process is asked to stop, each report compared with the one before. What turns red is
 * told once. Gives the exit code, that of the last round.
 */
export async function runRounds(rounds: Rounds, context: Context): Promise<number> {
  const { everyMs } = rounds;
  let before = rounds.keep === undefined ? undefined : await readKept(rounds.keep);
  if (everyMs === undefined) return (await round(rounds, before, context)).code;
  const stop = new AbortController();
  void context.stopped().then(() => stop.abort());
  let code: number = exitCodes.ok;
  while (!stop.signal.aborted) {
    const began = performance.now();
    try {
      const done = await round(rounds, before, context);
      before = done.kept;
      code = done.code;
    } catch (error) {
      // An audit that could not be made is no green one; the next may be.
      context.output.error(`AUDIT_FAILED: ${error instanceof Error ? error.message : String(error)}`);
      code = exitCodes.failed;
    }
    const left = Math.max(0, everyMs - (performance.now() - began));
    await sleep(left, undefined, { signal: stop.signal }).catch(() => {});
  }
  return code;
}

async function round(
  rounds: Rounds,
  before: KeptReport | undefined,
  context: Context,
): Promise<{ code: number; kept: KeptReport }> {
  const report = await rounds.audit();
  const comparison = before && compareReports(before, report);
  await rounds.tell(report, comparison);
  const turned = toTell(rounds.failOn, report, comparison, before);
  const isTold = turned.length === 0 || (await raise(rounds, report, turned, context));
  const kept: KeptReport = isTold ? report : { ...report, untold: turned };
  if (rounds.keep !== undefined) await keep(rounds.keep, kept);
  const isRed = rounds.failOn !== 'never' && hasRed(report, rounds.failOn);
  return { code: isRed ? exitCodes.found : isTold ? exitCodes.ok : exitCodes.failed, kept };
}

/** Red probes of which nobody has been told. */
function toTell(
  failOn: Rounds['failOn'],
  report: AuditReport,
  comparison: Comparison | undefined,
  before: KeptReport | undefined,
): string[] {
  if (failOn === 'never') return [];
  const grave = report.probes.filter((one) => hasRed({ probes: [one] }, failOn)).map(({ id }) => id);
  if (comparison === undefined) return grave;
  return grave.filter((id) => comparison.new.includes(id) || before?.untold?.includes(id) === true);
}

/** False if it could not be sent: it is tried again with the next report. */
async function raise(
  { alarm }: Rounds,
  report: AuditReport,
  turned: readonly string[],
  { output, now }: Context,
): Promise<boolean> {
  output.error(output.say('AUDIT_RED: {url}: {probes} turned red', { url: report.url, probes: turned.join(', ') }));
  if (alarm === undefined) return true;
  try {
    await postAlarm(alarm, report, turned, now);
    return true;
  } catch (error) {
    output.error(`AUDIT_ALARM_FAILED: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
