import { imtoken } from '../../lib/providers/imtoken.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { callbackBody, secret, signed } from '../helpers/deposits.ts';

/** Providers that refuse, each in its way. */
export function refusingProviders(): Provider[] {
  return [
    imtoken({ secrets: [secret] }),
    imtoken({ name: 'guarded', secrets: [secret], apiKeys: ['an-api-key-that-nobody-else-knows'] }),
    imtoken({ name: 'elsewhere', secrets: [secret], sources: ['203.0.113.0/24'] }),
    imtoken({ name: 'no-vault', secrets: () => Promise.reject(new Error('The vault is down')) }),
  ];
}

/** A recipient at which `isOurs` fails. */
export const unknowable = '0x52908400098527886E0F7030069857D2E4169EE7';

export interface RefusedKind {
  code: string;
  /** Whether the connection can be used on. */
  stays: boolean;
  bytes: Buffer;
}

/** One request of every kind that is refused; made once, since what it says is of no account. */
export function refusedKinds(now: number): RefusedKind[] {
  const right = signed(callbackBody(), { now });
  const request = (path: string, headers: Record<string, string>, body: Buffer | string, method = 'POST'): Buffer => {
    const length = Buffer.byteLength(body);
    const lines = Object.entries({ 'content-length': String(length), ...headers }).map((pair) => pair.join(': '));
    return Buffer.concat([
      Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: a\r\n${lines.join('\r\n')}\r\n\r\n`),
      Buffer.from(body),
    ]);
  };
  const { 'webhook-signature': _, ...unsigned } = right.headers;
  const old = signed(callbackBody(), { now: now - 3_600_000 });
  const early = signed(callbackBody(), { now: now + 3_600_000 });
  const failing = signed(callbackBody({ to: unknowable }), { now });
  const stays = (code: string, bytes: Buffer): RefusedKind => ({ code, stays: true, bytes });
  const ends = (code: string, bytes: Buffer): RefusedKind => ({ code, stays: false, bytes });
  return [
    stays('SIGNATURE_INVALID', request('/imtoken', right.headers, 'another body')),
    stays('SIGNATURE_MISSING', request('/imtoken', unsigned, right.body)),
    stays('TIMESTAMP_TOO_OLD', request('/imtoken', old.headers, old.body)),
    stays('TIMESTAMP_TOO_NEW', request('/imtoken', early.headers, early.body)),
    stays('API_KEY_INVALID', request('/guarded', right.headers, right.body)),
    stays('KEYS_UNAVAILABLE', request('/no-vault', right.headers, right.body)),
    stays('UNAVAILABLE', request('/imtoken', failing.headers, failing.body)),
    stays('METHOD_NOT_ALLOWED', request('/imtoken', {}, '', 'DELETE')),
    stays('SOURCE_NOT_ALLOWED', request('/elsewhere', {}, '')),
    stays('SOURCE_UNKNOWN', request('/elsewhere', { 'x-forwarded-for': '203.0.113.5' }, '')),
    stays('BODY_ALREADY_PARSED', request('/parsed/imtoken', right.headers, right.body)),
    stays('NOT_FOUND', request('/nobody', {}, '')),
    ends('BODY_ENCODING', request('/imtoken', { ...right.headers, 'content-encoding': 'br' }, right.body)),
    ends('BODY_TOO_LARGE', request('/imtoken', right.headers, Buffer.alloc(20_000, 'x'))),
    ends('HTTPS_REQUIRED', request('/imtoken', { 'x-forwarded-for': '1.1.1.1', 'x-forwarded-proto': 'http' }, 'x')),
    ends('BODY_ABORTED', request('/imtoken', right.headers, right.body).subarray(0, -10)),
    ends('BODY_TIMEOUT', request('/imtoken', { 'content-length': '100' }, 'slow')),
  ];
}
