import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { crossmint } from '../../lib/providers/crossmint.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { type Received, receive } from '../helpers/received.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/crossmint', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Crossmint', create: crossmint, fixtures });

interface Body {
  data: Record<string, object>;
}

const deposit = JSON.parse(readFileSync(`${folder}/a-token-deposit.json`, 'utf8')) as Body;

const { key } = fixtures.keys.first;
const sent = (t: TestContext, ...bodies: object[]): Promise<Received> =>
  receive(t, crossmint({ secrets: [key], trustMined: true }), bodies, {
    policy: { assets: fixtures.assets, isOurs: () => true },
    signing: key,
  });

test('Another transfer of equal amount in one transaction is held, not credited', async (t) => {
  const other = { ...deposit, data: { ...deposit.data, transferId: 'another' } };
  const { events } = await sent(t, deposit, other);
  assert.deepEqual(events, ['deposit 5500000']);
});

test('What has not succeeded credits nothing', async (t) => {
  for (const status of ['failed', 'pending', 'a word of tomorrow']) {
    const { events } = await sent(t, { ...deposit, data: { ...deposit.data, status } });
    assert.deepEqual(
      events.filter((event) => event.startsWith('deposit ')),
      [],
      status,
    );
  }
});

test('Junk in what a deposit can do without costs nothing', async (t) => {
  for (const junk of ['junk', -1, null, {}, [], true]) {
    const token = { ...deposit.data.token, decimals: junk, symbol: junk, amount: junk };
    const data = { ...deposit.data, token, completedAt: junk, sender: junk, transferId: junk };
    const { events } = await sent(t, { ...deposit, id: junk, data });
    assert.deepEqual(events, ['deposit 5500000'], JSON.stringify(junk));
  }
});

test('An EVM contract on Solana ended in silence, as a token that nobody lists', async (t) => {
  const token = {
    ...deposit.data.token,
    chain: 'solana',
    contractAddress: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
  };
  const { outcome, codes, events } = await sent(t, { ...deposit, data: { ...deposit.data, token } });
  assert.deepEqual([outcome, codes, events], ['quarantined', ['BODY_UNREADABLE'], []]);
});
