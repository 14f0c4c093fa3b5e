import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chainupCustody } from '../../lib/providers/chainup-custody.ts';
import { describeProvider, readProviderFixtures, signCallback } from '../../lib/testing/index.ts';
import { inbound } from '../helpers/inbound.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/chainup-custody', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({
  name: 'ChainUp Custody',
  create: (options) => chainupCustody({ appId: '', ...options }),
  fixtures,
});

const { first } = fixtures.keys;
const mine = chainupCustody({ secrets: [first.key], appId: 'mine' });
const headers = { 'content-type': 'application/x-www-form-urlencoded' };
const sealed = (inner: string) =>
  signCallback(mine, { secret: first.signing ?? '', body: { app_id: inner, side: 'deposit' } }).body;

test('What was sealed for another application is refused, whatever the form says', async () => {
  assert.ok((await mine.verify(inbound({ headers, body: sealed('mine') }))).keyId);
  assert.throws(() => mine.verify(inbound({ headers, body: sealed('other') })), { code: 'SIGNATURE_INVALID' });
});

test('Blocks that are cut short, or none, are refused', () => {
  const form = sealed('mine').toString();
  for (const body of [form.slice(0, -4), 'app_id=mine&data=', 'app_id=mine', '', 'app_id=mine&data=!!']) {
    assert.throws(() => mine.verify(inbound({ headers, body: Buffer.from(body) })), { code: /^SIGNATURE_/ });
  }
});

test('A key that is not RSA is refused at construction', () => {
  const secrets = ['MCowBQYDK2VwAyEAoE6h1fqNpx8dz8z5crnE66Ci2Kuh9tom9Jl3sIoNJxg='];
  assert.throws(() => chainupCustody({ secrets, appId: 'mine' }), { code: 'OPTION_INVALID' });
});
