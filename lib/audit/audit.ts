import { describeSeen } from './exchange.ts';
import { type Finding, type Probe, skipped } from './probe.ts';
import { probes as allProbes } from './probes/index.ts';
import { type AuditReport, type Progress, reportOf, runProbes, type VerdictOf } from './run-probes.ts';
import { sampleBody } from './sample.ts';
import { createTarget, type Target, type TargetOptions } from './target.ts';

export interface AuditOptions extends TargetOptions {
  /** Ids of the probes to run; default: all. Those that decide about others run in any case. */
  only?: readonly string[] | undefined;
  progress?: Progress;
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
  const reports = await runProbes({
    probes: chosen,
    // Where a good deposit is not credited, what is not credited says nothing: the others go by answers.
    target: (verdictOf) => (verdictOf('credits') === 'red' ? { ...target, state: undefined } : target),
    obstacle,
    progress,
  });
  const takenBack = await takeBack(target);
  const tookMs = performance.now() - began;
  return reportOf({ profile: 'receiver', url: signer.route.url, startedAt, tookMs, probes: reports, takenBack });
}

/** Why a probe would say nothing: what it rests on does not hold. */
function obstacle({ id, needs = 'answers' }: Probe, verdictOf: VerdictOf): Finding | undefined {
  if (needs !== 'nothing' && verdictOf('accepts') === 'red')
    return skipped('a valid callback is not accepted, so a refusal proves nothing');
  if (needs !== 'credits' || id === 'credits') return undefined;
  const credits = verdictOf('credits');
  if (credits === 'skipped') return skipped('requires --store, --to and --asset to see what is credited');
  return credits === 'red' ? skipped('a valid deposit is not credited, so a missing credit proves nothing') : undefined;
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
