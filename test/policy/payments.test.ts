import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Policy } from '../../lib/policy/policy.ts';
import { cryptomus } from '../../lib/providers/cryptomus.ts';
import { nowpayments } from '../../lib/providers/nowpayments.ts';
import { secret } from '../helpers/deposits.ts';
import { type Story, story } from '../helpers/stories.ts';

const usdt = 'tron:728126428/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t';
const account = 'TTSgF6XEd1TbEH3fPuC4Zypn7UZsxetEcH';
const xrp = 'xrpl:0/slip44:144';
const ton = 'tvm:-239/slip44:607';
const providers = [
  nowpayments({ secrets: [secret], trustMined: true }),
  cryptomus({
    secrets: [secret],
    trustMined: true,
    accounts: { tron: account, xrpl: 'rPEPPER7kfTD9w2To4CQk6UCfuHM9c6GDY', ton: `0:${'a1'.repeat(32)}` },
    assets: { 'XRP@xrp': xrp, 'TON@ton': ton },
  }),
] as const;
const [now, crypto] = providers;

const told = (t: TestContext, payments?: Policy['payments']): Promise<Story> =>
  story(t, {
    providers,
    policy: {
      assets: [
        { asset: usdt, decimals: 6 },
        { asset: xrp, decimals: 6, memo: 'required' },
        { asset: ton, decimals: 9, memo: 'required' },
      ],
      isOurs: () => true,
      ...(payments === undefined ? {} : { payments }),
    },
  });

const nowBody = (payment_status: string, actually_paid: number, more: object = {}): object => ({
  payment_id: 6033754129,
  payment_status,
  pay_address: 'TUTruUEpoLAgSdkLUbLAx4wPmSCVqXNx2c',
  pay_currency: 'usdttrc20',
  pay_amount: 199,
  actually_paid,
  ...more,
});

const cryptomusBody = (status: string, amount: string, more: object = {}): object => ({
  type: 'payment',
  uuid: '62f88b36-a9d5-4fa6-aa26-e040c3dbf26d',
  payment_amount: amount,
  is_final: true,
  status,
  network: 'tron',
  payer_currency: 'USDT',
  txid: null,
  ...more,
});

test('A payment of less than was asked is held, and a release credits what was received', async (t) => {
  for (const [provider, body] of [
    [now, nowBody('partially_paid', 100)],
    [crypto, cryptomusBody('wrong_amount', '100.00000000')],
  ] as const) {
    const { tell, events, standing, deposits, callbacks } = await told(t);
    await tell(provider, body);
    assert.deepEqual(await standing(), ['quarantined 100000000 PAYMENT_UNDERPAID'], provider.name);
    const [held] = await deposits();
    await callbacks.release(held?.id ?? '', { reason: 'the rest came by bank', actor: 'ann' });
    await callbacks.idle();
    assert.deepEqual(events, ['deposit 100000000'], provider.name);
    assert.deepEqual((await standing())[0], 'confirmed 100000000');
  }
});

test('A payment of less than was asked is credited with what was received, or ignored, as the policy says', async (t) => {
  for (const [provider, body] of [
    [now, nowBody('partially_paid', 100)],
    [crypto, cryptomusBody('wrong_amount', '100.00000000')],
  ] as const) {
    const crediting = await told(t, { underpaid: 'credit' });
    await crediting.tell(provider, body);
    assert.deepEqual(crediting.events, ['deposit 100000000'], provider.name);
    const ignoring = await told(t, { underpaid: 'ignore' });
    await ignoring.tell(provider, body);
    assert.deepEqual([ignoring.events, await ignoring.standing()], [[], []], provider.name);
  }
});

test('A payment that was held and is then paid in full is credited once, in full', async (t) => {
  for (const [provider, less, full] of [
    [now, nowBody('partially_paid', 100), nowBody('finished', 199)],
    [crypto, cryptomusBody('wrong_amount', '100'), cryptomusBody('paid', '199')],
  ] as const) {
    for (const order of [
      [less, full],
      [full, less],
    ]) {
      const { tell, events } = await told(t);
      for (const body of order) await tell(provider, body);
      assert.deepEqual(events, ['deposit 199000000'], provider.name);
    }
  }
});

test('More than was asked is held by default, and credited with what was received when the policy says so', async (t) => {
  const body = cryptomusBody('paid_over', '250');
  const holding = await told(t);
  await holding.tell(crypto, body);
  assert.deepEqual(await holding.standing(), ['quarantined 250000000 PAYMENT_OVERPAID']);
  const crediting = await told(t, { overpaid: 'credit' });
  await crediting.tell(crypto, body);
  assert.deepEqual(crediting.events, ['deposit 250000000']);
});

test('A payment that failed and then succeeded is credited, with times or without', async (t) => {
  const failed = nowBody('failed', 199, { updated_at: 1_700_000_000_000 });
  const finished = nowBody('finished', 199, { updated_at: 1_700_000_060_000 });
  for (const [provider, ...bodies] of [
    [now, failed, finished],
    [now, nowBody('failed', 199), nowBody('finished', 199)],
    [crypto, cryptomusBody('fail', '199'), cryptomusBody('paid', '199')],
  ] as const) {
    for (const order of [bodies, bodies.toReversed()]) {
      const { tell, events } = await told(t);
      for (const body of order) await tell(provider, body);
      assert.deepEqual(
        events.filter((one) => one.startsWith('deposit ')),
        ['deposit 199000000'],
        provider.name,
      );
    }
  }
});

test('TON and XRP through a gateway that is keyed by payment are credited: no memo and no delivered amount is asked', async (t) => {
  for (const [more, amount] of [
    [{ network: 'xrp', payer_currency: 'XRP', txid: 'AB'.repeat(32) }, '25000000'],
    [{ network: 'ton', payer_currency: 'TON', txid: 'c'.repeat(64) }, '25000000000'],
  ] as const) {
    const { tell, events, standing } = await told(t);
    await tell(crypto, cryptomusBody('paid', '25', more));
    assert.deepEqual(events, [`deposit ${amount}`], String(await standing()));
  }
});
