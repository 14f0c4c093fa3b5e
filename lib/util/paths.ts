import { invalidOption } from '../errors.ts';

/**
 * Throws `OPTION_INVALID` for a path that no request can have: one without a slash before it or with one behind it, or with
 * characters that a URL has only in their percent-encoded form.
 */
export function checkPath(path: unknown, option: string): void {
  const example = 'for example /imtoken';
  if (typeof path !== 'string' || !path.startsWith('/')) throw invalidOption(option, `must begin with "/", ${example}`);
  if (path.length > 1 && path.endsWith('/')) throw invalidOption(option, `must not end with "/", ${example}`);
  if (/^[-A-Za-z0-9._~!$&'()*+,;=:@/%]*$/.test(path)) return;
  throw invalidOption(
    option,
    `${JSON.stringify(path)} never matches: a path of a URL has no "?", "#" or space, and other characters only percent-encoded`,
  );
}
