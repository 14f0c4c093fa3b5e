import { both, notKnown, phrase } from './words/phrases.ts';
import { refuse } from './words/refuse.ts';

/** A body as a provider sends it, with what goes with it. */
export interface Sample {
  /** As the provider calls it; `deposit` is one that is credited. */
  event: string;
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** Of the URL, without the question mark. */
  query?: string;
  /** Options of the provider beside those of all its samples. */
  options?: Readonly<Record<string, unknown>>;
  body: string;
}

/** What the package has of one provider. */
export interface ProviderSamples {
  /** What stands before its secrets, if anything does. */
  prefix?: string;
  /** Options with which its samples are read. */
  options: Readonly<Record<string, unknown>>;
  /** What the event `deposit` credits, and the account to which; undefined if none is credited. */
  asset?: { asset: string; decimals: number };
  to?: string;
  events: readonly Sample[];
}

// Of `standard-webhooks`: whoever sends it, its secrets have this form.
const none: ProviderSamples = { prefix: 'whsec_', options: {}, events: [] };

/** The samples of a provider; none for one that sends whatever its user makes it send. */
export async function samplesOf(provider: string): Promise<ProviderSamples> {
  const { samples } = await import('./samples.ts');
  const found = samples[provider];
  return found === undefined ? none : (JSON.parse(found) as ProviderSamples);
}

// Where a provider signs the time in the body, in seconds.
const signedTimes: Readonly<Record<string, RegExp>> = { dfns: /("timestampSent":\s*)\d+/ };

/**
 * The sample of an event of a provider, as it would be sent at `now` (epoch ms); without an event, the first there is.
 * Throws `OPTION_INVALID`.
 */
export function sampleOf(
  provider: string,
  { events }: ProviderSamples,
  event: string | undefined,
  now: number,
): Sample {
  const [first] = events;
  if (first === undefined) {
    throw refuse('--body', phrase('is required for {provider}: there are no samples of it', { provider }));
  }
  const found = event === undefined ? first : events.find((one) => one.event === event);
  if (found === undefined) {
    const names = events.map((one) => one.event);
    throw refuse('--event', both(notKnown(event ?? '', names), phrase('Any other is sent with --body')));
  }
  const time = signedTimes[provider];
  return time === undefined ? found : { ...found, body: found.body.replace(time, `$1${Math.floor(now / 1_000)}`) };
}
