import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dfns } from '../../lib/providers/dfns.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { type Received, receive } from '../helpers/received.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/dfns', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Dfns', create: dfns, fixtures });

interface Body {
  id: string;
  timestampSent: number;
  data: { blockchainEvent: Record<string, unknown>; wallet: Record<string, unknown> };
}

const bodyOf = (file: string): Body => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Body;
const withEvent = (body: Body, more: object): Body => ({
  ...body,
  data: { ...body.data, blockchainEvent: { ...body.data.blockchainEvent, ...more } },
});

const { key } = fixtures.keys.first;
const sent = (t: TestContext, ...bodies: object[]): Promise<Received> =>
  receive(t, dfns({ secrets: [key], trustMined: true }), bodies, {
    policy: { assets: fixtures.assets, isOurs: () => true },
    signing: key,
  });

test('A payment of Bitcoin to several is held: that the amount is all ours is written nowhere', async (t) => {
  const { codes, standing } = await sent(t, bodyOf('a-payment-of-bitcoin-to-several.json'));
  assert.deepEqual([codes, standing], [['RECIPIENTS_UNKNOWN'], ['quarantined 546000 RECIPIENTS_UNKNOWN']]);
});

test('Two equal transfers of one transaction: one is credited, where nothing tells them apart', async (t) => {
  const unnumbered = withEvent(bodyOf('a-token-deposit.json'), { index: undefined });
  const { events } = await sent(t, unnumbered, { ...unnumbered, id: 'whe-other' });
  assert.deepEqual(events, ['deposit 1000000']);
});

test('A time of sending that is far from now is refused', async (t) => {
  const body = bodyOf('a-token-deposit.json');
  const now = Number(body.timestampSent);
  await assert.rejects(sent(t, { ...body, timestampSent: now - 3_600 }), /TIMESTAMP_TOO_OLD/);
  await assert.rejects(sent(t, { ...body, timestampSent: now + 3_600 }), /TIMESTAMP_TOO_NEW/);
});

test('A direction or a kind that nobody knows is kept with a code', async (t) => {
  assert.deepEqual((await sent(t, bodyOf('a-direction-that-nobody-knows.json'))).codes, ['DIRECTION_UNKNOWN']);
  assert.deepEqual((await sent(t, bodyOf('a-kind-of-transfer-of-tomorrow.json'))).codes, ['ASSET_NAME_NOT_KNOWN']);
});

test('Junk in what a deposit can do without costs nothing', async (t) => {
  const body = bodyOf('a-token-deposit.json');
  for (const junk of ['junk', -1, null, {}, [], true]) {
    const spoilt = withEvent(body, {
      timestamp: junk,
      metadata: junk,
      from: junk,
      fee: junk,
      index: junk,
      blockNumber: junk,
    });
    const { events } = await sent(t, { ...spoilt, date: junk, deliveryAttempt: junk });
    assert.deepEqual(events, ['deposit 1000000'], JSON.stringify(junk));
  }
});

test('A transfer that comes again under another index is held, not credited: a reorg may have moved it', async (t) => {
  const body = bodyOf('a-token-deposit.json');
  const { events, standing } = await sent(t, body, { ...withEvent(body, { index: '97' }), id: 'whe-other' });
  assert.deepEqual(events, ['deposit 1000000']);
  assert.ok(standing.includes('quarantined 1000000 COPIES_UNCLEAR'));
});
