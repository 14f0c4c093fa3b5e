import type { TestContext } from 'node:test';
import type { Policy } from '../../lib/policy/policy.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { story } from './stories.ts';

/** What became of the last of some bodies, and what stands after all of them. */
export interface Received {
  outcome: string;
  /** Of the callback, or of each transfer where they have codes. */
  codes: string[];
  /** Deposits as `status amount code`, in order of amount. */
  standing: string[];
  /** `kind amount` of the events handed out. */
  events: string[];
}

export interface ReceiveOptions {
  policy: Policy;
  /** What the provider signs with. */
  signing: string;
}

/** Sends bodies, one after another, to a receiver with this provider and SQLite. */
export async function receive(
  t: TestContext,
  provider: Provider,
  bodies: readonly object[],
  options: ReceiveOptions,
): Promise<Received> {
  const { callbacks, tell, standing, events } = await story(t, { providers: [provider], ...options });
  let outcome = '';
  let codes: string[] = [];
  callbacks.on('outcome', (record) => {
    const found = record.transfers.map(({ code }) => code).filter((code) => code !== undefined);
    outcome = record.outcome;
    codes = found.length > 0 ? found : record.code === undefined ? [] : [record.code];
  });
  for (const body of bodies) await tell(provider, body);
  return { outcome, codes, standing: await standing(), events };
}
