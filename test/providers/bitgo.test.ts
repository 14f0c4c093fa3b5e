import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type BitgoOptions, bitgo } from '../../lib/providers/bitgo.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { type Received, receive } from '../helpers/received.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/bitgo', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'BitGo', create: bitgo, fixtures });

const bitcoin = 'bip122:000000000019d6689c085ae165831e93/slip44:0';
const ann = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
const bob = 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq';
const body = (more: object = {}): object => ({
  hash: 'e1e6e522386948daeabfb5b017aa87a695a823c9f561e88f03b6f467f55ba735',
  transfer: '67ee1f20433579b93adab161e6401ac7',
  coin: 'btc',
  type: 'transfer',
  state: 'confirmed',
  wallet: '67ee1c55e4a2d5d0707f5aad903afd17',
  transferType: 'receive',
  baseValueString: '30000',
  receiver: ann,
  ...more,
});
const sent = (t: TestContext, more: object, options: Partial<BitgoOptions> = {}): Promise<Received> =>
  receive(t, bitgo({ secrets: [fixtures.keys.first.key], trustMined: true, ...options }), [body(more)], {
    policy: {
      assets: [
        { asset: bitcoin, decimals: 8 },
        { asset: 'polkadot:91b171bb158e2d3848fa23a9f1c25182/slip44:354', decimals: 10 },
      ],
      isOurs: () => true,
    },
    signing: fixtures.keys.first.key,
  });

test('The total of a transaction that may pay several of our users is not credited to the one that is named', async (t) => {
  const { outcome, codes, standing, events } = await sent(t, {});
  assert.deepEqual([outcome, codes], ['quarantined', ['RECIPIENTS_UNKNOWN']]);
  assert.deepEqual([standing, events], [['quarantined 30000 RECIPIENTS_UNKNOWN'], []]);
});

test('It is where the user says that no transaction pays two addresses of a wallet', async (t) => {
  assert.deepEqual((await sent(t, {}, { oneRecipient: true })).events, ['deposit 30000']);
  const several = await sent(t, { receiver: [ann, bob] }, { oneRecipient: true });
  assert.deepEqual(several.codes, ['RECIPIENTS_UNKNOWN']);
});

test('Entries are credited one by one, equal ones too, and change and inputs are none', async (t) => {
  const entries = [
    { address: 'bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3', valueString: '-40000' },
    { address: ann, valueString: '10000', wallet: 'w' },
    { address: bob, valueString: '10000', wallet: 'w' },
    { address: bob, valueString: '10000', wallet: 'w' },
    { address: bob, valueString: '9000', isChange: true },
  ];
  assert.deepEqual((await sent(t, { entries })).standing, Array(3).fill('confirmed 10000'));
});

test('An entry that cannot be read does not cost its neighbours', async (t) => {
  const entries = [null, {}, { address: 7, valueString: '1' }, { address: ann, valueString: '10000' }];
  const { outcome, events } = await sent(t, { entries });
  assert.deepEqual([outcome, events], ['quarantined', ['deposit 10000']]);
});

test('A hash that names no transaction (DOT) is told by a code of its own', async (t) => {
  const dot = {
    coin: 'dot',
    hash: `0x${'c'.repeat(64)}`,
    receiver: '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5',
  };
  const assets = { dot: 'polkadot:91b171bb158e2d3848fa23a9f1c25182/slip44:354' };
  assert.deepEqual((await sent(t, dot, { assets })).codes, ['TRANSACTION_HASH_ONLY']);
});

test('oneRecipient takes true or false', () => {
  const oneRecipient = 'yes' as unknown as boolean;
  assert.throws(() => bitgo({ secrets: ['a-long-enough-secret'], oneRecipient }), { code: 'OPTION_INVALID' });
});
