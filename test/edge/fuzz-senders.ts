import { custom } from '../../lib/providers/custom.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { secret } from '../helpers/deposits.ts';

/** The clock of the fuzzed server and of its senders: it stands, so that a seed makes the same bytes each time. */
export const fuzzNow = 1_767_225_600_000;
export const apiKey = 'an-api-key-that-nobody-else-knows';
export const hmacSecret = 'the-secret-of-the-hmac-sender';
export const bodyLimit = 32 * 1024;
/** So long that a busy machine still sends the rest of an honest body in time: the answer to one that is late may be lost with its connection. */
export const receiveMs = 2_000;

/** Words that no answer and no line of the log may hold. */
export const secrets: readonly string[] = [secret, secret.slice('whsec_'.length), apiKey, hmacSecret];

const sample = { method: 'POST', url: '/', receivedAt: fuzzNow };

interface Sender {
  provider: Provider;
  secret: string;
  headers: Readonly<Record<string, string>>;
}

/** Providers with several ways to sign, and what a right sender of each has. */
export function makeSenders(): readonly Sender[] {
  const signed = imtoken({ secrets: [secret] });
  return [
    { provider: signed, secret, headers: {} },
    {
      provider: imtoken({ name: 'guarded', secrets: [secret], apiKeys: [apiKey] }),
      secret,
      headers: { 'x-api-key': apiKey },
    },
    {
      provider: custom({
        name: 'inflating',
        secrets: [hmacSecret],
        inflate: true,
        scheme: { algorithm: 'hmac-sha256', signature: { header: 'x-signature', prefix: 'sha256=' }, signed: ['body'] },
        read: (content, verified, headers) =>
          signed.read({ ...sample, headers, body: Buffer.from(JSON.stringify(content)) }, verified),
        reportsConfirmations: 'count',
      }),
      secret: hmacSecret,
      headers: {},
    },
  ];
}
