import { type Finding, type Probe, red, type Severity, type Verdict } from './probe.ts';

/** What one probe did and saw. */
export interface ProbeReport extends Finding {
  id: string;
  group: string;
  severity: Severity;
  title: string;
  did: string;
  tookMs: number;
}

export interface AuditReport {
  /** What was audited: an endpoint that receives callbacks, or the API of a notifier. */
  profile: 'receiver' | 'notifier';
  /** Whose callbacks the endpoint takes, if not those of the imtoken profile. */
  provider?: string;
  /** Without a query, which may hold a secret. */
  url: string;
  startedAt: string;
  tookMs: number;
  /** Red if any probe is. */
  verdict: Verdict;
  counts: Readonly<Record<Verdict, number>>;
  probes: readonly ProbeReport[];
  /** Deposits that the audit made, each reported as reverted in the end. */
  takenBack: readonly { hash: string; amount: string; answer: string }[];
}

/** Told before each probe. */
export type Progress = (probe: { id: string }, index: number, count: number) => void;

export interface Run<T> {
  probes: readonly Probe<T>[];
  /** What a probe is tried against, given what the others found. */
  target: (verdictOf: VerdictOf) => T;
  /** Why a probe would say nothing. */
  obstacle: (probe: Probe<T>, verdictOf: VerdictOf) => Finding | undefined;
  progress?: Progress | undefined;
}

export type VerdictOf = (id: string) => Verdict | undefined;

/** Runs probes one after the other. */
export async function runProbes<T>({ probes, target, obstacle, progress }: Run<T>): Promise<ProbeReport[]> {
  const reports: ProbeReport[] = [];
  const verdictOf: VerdictOf = (id) => reports.find((one) => one.id === id)?.verdict;
  for (const [index, probe] of probes.entries()) {
    progress?.(probe, index, probes.length);
    const began = performance.now();
    const finding = obstacle(probe, verdictOf) ?? (await tryProbe(probe, target(verdictOf)));
    const { id, group, severity, title, does } = probe;
    const tookMs = Math.round(performance.now() - began);
    reports.push({ id, group, severity, title, did: does, ...finding, tookMs });
  }
  return reports;
}

async function tryProbe<T>(probe: Probe<T>, target: T): Promise<Finding> {
  try {
    return await probe.run(target);
  } catch (error) {
    return red(`the probe failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export interface Audited extends Pick<AuditReport, 'profile' | 'takenBack'> {
  url: URL;
  /** Epoch ms. */
  startedAt: number;
  tookMs: number;
  probes: readonly ProbeReport[];
}

export function reportOf({ profile, url, startedAt, tookMs, probes, takenBack }: Audited): AuditReport {
  const count = (verdict: Verdict): number => probes.filter((one) => one.verdict === verdict).length;
  const counts = { green: count('green'), red: count('red'), skipped: count('skipped') };
  return {
    profile,
    url: `${url.origin}${url.pathname}`,
    startedAt: new Date(startedAt).toISOString(),
    tookMs: Math.round(tookMs),
    verdict: counts.red > 0 ? 'red' : counts.green > 0 ? 'green' : 'skipped',
    counts,
    probes,
    takenBack,
  };
}

const ranks: Readonly<Record<Severity, number>> = { low: 1, medium: 2, high: 3 };

/** Whether any red probe is at least as grave. */
export function hasRed({ probes }: Pick<AuditReport, 'probes'>, least: Severity): boolean {
  return probes.some(({ verdict, severity }) => verdict === 'red' && ranks[severity] >= ranks[least]);
}
