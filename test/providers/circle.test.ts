import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { circle, circleKeys } from '../../lib/providers/circle.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { type AskedFor, serveKeys } from '../helpers/key-server.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/circle', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Circle', create: circle, fixtures });

const [vector] = fixtures.official ?? [];
const id = '879dc113-5ca4-4ff7-a6b7-54652083fcf8';
const delivery = {
  method: 'POST',
  url: '/callbacks/circle',
  headers: vector?.headers ?? {},
  body: vector?.body ?? Buffer.alloc(0),
  receivedAt: 1_767_225_600_000,
};

test('Keys are fetched by their ids, each once', async (t) => {
  const asked: AskedFor[] = [];
  const url = await serveKeys(t, (request) => {
    asked.push(request);
    return { body: { data: { id, algorithm: 'ECDSA_SHA_256', publicKey: vector?.key } } };
  });
  const provider = circle({ secrets: circleKeys({ apiKey: 'KEY', ids: [id], url, fetch: { allowPrivate: true } }) });
  for (const receivedAt of [0, 100_000, 200_000]) {
    assert.equal((await provider.verify({ ...delivery, receivedAt: delivery.receivedAt + receivedAt })).keyId, id);
  }
  assert.equal(asked.length, 1);
  assert.deepEqual([asked[0]?.method, asked[0]?.url], ['GET', `/v2/notifications/publicKey/${id}`]);
  assert.equal(asked[0]?.headers.authorization, 'Bearer KEY');
});

test('Where Circle does not give the key, a callback is to come again, and nothing of the API key is told', async (t) => {
  const url = await serveKeys(t, () => ({ status: 401, body: {} }));
  const provider = circle({ secrets: circleKeys({ apiKey: 'KEY-1', ids: [id], url, fetch: { allowPrivate: true } }) });
  await assert.rejects(
    async () => provider.verify(delivery),
    (error: Error & { code?: string }) => error.code === 'KEYS_UNAVAILABLE' && !String(error.cause).includes('KEY-1'),
  );
});

test('Ids that would change what is asked are refused at construction', () => {
  for (const ids of [[], ['../x'], ['a/b']]) {
    assert.throws(() => circleKeys({ apiKey: 'KEY', ids }), { code: 'OPTION_INVALID' });
  }
});
