import { invalidOption } from '../../errors.ts';

/** An API key that fits into a header. Throws `OPTION_INVALID`. */
export function readApiKey(apiKey: string | undefined): string | undefined {
  if (apiKey === undefined || /^[\x21-\x7e]+$/.test(apiKey)) return apiKey;
  throw invalidOption('apiKey', 'must be the key alone, without spaces and line ends');
}
