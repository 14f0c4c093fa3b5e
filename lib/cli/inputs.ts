import { type Argument, InvalidArgumentError, type Option } from 'commander';
import { phrase } from './words/phrases.ts';
import { refuse } from './words/refuse.ts';

/** An http or https URL. Throws `OPTION_INVALID`. */
export function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw refuse('url', phrase('{text} is not a URL; write https://example.com/callbacks/imtoken', { text }));
  }
  return url;
}

/** A JSON object, for an option. */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read as Record<string, unknown>;
  } catch {
    // Reported below, with everything else that is not an object.
  }
  throw new InvalidArgumentError('Expected a JSON object.');
}

/** Names what an option or argument may be, for help and completion. Whether it is one of them is for the verb to say. */
export function withWords<T extends Option | Argument>(given: T, words: readonly string[]): T {
  given.argChoices = [...words];
  return given;
}
