import assert from 'node:assert/strict';
import { adminSecret, type Stage } from '../stage.ts';

/** Makes every operation about keys answer in every way that is its own. */
export async function agreeOnKeys({ api }: Stage): Promise<void> {
  const made = await api('POST', '/v1/keys', { name: 'shop' }, adminSecret);
  assert.equal(made.status, 201);
  for (const wrong of [{}, { name: '' }, { name: 'x'.repeat(201) }, { name: 7 }, { name: 'x', more: 1 }, []]) {
    assert.equal((await api('POST', '/v1/keys', wrong, adminSecret)).status, 400, JSON.stringify(wrong));
  }
  const rights = { scopes: ['keys'], expiresAt: 4e12, requestsPerMinute: 1, allowedSources: ['::1', '10.0.0.0/8'] };
  assert.equal((await api('PATCH', `/v1/keys/${made.body.id}`, { name: 'shop', ...rights }, adminSecret)).status, 200);
  const none = { scopes: null, expiresAt: null, requestsPerMinute: null, allowedSources: null };
  assert.equal((await api('PATCH', `/v1/keys/${made.body.id}`, none, adminSecret)).status, 200);
  for (const wrong of [
    ...[{ scopes: [] }, { scopes: ['all'] }, { scopes: 'keys' }, { scopes: Array.from({ length: 6 }, () => 'keys') }],
    ...[{ expiresAt: -1 }, { expiresAt: '1' }, { requestsPerMinute: 0 }, { requestsPerMinute: 1.5 }],
    ...[{ requestsPerMinute: '1' }, { requestsPerMinute: 1_000_001 }, { allowedSources: [] }, { more: 1 }],
    ...[{ allowedSources: [''] }, { allowedSources: Array.from({ length: 101 }, () => '::1') }, { name: null }],
  ]) {
    const text = JSON.stringify(wrong).slice(0, 80);
    assert.equal((await api('POST', '/v1/keys', { name: 'x', ...wrong }, adminSecret)).status, 400, text);
    assert.equal((await api('PATCH', `/v1/keys/${made.body.id}`, wrong, adminSecret)).status, 400, text);
  }
  assert.equal((await api('PATCH', `/v1/keys/${made.body.id}`, {}, adminSecret)).status, 400);
  for (const refused of [{ expiresAt: 1 }, { allowedSources: ['shop.example'] }, { allowedSources: ['10.0.0.0/33'] }]) {
    assert.equal((await api('POST', '/v1/keys', { name: 'x', ...refused }, adminSecret)).status, 422);
    assert.equal((await api('PATCH', `/v1/keys/${made.body.id}`, refused, adminSecret)).status, 422);
  }
  for (const [id, status] of [
    [made.body.id, 200],
    ['key_none', 404],
    ['x'.repeat(65), 400],
  ]) {
    assert.equal((await api('GET', `/v1/keys/${id}`, undefined, adminSecret)).status, status);
    assert.equal((await api('PATCH', `/v1/keys/${id}`, { name: 'shop' }, adminSecret)).status, status);
  }
  const own = String(made.body.key);
  assert.equal((await api('GET', '/v1/key', undefined, own)).status, 200);
  const renewed = await api('POST', '/v1/key/rotate', { overlapMs: 0 }, own);
  assert.equal(renewed.status, 201);
  for (let time = 0; time < 4; time += 1) {
    assert.equal((await api('POST', '/v1/key/rotate', undefined, String(renewed.body.key))).status, 201);
  }
  assert.equal((await api('POST', '/v1/key/rotate', undefined, String(renewed.body.key))).status, 409);
  assert.equal((await api('POST', '/v1/key/rotate', { overlapMs: -1 }, String(renewed.body.key))).status, 400);
  assert.equal((await api('POST', `/v1/keys/${made.body.id}/rotate`, { overlapMs: 0 }, adminSecret)).status, 201);
  const page = await api('GET', '/v1/keys?limit=1', undefined, adminSecret);
  const [newest] = page.body.keys as Record<string, unknown>[];
  assert.deepEqual([newest?.name, newest?.url, newest?.enabled, page.body.next], ['shop', null, true, made.body.id]);
  const older = await api('GET', `/v1/keys?before=${page.body.next}`, undefined, adminSecret);
  assert.deepEqual(
    (older.body.keys as { name: string }[]).map((one) => one.name),
    ['test'],
  );
  assert.equal((await api('GET', '/v1/keys?limit=0', undefined, adminSecret)).status, 400);
  const rotate = (body?: object, id = made.body.id) => api('POST', `/v1/keys/${id}/rotate`, body, adminSecret);
  for (let time = 0; time < 4; time += 1) assert.equal((await rotate()).status, 201);
  assert.equal((await rotate({ overlapMs: 1 })).status, 409);
  assert.equal((await rotate({ overlapMs: 0 })).status, 201);
  for (const wrong of [
    { overlapMs: -1 },
    { overlapMs: 2_592_000_001 },
    { overlapMs: 0.5 },
    { overlapMs: '1' },
    { more: 1 },
  ]) {
    assert.equal((await rotate(wrong)).status, 400, JSON.stringify(wrong));
  }
  assert.equal((await rotate({}, 'key_none')).status, 404);
  assert.equal((await api('DELETE', `/v1/keys/${made.body.id}`, undefined, adminSecret)).status, 204);
  const left = await api('GET', '/v1/keys', undefined, adminSecret);
  assert.equal((left.body.keys as object[]).length, 1);
  assert.equal((await api('DELETE', `/v1/keys/${made.body.id}`, undefined, adminSecret)).status, 404);
  assert.equal((await api('DELETE', `/v1/keys/${'x'.repeat(65)}`, undefined, adminSecret)).status, 400);
}
