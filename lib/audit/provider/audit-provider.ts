import { type Finding, type Probe, skipped } from '../probe.ts';
import { baselineProbes } from '../probes/baseline.ts';
import { bodyProbes } from '../probes/body.ts';
import { httpProbes } from '../probes/http.ts';
import { tlsProbes, transportProbes } from '../probes/transport.ts';
import { type AuditReport, type Progress, reportOf, runProbes, type VerdictOf } from '../run-probes.ts';
import { ofAnyProvider } from './probes.ts';
import { createProviderTarget, type ProviderTarget, type ProviderTargetOptions } from './target.ts';

// The others speak the imtoken profile.
const ofTheBaseline = ['accepts', 'chunked'];
const ofBodies = ['oversize', 'slow', 'aborted', 'gzip-bomb', 'not-json'];
/** They sign bytes that are no callback. */
const signAnything = ['gzip-bomb', 'not-json', 'error-leaks'];

/** Every probe of an endpoint for one provider, in the order in which they run. */
export const providerProbes: readonly Probe<ProviderTarget>[] = [
  ...transportProbes,
  ...tlsProbes,
  ...baselineProbes.filter(({ id }) => ofTheBaseline.includes(id)),
  ...ofAnyProvider,
  ...bodyProbes.filter(({ id }) => ofBodies.includes(id)),
  ...httpProbes,
];

export interface AuditProviderOptions extends ProviderTargetOptions {
  only?: readonly string[] | undefined;
  progress?: Progress | undefined;
}

/** Runs the probes of one provider's endpoint one after the other. None reports a deposit to an account of yours. */
export async function auditProvider(options: AuditProviderOptions): Promise<AuditReport> {
  const { provider, route, only, progress } = options;
  const target = createProviderTarget(options);
  const startedAt = target.now();
  const began = performance.now();
  const probes = await runProbes({
    probes: providerProbes.filter(({ id }) => only === undefined || only.includes(id) || id === 'accepts'),
    target: () => target,
    obstacle: (probe, verdictOf) => obstacle(target, probe, verdictOf),
    progress,
  });
  const tookMs = performance.now() - began;
  return {
    ...reportOf({ profile: 'receiver', url: route.url, startedAt, tookMs, probes, takenBack: [] }),
    provider: provider.name,
  };
}

function obstacle(
  target: ProviderTarget,
  { id, needs }: Pick<Probe, 'id' | 'needs'>,
  verdictOf: VerdictOf,
): Finding | undefined {
  if (needs !== 'nothing' && verdictOf('accepts') === 'red')
    return skipped('a valid callback is not accepted, so a refusal proves nothing');
  return signAnything.includes(id) && !canSignAnything(target)
    ? skipped(`the signature of ${target.provider.name} is a field of the body, so other bytes cannot be signed`)
    : undefined;
}

function canSignAnything({ signer }: ProviderTarget): boolean {
  try {
    signer.sign(Buffer.from('hello'));
    return true;
  } catch {
    return false;
  }
}
