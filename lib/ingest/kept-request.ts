import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Provider } from '../providers/kit/provider.ts';

// What reading a stored callback again, or looking into it, may need. Everything else is dropped: a header that nobody
// thought of may be a credential.
const allowed = [
  'content-type',
  'content-encoding',
  'content-length',
  'user-agent',
  'host',
  'x-forwarded-for',
  'x-forwarded-proto',
];

const secretParameter = /key|secret|token|sign|pass|auth|hash|hmac/i;

/** The headers to store: an allow-list, with those that the provider itself reads. */
export function keptHeaders(
  headers: IncomingHttpHeaders,
  provider: Pick<Provider, 'keptHeaders'>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of [...allowed, ...(provider.keptHeaders ?? [])]) {
    const value = headers[name];
    if (value !== undefined) kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}

/** The URL with the values of parameters that may be secrets replaced. */
export function redactedUrl(url: string): string {
  const start = url.indexOf('?');
  if (start < 0) return url;
  const parameters = url
    .slice(start + 1)
    .split('&')
    .map((pair) => {
      const [name = ''] = pair.split('=', 1);
      return secretParameter.test(name) && name.length < pair.length ? `${name}=[redacted]` : pair;
    });
  return `${url.slice(0, start)}?${parameters.join('&')}`;
}

/** SHA-256, hex, of what tells one callback from another: its body, or the URL where that says all and there is no body. */
export function bodyHashOf({ body, url }: { body: Buffer; url: string }): string {
  return hash('sha256', body.length > 0 ? body : url);
}

/** Stands for `x-api-key` among the headers of an unverified callback: its SHA-256, hex. */
export const apiKeyDigest = 'x-api-key-sha256';

const credentials = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-key']);

/**
 * All headers but those that are credentials: verifying again needs the signature's, whatever they are called. Of the API
 * key its digest is left, so that it too can be checked again.
 */
export function headersButCredentials(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !credentials.has(name)) kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const apiKey = headers['x-api-key'];
  kept[apiKeyDigest] = typeof apiKey === 'string' ? hash('sha256', apiKey) : '';
  return kept;
}
