import { describeSeen } from '../../audit/exchange.ts';
import { isTaken } from '../../audit/probe.ts';
import type { AuditReport } from '../../audit/run-probes.ts';
import { createSigner } from '../../audit/signer.ts';
import { makeSigner } from '../provider-table.ts';

/** Where alarms go. */
export interface AlarmRoute {
  url: URL;
  /** Signs them by Standard Webhooks: `whsec_...`. */
  secret: string;
  patienceMs: number;
  ca?: string;
}

/** Posts which probes have turned red. Rejects when it is not accepted. */
export async function postAlarm(
  { url, secret, ...route }: AlarmRoute,
  report: AuditReport,
  ids: readonly string[],
  now: () => number,
): Promise<void> {
  const signer = createSigner({ provider: await makeSigner('imtoken'), secret, route: { url, ...route }, now });
  const probes = report.probes
    .filter(({ id }) => ids.includes(id))
    .map(({ id, severity, title, saw }) => ({ id, severity, title, saw }));
  const body = {
    type: 'audit.red',
    timestamp: new Date(now()).toISOString(),
    data: { profile: report.profile, url: report.url, startedAt: report.startedAt, probes },
  };
  const seen = await signer.send(signer.sign(body));
  if (!isTaken(seen)) throw new Error(`the alarm was not accepted: ${describeSeen(seen)}`);
}
