import assert from 'node:assert/strict';
import type { Stage } from '../stage.ts';

const network = 'eip155:1';

/** Makes every operation about callback URLs answer in every way that is its own. */
export async function agreeOnCallbackUrls({ api, receiver }: Stage): Promise<void> {
  const { url } = receiver;
  const add = (body: object) => api('POST', '/v1/callback-urls', body);
  const filters = { networks: [network], assets: ['eip155:1/slip44:60'], types: ['deposit.confirmed', 'heartbeat'] };
  assert.equal((await add({ url, filters, apiKey: 'x' })).status, 201);
  const second = await add({ url });
  const { id } = second.body.callbackUrl as { id: string };
  const wrongFilters = [
    [],
    'all',
    { more: 1 },
    { networks: [] },
    { networks: [7] },
    { networks: ['x'.repeat(65)] },
    { networks: Array.from({ length: 101 }, () => network) },
    { assets: [''] },
    { assets: Array.from({ length: 1_001 }, () => 'eip155:1/slip44:60') },
    { types: ['test'] },
    { types: Array.from({ length: 6 }, () => 'heartbeat') },
  ].map((filter) => ({ url, filters: filter }));
  const wrongKeys = ['', 'a b', 'a\nb', '\u00fc', 7, 'x'.repeat(513)].map((apiKey) => ({ url, apiKey }));
  for (const wrong of [...wrongFilters, ...wrongKeys, { url: '' }, { url, more: 1 }]) {
    assert.equal((await add(wrong)).status, 400, JSON.stringify(wrong).slice(0, 80));
    assert.equal(
      (await api('PATCH', `/v1/callback-urls/${id}`, wrong)).status,
      400,
      JSON.stringify(wrong).slice(0, 80),
    );
  }
  assert.equal((await add({ filters })).status, 400);
  assert.equal((await api('PATCH', `/v1/callback-urls/${id}`, {})).status, 400);
  for (const refused of [
    { url: 'ftp://shop.example' },
    { url, filters: { networks: ['eip155:56'] } },
    { url, filters: { assets: ['eip155:56/slip44:60'] } },
    { url, filters: { assets: ['eip155:1/erc20:0x12'] } },
    { url, filters: { assets: ['nothing'] } },
  ]) {
    assert.equal((await add(refused)).status, 422, JSON.stringify(refused));
    assert.equal((await api('PATCH', `/v1/callback-urls/${id}`, refused)).status, 422, JSON.stringify(refused));
  }
  for (let more = 2; more < 20; more += 1) assert.equal((await add({ url })).status, 201);
  assert.equal((await add({ url })).status, 409);
  assert.equal((await api('GET', '/v1/callback-urls')).status, 200);
  const ask = async (method: string, of: string, path = '', body?: object): Promise<number> =>
    (await api(method, `/v1/callback-urls/${of}${path}`, body)).status;
  assert.equal(await ask('PATCH', id, '', { filters: {}, apiKey: null, url }), 200);
  for (const path of ['/enable', '/pause', '/resume']) assert.equal(await ask('POST', id, path), 200, path);
  for (let test = 0; test < 10; test += 1) assert.equal(await ask('POST', id, '/test'), 202);
  assert.equal(await ask('POST', id, '/test'), 429);
  for (let time = 0; time < 4; time += 1) assert.equal(await ask('POST', id, '/signing-secret'), 201);
  assert.equal(await ask('POST', id, '/signing-secret'), 409);
  assert.equal(await ask('POST', id, '/signing-secret', { algorithm: 'rsa' }), 400);
  for (const [of, status] of [
    [id, 200],
    ['url_none', 404],
    ['x'.repeat(65), 400],
  ] as const) {
    assert.equal(await ask('GET', of), status);
    if (status === 200) continue;
    assert.equal(await ask('PATCH', of, '', { apiKey: null }), status);
    assert.equal(await ask('DELETE', of), status);
    for (const path of ['/enable', '/pause', '/resume', '/test', '/signing-secret']) {
      assert.equal(await ask('POST', of, path), status, path);
    }
  }
  assert.equal(await ask('DELETE', id), 204);
}
