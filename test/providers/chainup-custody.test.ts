import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chainupCustody } from '../../lib/providers/chainup-custody.ts';
import { describeProvider, readProviderFixtures, signCallback } from '../../lib/testing/index.ts';
import { inbound } from '../helpers/inbound.ts';
import { type Received, receive } from '../helpers/received.ts';

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

test('An authentic notice whose app_id is no text was answered 503 for ever', async () => {
  const numbered = chainupCustody({ secrets: [first.key], appId: '42' });
  const notice = (app_id: unknown): Buffer =>
    signCallback(numbered, { secret: first.signing ?? '', body: { app_id, side: 'withdraw' } as object }).body;
  for (const app_id of [{}, [], true, null, ['42'], { $: '42' }]) {
    assert.throws(() => numbered.verify(inbound({ headers, body: notice(app_id) })), { code: 'SIGNATURE_INVALID' });
  }
  assert.ok((await numbered.verify(inbound({ headers, body: notice(42) }))).keyId);
});

const deposit = {
  ...{ app_id: 'mine', side: 'deposit', symbol: 'ETH', amount: '2.5', id: '1', confirmations: '30', status: '1' },
  address_to: '0x754b0c610e011d0d40c810ef857b4dd989a67332',
  txid: '0x6f0d9c8374db57cac0d806251473de754f361c83a03cd805f74aa9da3193486b',
  updated_at: '2020-02-28 12:21:11',
};
const sent = (t: TestContext, ...more: object[]): Promise<Received> =>
  receive(
    t,
    chainupCustody({ secrets: [first.key], appId: 'mine', trustBlocks: true, assets: { ETH: 'eip155:1/slip44:60' } }),
    more.map((one) => ({ ...deposit, ...one })),
    {
      policy: { assets: [{ asset: 'eip155:1/slip44:60', decimals: 18 }], isOurs: () => true },
      signing: first.signing ?? '',
    },
  );

test('Numbers that are numbers were not read', async (t) => {
  const { events } = await sent(t, { id: 1, status: 1, amount: 2.5, confirmations: 30 });
  assert.deepEqual(events, ['deposit 2500000000000000000']);
});

test('A deposit that was out of order and is completed later was kept back for ever', async (t) => {
  const { events } = await sent(t, { status: '2', updated_at: '2020-02-28 12:20:00' }, {});
  assert.equal(events.at(-1), 'deposit 2500000000000000000');
});

test('trustBlocks that is no boolean is refused at construction', () => {
  const options = { secrets: [first.key], appId: 'mine', trustBlocks: 'false' as unknown as boolean };
  assert.throws(() => chainupCustody(options), { code: 'OPTION_INVALID' });
});
