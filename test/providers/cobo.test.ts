import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cobo, coboPublicKeys } from '../../lib/providers/cobo.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { type Received, receive } from '../helpers/received.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/cobo', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Cobo', create: cobo, fixtures });

test('The published keys are keys', () => {
  const { keys } = cobo({ secrets: Object.values(coboPublicKeys) });
  assert.equal(keys.describe().length, 2);
});

const published = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`./published/cobo/${file}`, import.meta.url), 'utf8')) as Record<string, unknown>;

const sepolia = { asset: 'eip155:11155111/slip44:60', decimals: 18 };
const sent = (t: TestContext, ...bodies: object[]): Promise<Received> =>
  receive(t, cobo({ secrets: [fixtures.keys.first.key], assets: { SETH: sepolia.asset } }), bodies, {
    policy: { assets: [sepolia], isOurs: () => true },
    signing: fixtures.keys.first.signing ?? '',
  });
const within = (file: string, more: object): object => {
  const body = published(file);
  return { ...body, data: { ...(body.data as object), ...more } };
};

test('payment.transaction.* were unread: held waits for the screening, completed and late are credited', async (t) => {
  const held = await sent(t, published('payment-held.json'));
  assert.deepEqual(held.events, ['deposit.pending 200000000000000']);
  for (const file of ['payment-completed.json', 'payment-late.json']) {
    const { events } = await sent(
      t,
      published('payment-created.json'),
      published('payment-held.json'),
      published(file),
    );
    assert.deepEqual(events, ['deposit.pending 200000000000000', 'deposit 200000000000000'], file);
  }
});

test('What the screening of Payments turned down is not credited, though its transaction is Completed', async (t) => {
  const { events, standing } = await sent(t, published('payment-held.json'), published('payment-failed.json'));
  assert.deepEqual(events, ['deposit.pending 200000000000000', 'deposit.failed 200000000000000']);
  assert.equal(standing.length, 1);
});

test('A sweep of Cobo, and gas of its Fee Station, come to our addresses and are no deposits', async (t) => {
  const sweep = await sent(t, within('wallets-succeeded.json', { cobo_category: ['AutoSweep'] }));
  assert.deepEqual([sweep.codes, sweep.standing], [['OUTGOING'], []]);
  for (const category of ['AutoFueling', 'AutoFuelingRefund', 'GasFeeSponsor']) {
    const fuel = await sent(t, within('wallets-succeeded.json', { cobo_category: [category] }));
    assert.deepEqual([fuel.codes, fuel.standing], [['FEE_EVENT'], []], category);
  }
});

test('A transfer of the Cobo Loop, which is on no chain, is kept for an operator', async (t) => {
  const loop = { is_loop: true, source: { source_type: 'DepositFromLoop' }, transaction_hash: null };
  const { outcome, codes } = await sent(t, within('wallets-succeeded.json', loop));
  assert.deepEqual([outcome, codes], ['quarantined', ['TRANSACTION_MALFORMED']]);
});
