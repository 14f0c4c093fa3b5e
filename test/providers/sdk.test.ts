import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Streams } from '@moralisweb3/streams';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { custom } from '../../lib/providers/custom.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import type { InboundCallback } from '../../lib/providers/kit/provider.ts';
import { moralis } from '../../lib/providers/moralis.ts';
import { signCallback } from '../../lib/testing/index.ts';

// Signatures of the providers' own packages and ours, in both directions. Their checks look at the clock of the machine.

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const body = '{"type":"deposit.confirmed","data":{"amount":"1"},"text":"\u5230\u8d26 \\u00e9 \u20ac"}';

function inbound(headers: Record<string, string>, sent: string | Buffer): InboundCallback {
  return { method: 'POST', url: '/', headers, body: Buffer.from(sent), receivedAt: Date.now() };
}

test('standardwebhooks verifies what we sign, and we verify what it signs', async () => {
  const provider = imtoken({ secrets: [secret] });
  const ours = signCallback(provider, { secret, body });
  assert.deepEqual(new Webhook(secret).verify(ours.body.toString(), ours.headers), JSON.parse(body));
  const at = new Date();
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
  };
  assert.equal((await provider.verify(inbound(headers, body))).deliveryId, 'msg_1');
});

test('svix verifies what we sign by a declaration, and we verify what it signs', async () => {
  const provider = custom({
    name: 'svix',
    secrets: [secret],
    read: () => ({ kind: 'unknown', transfers: [], removals: [] }),
    scheme: {
      algorithm: 'hmac-sha256',
      signature: { header: 'svix-signature', prefix: 'v1,', list: ' ' },
      encoding: 'base64',
      signed: ['id', 'timestamp', 'body'],
      separator: '.',
      keyForm: 'base64',
      keyPrefix: 'whsec_',
      id: { header: 'svix-id' },
      timestamp: { header: 'svix-timestamp', unit: 's' },
    },
  });
  const ours = signCallback(provider, { secret, body });
  assert.deepEqual(new SvixWebhook(secret).verify(ours.body.toString(), ours.headers), JSON.parse(body));
  const at = new Date();
  const headers = {
    'svix-id': 'msg_2',
    'svix-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'svix-signature': new SvixWebhook(secret).sign('msg_2', at, body),
  };
  assert.equal((await provider.verify(inbound(headers, body))).deliveryId, 'msg_2');
});

const key = 'a-streams-secret';
const erc20 = readFileSync(new URL('../fixtures/providers/moralis/erc20.json', import.meta.url), 'utf8');

function moralisAccepts(sent: string | Buffer, signature: string): boolean {
  // It wants the core of that package for its settings, and asks it for the secret alone.
  const streams = Streams.create({ config: { get: () => key } } as never);
  try {
    return streams.verifySignature({ body: JSON.parse(String(sent)), signature, secret: key } as never);
  } catch {
    return false;
  }
}

test('The Moralis package verifies what we sign', () => {
  const { headers, body: sent } = signCallback(moralis({ secrets: [key] }), { secret: key, body: erc20 });
  assert.equal(moralisAccepts(sent, headers['x-signature'] ?? ''), true);
  assert.equal(moralisAccepts(erc20.replace('132', '133'), headers['x-signature'] ?? ''), false);
});

test('Bodies that are rightly signed and that the Moralis package refuses all the same are taken', async () => {
  const provider = moralis({ secrets: [key] });
  for (const sent of [
    '{"a":1.0}',
    '{"a":12345678901234567890}',
    '{"b":1,"2":2,"1":1}',
    '{"a":"\\u00e9"}',
    '{"a": 1}',
  ]) {
    const { headers } = signCallback(provider, { secret: key, body: sent });
    assert.equal(moralisAccepts(sent, headers['x-signature'] ?? ''), false, sent);
    assert.ok((await provider.verify(inbound(headers, sent))).keyId, sent);
  }
});

test('A body that was written otherwise on the way is taken by the signature over what Moralis wrote', async () => {
  const provider = moralis({ secrets: [key] });
  const { headers } = signCallback(provider, { secret: key, body: erc20 });
  const pretty = JSON.stringify(JSON.parse(erc20), null, 2);
  assert.equal(moralisAccepts(pretty, headers['x-signature'] ?? ''), true);
  assert.ok((await provider.verify(inbound(headers, pretty))).keyId);
});

test('But not one in which a number would be rounded, which that signature does not cover whole', () => {
  const provider = moralis({ secrets: [key] });
  const { headers } = signCallback(provider, { secret: key, body: '{"a":12345678901234567000}' });
  assert.throws(() => provider.verify(inbound(headers, '{"a": 12345678901234567001}')), { code: 'SIGNATURE_INVALID' });
});
