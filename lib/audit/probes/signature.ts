import { createHash, createHmac } from 'node:crypto';
import { strangeKey, tampered } from '../attacks.ts';
import { describeSeen, type Seen } from '../exchange.ts';
import { type Finding, green, isRefused, type Probe, red, skipped } from '../probe.ts';
import type { Signed } from '../signer.ts';
import type { Target } from '../target.ts';

// What reads an unset variable, and what stands in copied examples.
export const guessedKeys: readonly string[] = ['', 'undefined', 'null', 'secret', 'changeme', 'test'];

/** Callbacks whose signature does not match. All of them move nothing, whoever takes them. */
export const signatureProbes: readonly Probe[] = [
  {
    id: 'unsigned',
    group: 'signature',
    severity: 'high',
    title: 'A callback without a signature is refused',
    does: 'omits everything that signs, then only the signature',
    run: (target) =>
      allRefused(target, [
        { ...target.ping(), headers: { 'content-type': 'application/json' } },
        withHeaders(target.ping(), { 'webhook-signature': undefined }),
      ]),
  },
  {
    id: 'blank-signature',
    group: 'signature',
    severity: 'high',
    title: 'An empty signature is refused',
    does: 'sends signatures with nothing in them',
    run: (target) =>
      allRefused(
        target,
        ['', 'v1,', ' '].map((text) => withHeaders(target.ping(), { 'webhook-signature': text })),
      ),
  },
  {
    id: 'wrong-key',
    group: 'signature',
    severity: 'high',
    title: 'A callback signed with another key is refused',
    does: 'signs with a random key, with an empty key, and with the text of unset variables and copied examples',
    run: (target) =>
      allRefused(target, [
        target.ping({ secret: strangeKey(target.secret) }),
        ...guessedKeys
          .flatMap((key) => [Buffer.from(key), Buffer.from(key, 'base64')])
          .map((key) => {
            const signed = target.ping();
            return withHeaders(signed, { 'webhook-signature': `v1,${hmacOf(signed, key)}` });
          }),
      ]),
  },
  {
    id: 'weak-scheme',
    group: 'signature',
    severity: 'high',
    title: 'A scheme without a key is refused',
    does: 'sends a bare SHA-256, and versions of the scheme that do not exist',
    run: (target) =>
      allRefused(
        target,
        ['v0', 'v1', 'none', 'v2'].map((version) => {
          const signed = target.ping();
          const bare = createHash('sha256').update(signedBytes(signed)).digest('base64');
          return withHeaders(signed, { 'webhook-signature': `${version},${bare}` });
        }),
      ),
  },
  {
    id: 'cut-signature',
    group: 'signature',
    severity: 'high',
    title: 'A signature that matches only in part is refused',
    does: 'truncates the valid signature, and changes its end',
    run(target) {
      const whole = target.ping();
      const text = whole.headers['webhook-signature'] ?? '';
      return allRefused(target, [
        withHeaders(whole, { 'webhook-signature': text.slice(0, 20) }),
        withHeaders(whole, { 'webhook-signature': text.slice(0, -8) }),
        withHeaders(whole, { 'webhook-signature': `${text.slice(0, -8)}AAAAAAA=` }),
      ]);
    },
  },
  {
    id: 'tampered-body',
    group: 'signature',
    severity: 'high',
    title: 'A body changed after signing is refused',
    does: 'sends a valid callback, then the same with one digit of its body changed, and with an extra byte',
    async run(target) {
      const signed = target.ping();
      await target.send(signed);
      return allRefused(target, [
        { ...signed, body: tampered(signed.body) },
        { ...signed, body: Buffer.concat([signed.body, Buffer.from('1')]) },
      ]);
    },
  },
  {
    id: 'respaced-body',
    group: 'signature',
    severity: 'high',
    title: 'The signature covers the exact bytes, not re-serialized JSON',
    does: 'adds whitespace to the body after signing, which keeps its meaning',
    run(target) {
      const signed = target.ping();
      return allRefused(target, [{ ...signed, body: Buffer.from(signed.body.toString().replace(/,/g, ', ')) }]);
    },
  },
  {
    id: 'tampered-header',
    group: 'signature',
    severity: 'high',
    title: 'A changed id or time is refused',
    does: 'sends a valid callback, then the same with another id, and with another time',
    async run(target) {
      const signed = target.ping();
      await target.send(signed);
      const time = Number(signed.headers['webhook-timestamp']);
      return allRefused(target, [
        withHeaders(signed, { 'webhook-id': `${signed.headers['webhook-id']}x` }),
        withHeaders(signed, { 'webhook-timestamp': String(time + 1) }),
      ]);
    },
  },
  {
    id: 'api-key',
    group: 'signature',
    severity: 'high',
    title: 'A wrong API key is refused even with a valid signature',
    does: 'sends a valid callback without the API key, and with another one',
    async run(target) {
      if (target.apiKey === undefined)
        return skipped('no --api-key-env is set, so the endpoint is assumed not to require a key');
      return allRefused(target, [
        withHeaders(target.ping(), { 'x-api-key': undefined }),
        withHeaders(target.ping(), { 'x-api-key': `${target.apiKey}x` }),
      ]);
    },
  },
];

/** Sends each and looks whether every one was refused; returns the first that was not. */
export async function allRefused(target: Target, spoiled: readonly Signed[]): Promise<Finding> {
  const seen: Seen[] = [];
  for (const one of spoiled) {
    const answer = await target.send(one);
    seen.push(answer);
    if (!isRefused(answer)) return red(describeSeen(answer));
  }
  return green([...new Set(seen.map(describeSeen))].join(', '));
}

/** The callback with other headers; one that is undefined is left out. */
export function withHeaders(signed: Signed, headers: Readonly<Record<string, string | undefined>>): Signed {
  const all = Object.entries({ ...signed.headers, ...headers });
  return {
    ...signed,
    headers: Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  };
}

function signedBytes({ headers, body }: Signed): Buffer {
  return Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body]);
}

function hmacOf(signed: Signed, key: Buffer): string {
  return createHmac('sha256', key).update(signedBytes(signed)).digest('base64');
}
