import { createPublicKey } from 'node:crypto';
import type { Provider } from '../providers/kit/provider.ts';
import type { Context } from './context.ts';
import { makeProvider, makeSigner, ownKeyOption, requiredOptions } from './provider-table.ts';
import type { ProviderSamples } from './sample-callbacks.ts';
import { ownKeyVariable } from './secrets.ts';
import type { ToSend } from './what-to-send.ts';

/** What a provider is made of to send one callback. */
export interface Sending {
  samples: ProviderSamples;
  toSend: ToSend;
  /** As the user gives them. */
  options?: Readonly<Record<string, unknown>> | undefined;
  env: Context['env'];
}

/** The provider that signs a callback: it has no secret to verify with. */
export function sendingProvider(name: string, sending: Sending): Promise<Provider> {
  return makeSigner(name, optionsOf(name, sending));
}

/** The same with a key to verify with. Undefined if that cannot be had from the one that signs. */
export async function verifyingProvider(name: string, sending: Sending, secret: string): Promise<Provider | undefined> {
  try {
    const options = { ...requiredOptions(name), ...optionsOf(name, sending), secrets: [verifyingKey(secret)] };
    return await makeProvider(name, options);
  } catch {
    return undefined;
  }
}

function verifyingKey(secret: string): string {
  if (!secret.includes('PRIVATE KEY')) return secret;
  return createPublicKey(secret).export({ type: 'spki', format: 'pem' }).toString();
}

function optionsOf(name: string, { samples, toSend, options, env }: Sending): Readonly<Record<string, unknown>> {
  return { ...samples.options, ...toSend.options, ...ownKey(name, env), ...options };
}

/** The key of the receiver's own, to which bodies are encrypted. */
function ownKey(provider: string, env: Context['env']): object {
  const option = ownKeyOption(provider);
  const key = env[ownKeyVariable];
  return option === undefined || key === undefined ? {} : { [option]: key };
}
