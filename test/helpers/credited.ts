import type { TestContext } from 'node:test';
import type { Policy } from '../../lib/policy/policy.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { type Story, story } from './stories.ts';

export const ours: Policy = { assets: 'any', isOurs: () => true };

/** A story that says what was credited, and what became of each callback. */
export interface Heard extends Story {
  /** `amount asset` of each deposit that was credited. */
  credited(): string[];
  /** `outcome code` of each callback. */
  outcomes: string[];
}

export async function receiver(t: TestContext, provider: Provider, policy: Policy = ours): Promise<Heard> {
  const made = await story(t, { providers: [provider], policy });
  const outcomes: string[] = [];
  made.callbacks.on('outcome', ({ outcome, code }) => outcomes.push([outcome, code].filter(Boolean).join(' ')));
  return { ...made, outcomes, credited: () => made.heard.map(({ amount, asset }) => `${amount} ${asset}`) };
}
