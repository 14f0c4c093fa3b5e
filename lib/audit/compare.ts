import { present } from '../util/present.ts';
import type { Verdict } from './probe.ts';
import type { AuditReport } from './run-probes.ts';

/** A probe whose verdict is not what it was in an earlier report. */
export interface ChangedVerdict {
  id: string;
  /** Absent: the probe was not there. */
  before?: Verdict;
  /** Absent: it is not there any more. */
  now?: Verdict;
}

/** What has changed since an earlier report of the same URL: ids of probes. */
export interface Comparison {
  /** When the earlier one was made, ISO 8601. */
  since: string;
  /** Red now, and not red then. */
  new: readonly string[];
  /** Red then, and green now. */
  fixed: readonly string[];
  /** Red then and now. */
  still: readonly string[];
  /** Red then, and not tried or not decided now. */
  unknown: readonly string[];
  /** Every probe whose verdict changed. */
  verdicts: readonly ChangedVerdict[];
}

/** Compares a report with the one before; undefined if that is of another URL or profile. */
export function compareReports(
  before: Pick<AuditReport, 'profile' | 'provider' | 'url' | 'startedAt' | 'probes'>,
  now: AuditReport,
): Comparison | undefined {
  if (before.url !== now.url || before.profile !== now.profile || before.provider !== now.provider) return undefined;
  const redBefore = redIn(before.probes);
  const redNow = redIn(now.probes);
  const gone = redBefore.filter((id) => !redNow.includes(id));
  const isGreen = (id: string): boolean => now.probes.some((one) => one.id === id && one.verdict === 'green');
  return {
    since: before.startedAt,
    new: redNow.filter((id) => !redBefore.includes(id)),
    fixed: gone.filter(isGreen),
    still: redNow.filter((id) => redBefore.includes(id)),
    unknown: gone.filter((id) => !isGreen(id)),
    verdicts: changedVerdicts(before.probes, now.probes),
  };
}

function redIn(probes: AuditReport['probes']): string[] {
  return probes.filter(({ verdict }) => verdict === 'red').map(({ id }) => id);
}

function changedVerdicts(before: AuditReport['probes'], now: AuditReport['probes']): ChangedVerdict[] {
  const [old, current] = [before, now].map((probes) => new Map(probes.map(({ id, verdict }) => [id, verdict])));
  return [...new Set([...now, ...before].map(({ id }) => id))]
    .map((id) => present<ChangedVerdict>({ id, before: old?.get(id), now: current?.get(id) }))
    .filter((one) => one.before !== one.now);
}
