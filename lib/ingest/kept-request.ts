import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { InboundCallback, Provider } from '../providers/kit/provider.ts';

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
  keep(kept, headers, allowed);
  if (provider.keptHeaders) keep(kept, headers, provider.keptHeaders);
  return kept;
}

function keep(kept: Record<string, string>, headers: IncomingHttpHeaders, names: readonly string[]): void {
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
}

/** The URL with the values of parameters that may be secrets replaced, and of the one that the provider declares as its secret. */
export function redactedUrl(url: string, { sentSecret }: Pick<Provider, 'sentSecret'>): string {
  const declared = sentSecret?.query;
  return withoutValues(url, (name) => name === declared || secretParameter.test(name));
}

/** Parameters are split as any reader may split them: at `&` or `;`, their names decoded. */
function withoutValues(url: string, isSecret: (name: string) => boolean): string {
  const start = url.indexOf('?');
  if (start < 0) return url;
  const query = url
    .slice(start)
    .replace(/([?&;])([^=&;]*)=([^&;]*)/g, (whole, mark: string, name: string) =>
      isSecret(decoded(name)) ? `${mark}${name}=[redacted]` : whole,
    );
  return `${url.slice(0, start)}${query}`;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    // What cannot be decoded may be anything.
    return 'secret';
  }
}

/**
 * SHA-256, hex, of what distinguishes one callback from another: its body, or the URL if that says everything and there
 * is no body.
 */
export function bodyHashOf({ body, url }: { body: Buffer; url: string }): string {
  return hash('sha256', body.length > 0 ? body : url);
}

/** Stands for `x-api-key` among the headers of an unverified callback: its SHA-256, hex. */
export const apiKeyDigest = 'x-api-key-sha256';
/** Stands there for the secret of a provider that sends the secret itself: its SHA-256, hex. */
export const sentSecretDigest = 'sent-secret-sha256';

// By their names, since some senders add their key to a signature that does not need it.
const credential = /^(?:proxy-)?authorization$|^cookie$|api-?key|(?:access|auth)-?token|password|passphrase/;

/**
 * The URL and headers of an unverified callback without its credentials: verifying again needs the signature's header and
 * parameters, whatever they are called. Of the API key and of a secret that is sent itself the digests are left, so that they
 * too can be checked again.
 */
export function withoutCredentials(
  inbound: InboundCallback,
  { sentSecret }: Pick<Provider, 'sentSecret'>,
): { url: string; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  const { header, query }: { header?: string; query?: string } = sentSecret ?? {};
  for (const [name, value] of Object.entries(inbound.headers)) {
    if (value === undefined || credential.test(name) || name === header) continue;
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const apiKey = inbound.headers['x-api-key'];
  headers[apiKeyDigest] = typeof apiKey === 'string' ? hash('sha256', apiKey) : '';
  if (sentSecret) headers[sentSecretDigest] = sentSecret.digestOf(inbound) ?? '';
  return { url: withoutValues(inbound.url, (name) => name === query), headers };
}
