import type { InboundCallback, Provider, Verified } from '../../../lib/providers/kit/provider.ts';
import { inboundOf } from '../../../lib/testing/provider-cases/provider-case.ts';
import { nowOf, sentCallback } from '../../../lib/testing/provider-cases/sending.ts';
import type { ProviderCase, ProviderFixtures } from '../../../lib/testing/provider-fixtures.ts';
import { bodiesOf, everyProvider, fixturesOf, providerFor, publishedBytes } from '../../helpers/published.ts';

/** A provider with its fixtures, and each of their callbacks as it comes: signed, and verified. */
export interface Sender {
  name: string;
  provider: Provider;
  fixtures: ProviderFixtures;
  sent: readonly Sent[];
}

export interface Sent {
  one: ProviderCase;
  inbound: InboundCallback;
  verified: Verified;
}

// Their readers are the user's own.
const withoutReader = ['custom', 'standard-webhooks'];

export async function openSenders(): Promise<readonly Sender[]> {
  const names = everyProvider.filter((name) => !withoutReader.includes(name));
  return Promise.all(names.map(openSender));
}

async function openSender(name: string): Promise<Sender> {
  const fixtures = fixturesOf(name);
  const provider = await providerFor(name);
  const published = bodiesOf(name).map(
    (body): ProviderCase => ({
      name: body.event,
      kind: 'other',
      body: publishedBytes(name, body),
      ...(body.headers === undefined ? {} : { headers: body.headers }),
      ...(body.url === undefined ? {} : { url: body.url }),
      outcome: 'ignored',
      events: [],
    }),
  );
  const sent: Sent[] = [];
  for (const one of [...fixtures.cases, ...published]) {
    const inbound = inboundOf(sentCallback(provider, one, fixtures), nowOf(fixtures));
    sent.push({ one, inbound, verified: await provider.verify(inbound) });
  }
  return { name, provider, fixtures, sent };
}

/** Whether the provider's callbacks stand in the URL, as this one does. */
export function standsInUrl({ inbound }: Sent): boolean {
  return inbound.method === 'GET' || inbound.body.length === 0;
}

/** Where the content of a callback stands: the body before it is sealed, or the query of its URL. */
export function contentOf(sent: Sent): Buffer {
  if (!standsInUrl(sent)) return sent.one.body;
  const { url } = sent.inbound;
  return Buffer.from(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
}
