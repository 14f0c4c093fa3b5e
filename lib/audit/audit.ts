import { describeSeen } from './exchange.ts';
import { type Finding, type Probe, red, type Severity, skipped, type Verdict } from './probe.ts';
import { probes as allProbes } from './probes/index.ts';
import { sampleBody } from './sample.ts';
import { createTarget, type Target, type TargetOptions } from './target.ts';

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

export interface AuditOptions extends TargetOptions {
  /** Ids of the probes to run; default: all. Those that decide about others run in any case. */
  only?: readonly string[] | undefined;
  /** Told before each probe. */
  progress?: (probe: Probe, index: number, count: number) => void;
}

/** Runs the probes one after the other, then takes back what they had credited. */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const { signer, only, progress } = options;
  const startedAt = signer.now();
  const began = performance.now();
  const target = createTarget(options);
  const chosen = allProbes.filter(
    ({ id }) => only === undefined || only.includes(id) || id === 'accepts' || id === 'credits',
  );
  const reports: ProbeReport[] = [];
  const verdictOf = (id: string): Verdict | undefined => reports.find((one) => one.id === id)?.verdict;

  for (const [index, probe] of chosen.entries()) {
    progress?.(probe, index, chosen.length);
    const probeBegan = performance.now();
    // Where a good deposit is not credited, what is not credited says nothing: the others go by answers.
    const seen = verdictOf('credits') === 'red' ? { ...target, state: undefined } : target;
    const finding = obstacle(probe, verdictOf) ?? (await tryProbe(probe, seen));
    const { id, group, severity, title, does } = probe;
    reports.push({
      id,
      group,
      severity,
      title,
      did: does,
      ...finding,
      tookMs: Math.round(performance.now() - probeBegan),
    });
  }
  const takenBack = await takeBack(target);
  const count = (verdict: Verdict): number => reports.filter((one) => one.verdict === verdict).length;
  const counts = { green: count('green'), red: count('red'), skipped: count('skipped') };
  return {
    url: `${signer.route.url.origin}${signer.route.url.pathname}`,
    startedAt: new Date(startedAt).toISOString(),
    tookMs: Math.round(performance.now() - began),
    verdict: counts.red > 0 ? 'red' : counts.green > 0 ? 'green' : 'skipped',
    counts,
    probes: reports,
    takenBack,
  };
}

/** Why a probe would say nothing: what it rests on does not hold. */
function obstacle(
  { id, needs = 'answers' }: Probe,
  verdictOf: (id: string) => Verdict | undefined,
): Finding | undefined {
  if (needs !== 'nothing' && verdictOf('accepts') === 'red')
    return skipped('a valid callback is not accepted, so a refusal proves nothing');
  if (needs !== 'credits' || id === 'credits') return undefined;
  const credits = verdictOf('credits');
  if (credits === 'skipped') return skipped('requires --store, --to and --asset to see what is credited');
  return credits === 'red' ? skipped('a valid deposit is not credited, so a missing credit proves nothing') : undefined;
}

async function tryProbe(probe: Probe, target: Target): Promise<Finding> {
  try {
    return await probe.run(target);
  } catch (error) {
    return red(`the probe failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Reports each transfer that was reported as gone, with a newer time, so that what was credited is reverted. */
async function takeBack(target: Target): Promise<AuditReport['takenBack']> {
  const { state, signer } = target;
  if (!state) return [];
  const done = new Map<string, { hash: string; amount: string; answer: string }>();
  for (const fields of [...target.reported]) {
    const amount = /^\d+$/.test(fields.amount) ? BigInt(fields.amount) : -1n;
    const credited = await state.credited({ hash: fields.hash, amount, to: fields.to }).catch(() => []);
    for (const { amount: units, transaction } of credited) {
      const timestamp = new Date(signer.now() + 60_000).toISOString();
      const body = sampleBody({
        ...fields,
        hash: transaction.id,
        type: 'deposit.reverted',
        amount: String(units),
        timestamp,
      });
      const seen = await signer.send(signer.sign(body));
      done.set(`${transaction.id} ${units}`, {
        hash: transaction.id,
        amount: String(units),
        answer: describeSeen(seen),
      });
    }
  }
  return [...done.values()];
}

const ranks: Readonly<Record<Severity, number>> = { low: 1, medium: 2, high: 3 };

/** Whether any red probe is at least as grave. */
export function hasRed({ probes }: AuditReport, least: Severity): boolean {
  return probes.some(({ verdict, severity }) => verdict === 'red' && ranks[severity] >= ranks[least]);
}
