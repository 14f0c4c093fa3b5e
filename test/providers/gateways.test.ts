import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { bitpay } from '../../lib/providers/bitpay.ts';
import { coinbaseCommerce } from '../../lib/providers/coinbase-commerce.ts';
import { cryptomus, heleket } from '../../lib/providers/cryptomus.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { oxapay } from '../../lib/providers/oxapay.ts';
import { shkeeper } from '../../lib/providers/shkeeper.ts';
import { secret } from '../helpers/deposits.ts';
import { inbound } from '../helpers/inbound.ts';
import { type Story, story } from '../helpers/stories.ts';

const ours = '0x6E5eAf34c73D1CD0be4e24f923b97CF38e10d1f3';
const other = '0x9c903cc6233ea0e9275452c13efe967a04ebe58b';
const usdtOfEthereum = 'eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7';
const usdtOfBsc = 'eip155:56/erc20:0x55d398326f99059fF775485246999027B3197955';

const storyOf = (t: TestContext, provider: Provider, ...assets: readonly [string, number][]): Promise<Story> =>
  story(t, {
    providers: [provider],
    policy: { assets: assets.map(([asset, decimals]) => ({ asset, decimals })), isOurs: () => true },
  });

test('SHKeeper: a payment told again after the payer has changed the currency, under another address, is not credited twice', async (t) => {
  const provider = shkeeper({ secrets: [secret], trustMined: true });
  const { tell, events, deposits } = await storyOf(t, provider, [usdtOfEthereum, 6], [usdtOfBsc, 18]);
  const first = { txid: `0x${'11'.repeat(32)}`, amount_crypto: '7.8', trigger: true, crypto: 'ETH-USDT' };
  const second = { txid: `0x${'22'.repeat(32)}`, amount_crypto: '1', trigger: true, crypto: 'BNB-USDT' };
  const invoice = { external_id: '147', status: 'PARTIAL' };
  await tell(provider, { ...invoice, crypto: 'ETH-USDT', addr: ours, transactions: [first] });
  const now = { ...invoice, crypto: 'BNB-USDT', addr: other };
  await tell(provider, { ...now, transactions: [{ ...first, trigger: false }, second] });
  // The answer to the first was lost, so it is sent again with the invoice as it is now.
  await tell(provider, { ...now, transactions: [first, { ...second, trigger: false }] });
  assert.deepEqual(events, ['deposit 7800000', 'deposit 1000000000000000000']);
  assert.equal((await deposits()).length, 2);
});

test('Heleket: its own published address is the one that sources: published allows', () => {
  const accounts = { tron: 'TTSgF6XEd1TbEH3fPuC4Zypn7UZsxetEcH' };
  const one = heleket({ secrets: [secret], accounts, sources: ['published'] });
  assert.deepEqual([one.name, one.path, one.publishedSources], ['heleket', '/heleket', ['31.133.220.8']]);
  assert.deepEqual(cryptomus({ secrets: [secret], accounts }).publishedSources, ['91.227.144.54']);
  const body = Buffer.from('{"type":"payment","uuid":"1","status":"paid"}');
  const { body: sent = body, headers } = one.sign({ secret, body, now: 0, id: '1' });
  assert.ok(one.verify(inbound({ body: sent, headers })));
});

test('BitPay: a body with the signature of its own receiver verifies, and no other does', () => {
  const file = new URL('../fixtures/providers/bitpay/official-signed-by-its-own-receiver.json', import.meta.url);
  const body = readFileSync(file);
  // The key of that example is empty, which no option takes: its algorithm is shown here, the provider's own key below.
  assert.equal(createHmac('sha256', '').update(body).digest('base64'), 'bKGK0WgsFfMSEg4fpik9+OdjYrYNA1E99kI1QJmbfKw=');
  const provider = bitpay({ secrets: ['token'], signed: true });
  const signature = createHmac('sha256', 'token').update(body).digest('base64');
  const signed = inbound({ body, headers: { 'x-signature': signature } });
  const reading = provider.read(signed, { keyId: '1' });
  assert.ok(provider.verify(signed));
  assert.deepEqual(reading.hints, [{ reference: 'Er4igKLsJLCjujEJ9JxYv4' }]);
  const tampered = Buffer.from(body.toString().replace('Er4igKLsJLCjujEJ9JxYv4', 'Er4igKLsJLCjujEJ9JxYv5'));
  assert.throws(() => provider.verify(inbound({ body: tampered, headers: { 'x-signature': signature } })), {
    code: 'SIGNATURE_INVALID',
  });
  assert.throws(() => provider.verify(inbound({ body })), { code: 'SIGNATURE_MISSING' });
});

test('Coinbase Commerce: a charge resolved by hand is credited with what was received, if the policy says so', async (t) => {
  const provider = coinbaseCommerce({ secrets: [secret], accounts: { base: ours }, trustMined: true });
  const usdc = 'eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
  const payment = {
    payment_id: '1b1c3c9a-0000-4000-8000-000000000001',
    network: 'base',
    status: 'confirmed',
    value: { crypto: { amount: '0.4', currency: 'USDC' } },
  };
  const timeline = [{ status: 'UNRESOLVED', context: 'UNDERPAID' }, { status: 'RESOLVED' }];
  const body = { event: { type: 'charge:resolved', data: { code: 'XA6G6ZFR', timeline, payments: [payment] } } };
  for (const [payments, expected] of [
    [{ resolved: 'credit', underpaid: 'credit' }, ['deposit 400000']],
    [{ resolved: 'credit' }, []],
  ] as const) {
    const { tell, events } = await story(t, {
      providers: [provider],
      policy: { assets: [{ asset: usdc, decimals: 6 }], isOurs: () => true, payments },
    });
    await tell(provider, body);
    assert.deepEqual(events, expected);
  }
});

test('OxaPay: a row that cannot be read is quarantined by itself, and its neighbours are credited, in each order', async (t) => {
  const provider = oxapay({ secrets: [secret] });
  const row = (id: string, more: object = {}): object => ({
    status: 'confirmed',
    tx_hash: `0x${id.repeat(64)}`,
    sent_amount: 10,
    currency: 'POL',
    network: 'Polygon Network',
    address: ours,
    confirmations: 250,
    ...more,
  });
  const fields = ['status', 'tx_hash', 'sent_amount', 'currency', 'network', 'address', 'confirmations'];
  for (const field of fields) {
    for (const index of [0, 1, 2]) {
      const { tell, events } = await storyOf(t, provider, ['eip155:137/slip44:966', 18]);
      const txs = ['1', '2', '3'].map((id, at) => row(id, at === index ? { [field]: {} } : {}));
      await tell(provider, { type: 'invoice', status: 'Paid', track_id: '1', txs });
      assert.deepEqual(
        events,
        ['deposit 10000000000000000000', 'deposit 10000000000000000000'],
        `${field} of ${index}`,
      );
    }
  }
});

test('OxaPay: USDT on Polygon and on TON is known without assets, as OxaPay writes their networks', async (t) => {
  const provider = oxapay({ secrets: [secret] });
  const tokens: readonly (readonly [string, string, string, string])[] = [
    ['Polygon Network', ours, `0x${'1'.repeat(64)}`, 'eip155:137/erc20:0xc2132D05D31c914a87C6611C10748AEb04B58e8F'],
    [
      'TON Network',
      `0:${'a1'.repeat(32)}`,
      '2'.repeat(64),
      'tvm:-239/jetton:EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs',
    ],
  ];
  for (const [network, address, tx_hash, asset] of tokens) {
    const { tell, events } = await storyOf(t, provider, [asset, 6]);
    const row = { status: 'confirmed', tx_hash, sent_amount: 2.5, currency: 'USDT', network, address };
    await tell(provider, { type: 'invoice', status: 'Paid', track_id: '1', txs: [{ ...row, confirmations: 250 }] });
    assert.deepEqual(events, ['deposit 2500000'], network);
  }
});
