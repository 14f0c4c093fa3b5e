import type { Route } from '../exchange.ts';
import { type Probe, skipped } from '../probe.ts';
import { tlsProbes } from '../probes/transport.ts';
import { type AuditReport, type Progress, reportOf, runProbes } from '../run-probes.ts';
import { accessProbes } from './access-probes.ts';
import { answerProbes } from './answer-probes.ts';
import { createNotifierTarget, type NotifierTarget } from './target.ts';

/** Every probe of a notifier, in the order in which they run; what asks without end comes last. */
export const notifierProbes: readonly Probe<NotifierTarget>[] = [
  ...tlsProbes,
  ...accessProbes.filter(({ id }) => id !== 'rate-limit'),
  ...answerProbes,
  ...accessProbes.filter(({ id }) => id === 'rate-limit'),
];

export interface AuditNotifierOptions {
  route: Route;
  /** Of a customer that was made for the audit. */
  key: string;
  /** The same API over plain HTTP; default: port 80 of the host. */
  plainUrl?: URL | undefined;
  only?: readonly string[] | undefined;
  progress?: Progress | undefined;
  now: () => number;
}

/** Runs the probes of a notifier one after the other. */
export async function auditNotifier(options: AuditNotifierOptions): Promise<AuditReport> {
  const { route, key, plainUrl, only, progress, now } = options;
  const startedAt = now();
  const began = performance.now();
  const target = createNotifierTarget({ route, key, plainUrl, now });
  const probes = await runProbes({
    probes: notifierProbes.filter(({ id }) => only === undefined || only.includes(id) || id === 'takes-key'),
    target: () => target,
    obstacle: ({ needs }, verdictOf) =>
      needs !== 'nothing' && verdictOf('takes-key') === 'red'
        ? skipped('a valid key is not accepted, so a refusal proves nothing')
        : undefined,
    progress,
  });
  const tookMs = performance.now() - began;
  return reportOf({ profile: 'notifier', url: route.url, startedAt, tookMs, probes, takenBack: [] });
}
