import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading } from '../../lib/providers/kit/provider.ts';
import { standardWebhooks } from '../../lib/providers/standard-webhooks.ts';
import { signCallback } from '../../lib/testing/index.ts';
import { secret } from '../helpers/deposits.ts';
import { inbound } from '../helpers/inbound.ts';

const read = (): Reading => ({ kind: 'unknown', transfers: [], removals: [] });
const body = '{"a":1}';

test('A secret is taken as other libraries take it: without padding, and with bits that carry nothing', async () => {
  // Of the same 24 bytes, but for the second spelling's last bits.
  const spellings = [
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAA==',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAB==',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAA',
  ];
  const { headers } = signCallback(standardWebhooks({ secrets: [secret], read }), {
    secret: `whsec_${spellings[0]}`,
    body,
  });
  for (const spelling of spellings) {
    const provider = standardWebhooks({ secrets: [`whsec_${spelling}`], read });
    assert.ok((await provider.verify(inbound({ headers, body: Buffer.from(body) }))).keyId, spelling);
  }
});

test('A secret that is too short or no base64 is refused at construction, and the message says why', () => {
  const make = (text: string) => () => standardWebhooks({ secrets: [text], read });
  const refused = (message: RegExp) => ({ code: 'OPTION_INVALID', message });
  assert.throws(make('whsec_AA=='), refused(/entry 1: it has 1 bytes, and Standard Webhooks asks for 24 to 64/));
  assert.throws(make(`whsec_${Buffer.alloc(23, 7).toString('base64')}`), refused(/23 bytes/));
  assert.ok(make(`whsec_${Buffer.alloc(24, 7).toString('base64')}`)());
  assert.throws(make('whsec_not base64 at all, and long enough'), refused(/must be whsec_ and base64/));
  assert.throws(make(`whpk_${Buffer.alloc(32).toString('base64')}`), refused(/small order/));
  assert.throws(make('whsk_AAAA'), refused(/give the public key/));
});

test('The header names of Svix are taken too, all three of one name', async () => {
  const provider = standardWebhooks({ secrets: [secret], read });
  const { headers } = signCallback(provider, { secret, body, id: 'msg_1' });
  const svix = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.replace('webhook-', 'svix-'), value]),
  );
  const verified = await provider.verify(inbound({ headers: svix, body: Buffer.from(body) }));
  assert.equal(verified.deliveryId, 'msg_1');
  const { 'svix-id': _id, ...without } = svix;
  const mixed = { ...without, 'webhook-id': 'msg_1' };
  assert.throws(() => provider.verify(inbound({ headers: mixed, body: Buffer.from(body) })), {
    code: 'SIGNATURE_MISSING',
  });
});

test('Of thousands of signatures in one header no more than a few are looked at', async () => {
  const provider = standardWebhooks({ secrets: [secret], read });
  const { headers } = signCallback(provider, { secret, body });
  const right = headers['webhook-signature'] ?? '';
  const wrong = `v1,${Buffer.alloc(32).toString('base64')}`;
  const sent = (signature: string) =>
    inbound({ headers: { ...headers, 'webhook-signature': signature }, body: Buffer.from(body) });
  assert.ok((await provider.verify(sent(`${wrong} ${wrong} ${right}`))).keyId);
  assert.throws(() => provider.verify(sent(`${Array.from({ length: 16 }, () => wrong).join(' ')} ${right}`)), {
    code: 'SIGNATURE_INVALID',
  });
});
