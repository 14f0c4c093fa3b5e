import { auditProvider } from '../../audit/provider/audit-provider.ts';
import type { AuditReport, Progress } from '../../audit/run-probes.ts';
import type { SignerOptions } from '../../audit/signer.ts';
import type { Context } from '../context.ts';
import { providerNames, unknownProvider } from '../provider-table.ts';
import { sampleOf, samplesOf } from '../sample-callbacks.ts';
import { sendingProvider, verifyingProvider } from '../sending-provider.ts';
import { whatToSend } from '../what-to-send.ts';

/** An audit of an endpoint that takes the callbacks of a provider. */
export interface ProviderAudit extends Pick<SignerOptions, 'route' | 'secret' | 'apiKey'> {
  name: string;
  event?: string | undefined;
  /** File with the bytes to send; default: a sample. */
  body?: string | undefined;
  /** Of the provider, for signing. */
  options?: Readonly<Record<string, unknown>> | undefined;
  slowMs: number;
  plainUrl?: URL | undefined;
  only?: readonly string[] | undefined;
  progress: Progress;
}

/** Audits with a callback of the provider, signed as it signs. Throws `OPTION_INVALID`. */
export async function auditWith(audit: ProviderAudit, context: Context): Promise<AuditReport> {
  const { name, event, body: file, options, ...rest } = audit;
  if (!providerNames.includes(name)) throw unknownProvider(name);
  const { env, now } = context;
  const samples = await samplesOf(name);
  const given = { ...(event === undefined ? {} : { event }), ...(file === undefined ? {} : { body: file }) };
  const sample = await whatToSend(name, given, samples, context);
  const sending = { samples, toSend: sample, options, env };
  const bodyAt = (at: number): Buffer =>
    file !== undefined || samples.events.length === 0
      ? sample.body
      : Buffer.from(sampleOf(name, samples, event, at).body);
  const provider = await sendingProvider(name, sending);
  return auditProvider({
    ...rest,
    provider,
    sample: { ...sample, bodyAt },
    now,
    verifier: await verifyingProvider(name, sending, rest.secret),
  });
}
