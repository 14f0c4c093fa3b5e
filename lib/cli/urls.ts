import { invalidOption } from '../errors.ts';

/** An http or https URL. Throws `OPTION_INVALID`. */
export function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw invalidOption('url', `${text} is none; write https://example.com/callbacks/imtoken`);
  }
  return url;
}
