import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { type Received, receive } from '../helpers/received.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/imtoken', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'imToken profile', create: imtoken, fixtures });

const confirmed = JSON.parse(readFileSync(new URL('./published/imtoken/confirmed.json', import.meta.url), 'utf8')) as {
  data: object;
};

const times: Readonly<Record<string, unknown>> = {
  'ten fraction digits': '2026-01-01T00:00:00.1234567891Z',
  'a leap second': '2016-12-31T23:59:60Z',
  'hour 24': '2026-11-28T24:00:00Z',
  'a day that does not exist': '2026-02-31T00:00:00Z',
  'no zone': '2026-01-01T00:00:00',
  'no time at all': 'yesterday',
  'a number': 1767225600,
  null: null,
  'a member that is missing': undefined,
};

for (const [what, timestamp] of Object.entries(times)) {
  test(`A timestamp with ${what} kept a signed deposit in quarantine that does not need it`, async (t) => {
    const { outcome, events } = await sent(t, { ...confirmed, timestamp });
    assert.deepEqual([outcome, events], ['recorded', ['deposit 1500000']]);
  });
}

test('What only describes a deposit (decimals, symbol, from) kept it in quarantine', async (t) => {
  for (const junk of [1.5, -1, {}, [], true, 'x'.repeat(300)]) {
    const data = { ...confirmed.data, decimals: junk, symbol: junk, from: junk };
    const { outcome } = await sent(t, { ...confirmed, data });
    assert.equal(outcome, 'recorded', JSON.stringify(junk));
  }
});

const { key } = fixtures.keys.first;

function sent(t: Parameters<typeof receive>[0], body: object): Promise<Received> {
  const asset = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
  const policy = { assets: [{ asset, decimals: 6 }], isOurs: () => true };
  return receive(t, imtoken({ secrets: [key] }), [body], { policy, signing: key });
}
