import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { createNotifier } from '../../lib/notifier/index.ts';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { logged } from './logged.ts';
import type { Received } from './receiver.ts';
import { adminSecret, secretsKey, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
const network = 'eip155:1';

describe("the notifier's API", () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  it('makes a key for the admin alone, keeps only its hash, and forgets it when it is revoked', async (t) => {
    const { api, path, restart } = await stage(t, anvil);
    assert.equal((await api('POST', '/v1/keys', { name: 'x' })).status, 401);
    const made = await api('POST', '/v1/keys', { name: 'x' }, adminSecret);
    assert.equal(made.status, 201);
    const key = String(made.body.key);
    assert.match(String(made.body.signingSecret), /^whsec_/);
    assert.equal((await api('POST', '/v1/watches', { network, address: alice }, key)).status, 201);
    await restart();
    assert.equal((await api('GET', '/v1/watches', undefined, key)).status, 200);
    for (const file of [path, `${path}-wal`]) {
      assert.equal(readFileSync(file).includes(key), false, 'the key stands in the database');
    }
    assert.equal((await api('DELETE', `/v1/keys/${made.body.id}`, undefined, adminSecret)).status, 204);
    assert.equal((await api('GET', '/v1/watches', undefined, key)).status, 401);
    assert.equal((await api('DELETE', `/v1/keys/${made.body.id}`, undefined, adminSecret)).status, 404);
  });

  it('refuses whoever has no key', async (t) => {
    const { api } = await stage(t, anvil);
    for (const [method, path] of [
      ['GET', '/v1/watches'],
      ['PUT', '/v1/callback-url'],
      ['POST', '/v1/signing-secret'],
    ] as const) {
      const refused = await api(method, path, method === 'GET' ? undefined : {}, 'dck_nobody');
      assert.equal(refused.status, 401);
      assert.equal(refused.body.code, 'API_KEY_INVALID');
    }
  });

  it('watches addresses in canonical form, once, by page, until told otherwise', async (t) => {
    const { api, restart } = await stage(t, anvil);
    const one = await api('POST', '/v1/watches', { network, address: alice.toLowerCase() });
    assert.deepEqual([one.status, one.body.address], [201, alice]);
    const two = await api('POST', '/v1/watches', { network, addresses: [alice, bob] });
    assert.deepEqual([two.body.watched, two.body.added], [2, 1]);
    await restart();
    const page = await api('GET', '/v1/watches?limit=1');
    assert.deepEqual(
      (page.body.watches as { address: string }[]).map((watch) => watch.address),
      [alice],
    );
    const next = await api('GET', `/v1/watches?limit=1&after=${page.body.next}`);
    assert.deepEqual(
      (next.body.watches as { address: string }[]).map((watch) => watch.address),
      [bob],
    );
    assert.equal((await api('DELETE', `/v1/watches/${network}/${alice}`)).status, 204);
    assert.equal((await api('DELETE', `/v1/watches/${network}/${alice}`)).status, 404);
  });

  it('watches an account with its memo apart from the address alone, and by page', async (t) => {
    const xrp = 'xrpl:0';
    const address = 'rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B';
    const networks = [{ network: xrp, url: anvil.url }];
    const { api, restart } = await stage(t, anvil, { networks, catchUp: false });
    const add = (body: object) => api('POST', '/v1/watches', { network: xrp, address, ...body });
    assert.deepEqual((await add({ memo: '7' })).body, { network: xrp, address, memo: '7' });
    assert.deepEqual((await add({})).body, { network: xrp, address });
    assert.equal((await add({ memo: '1/2' })).body.code, 'ADDRESS_INVALID');
    await restart();
    const first = await api('GET', '/v1/watches?limit=1');
    const rest = await api('GET', `/v1/watches?limit=5&after=${encodeURIComponent(String(first.body.next))}`);
    const listed = [...(first.body.watches as object[]), ...(rest.body.watches as object[])];
    assert.deepEqual(
      listed.map((one) => (one as { memo?: string }).memo),
      [undefined, '7'],
    );
    assert.equal((await api('DELETE', `/v1/watches/${xrp}/${address}?memo=8`)).status, 404);
    assert.equal((await api('DELETE', `/v1/watches/${xrp}/${address}?memo=7`)).status, 204);
    assert.equal((await api('DELETE', `/v1/watches/${xrp}/${address}`)).status, 204);
    assert.deepEqual((await api('GET', '/v1/watches')).body, { watches: [] });
  });

  it('refuses a memo on a network without memos', async (t) => {
    const { api } = await stage(t, anvil);
    const refused = await api('POST', '/v1/watches', { network, address: alice, memo: '7' });
    assert.deepEqual([refused.status, refused.body.code], [422, 'ADDRESS_INVALID']);
  });

  it('tells of no address that is no longer watched, and of each to every key that watches it', async (t) => {
    const { api, notifier, receiver, run } = await stage(t, anvil);
    const other = await notifier().createKey('other');
    for (const key of [undefined, other.key]) {
      await api('PUT', '/v1/callback-url', { url: receiver.url }, key);
      await api('POST', '/v1/watches', { network, addresses: [alice, bob] }, key);
    }
    await api('DELETE', `/v1/watches/${network}/${bob}`);
    await anvil.send({ to: alice, value: 1n });
    await anvil.send({ to: bob, value: 2n });
    await anvil.mine();
    await run();
    assert.deepEqual(receiver.received.map((one) => one.data.amount).sort(), ['1', '1', '2']);
  });

  it('shows a key nothing of another, and lets it change nothing there', async (t) => {
    const { api, notifier, receiver } = await stage(t, anvil);
    const { key } = await notifier().createKey('other');
    await api('POST', '/v1/watches', { network, address: alice });
    // Without a URL it stays owed.
    await api('POST', '/v1/callback-url/test');
    const shown = async (): Promise<unknown> =>
      Promise.all(
        ['/v1/callback-url', '/v1/watches', '/v1/callbacks'].map(async (path) => (await api('GET', path)).body),
      );
    const before = await shown();
    const [owed] = (await api('GET', '/v1/callbacks')).body.callbacks as { id: string }[];

    assert.equal((await api('GET', '/v1/callback-url', undefined, key)).body.code, 'NOT_FOUND');
    assert.deepEqual((await api('GET', '/v1/watches', undefined, key)).body, { watches: [] });
    assert.deepEqual((await api('GET', '/v1/callbacks', undefined, key)).body, { callbacks: [] });
    assert.equal((await api('POST', `/v1/callbacks/${owed?.id}/resend`, undefined, key)).body.code, 'NOT_FOUND');
    assert.equal((await api('DELETE', `/v1/watches/${network}/${alice}`, undefined, key)).body.code, 'NOT_FOUND');
    assert.equal((await api('POST', '/v1/callback-url/enable', undefined, key)).body.code, 'NOT_FOUND');
    assert.equal((await api('GET', '/v1/keys', undefined, key)).status, 401);
    await api('PUT', '/v1/callback-url', { url: `${receiver.url}/other` }, key);
    assert.equal((await api('POST', '/v1/signing-secret', undefined, key)).status, 201);
    assert.deepEqual(await shown(), before);
  });

  it('refuses what it cannot understand, with a code', async (t) => {
    const { api } = await stage(t, anvil, { maxWatches: 2 });
    const refused = async (body: object): Promise<unknown> => (await api('POST', '/v1/watches', body)).body.code;
    assert.equal(await refused({ network, address: alice.replace('5', '6') }), 'ADDRESS_INVALID');
    assert.equal(await refused({ network, address: alice.replace('aAeb', 'aaeb') }), 'ADDRESS_INVALID');
    assert.equal(await refused({ network: 'eip155:56', address: alice }), 'NETWORK_NOT_WATCHED');
    assert.equal(await refused({ network }), 'REQUEST_INVALID');
    assert.equal(await refused({ network, address: alice, extra: 1 }), 'REQUEST_INVALID');
    assert.equal(await refused({ network, addresses: [] }), 'REQUEST_INVALID');
    assert.equal(await refused({ network, addresses: [alice, bob, `0x${'11'.repeat(20)}`] }), 'TOO_MANY_WATCHES');
    assert.equal((await api('GET', '/v1/watches?limit=0')).body.code, 'REQUEST_INVALID');
    assert.equal((await api('GET', '/v1/callbacks?state=garbage')).body.code, 'REQUEST_INVALID');
    assert.equal((await api('GET', '/v1/callback-url')).body.code, 'NOT_FOUND');
    assert.equal((await api('GET', '/v2/anything')).body.code, 'NOT_FOUND');
  });

  it('refuses callback URLs that lead inside, unless they are allowed', async (t) => {
    const { api } = await stage(t, anvil, { allowPrivate: false });
    for (const url of [
      'http://example.com/',
      'https://127.0.0.1/',
      'https://[::ffff:10.0.0.1]/',
      'https://169.254.169.254/',
      'https://u:p@example.com/',
      'nothing',
    ]) {
      const refused = await api('PUT', '/v1/callback-url', { url });
      assert.deepEqual([refused.status, refused.body.code], [422, 'URL_REFUSED'], url);
    }
  });

  it('does not connect to a name that leads inside', async (t) => {
    const { api, clock, notifier } = await stage(t, anvil, { allowPrivate: false });
    assert.equal((await api('PUT', '/v1/callback-url', { url: 'https://localhost/' })).status, 200);
    await api('POST', '/v1/callback-url/test');
    clock.advance(1);
    await notifier().deliver();
    const { body } = await api('GET', '/v1/callbacks');
    const [entry] = body.callbacks as { error: string }[];
    assert.match(entry?.error ?? '', /not public/);
  });

  it('signs with both secrets for a day after a rotation', async (t) => {
    const { api, clock, notifier, receiver } = await stage(t, anvil);
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    const rotated = await api('POST', '/v1/signing-secret');
    assert.match(String(rotated.body.signingSecret), /^whsec_/);
    await notifier().beat();
    clock.advance(86_400_001);
    await notifier().beat();
    const counts = receiver.received.map((one) => String(one.headers['webhook-signature']).split(' ').length);
    assert.deepEqual(counts, [2, 1]);
  });

  it('signs with each old secret for its whole day, however often it is rotated, and drops none', async (t) => {
    const { api, clock, key, notifier, receiver } = await stage(t, anvil);
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    for (let rotation = 1; rotation <= 4; rotation += 1) {
      clock.advance(1_000);
      assert.equal((await api('POST', '/v1/signing-secret')).status, 201);
    }
    const more = await api('POST', '/v1/signing-secret');
    assert.deepEqual([more.status, more.body.code], [409, 'TOO_MANY_SECRETS']);
    await notifier().beat();
    const [{ headers, body }] = receiver.received as [Received];
    assert.equal(String(headers['webhook-signature']).split(' ').length, 5);
    t.mock.timers.enable({ apis: ['Date'], now: clock.now() });
    new Webhook(key.signingSecret).verify(body, headers as Record<string, string>);
    t.mock.timers.reset();
    clock.advance(86_400_000);
    assert.equal((await api('POST', '/v1/signing-secret')).status, 201);
  });

  it('owes ten tests at most, however often they are asked for', async (t) => {
    const { api, clock, receiver, run } = await stage(t, anvil);
    const ask = async (): Promise<number> => (await api('POST', '/v1/callback-url/test')).status;
    for (let test = 0; test < 10; test += 1) assert.equal(await ask(), 202);
    assert.equal(await ask(), 429);
    clock.advance(60_001);
    assert.equal(await ask(), 429, 'they are still owed');
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    await run();
    assert.equal(receiver.received.length, 10);
    assert.equal(await ask(), 202);
  });

  it('does not follow a redirect, and takes 410 for a goodbye', async (t) => {
    const { api, receiver, run } = await stage(t, anvil);
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    receiver.answer = () => 302;
    await api('POST', '/v1/callback-url/test');
    await run();
    assert.equal(receiver.received.length, 1);
    receiver.answer = () => 410;
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    await run();
    assert.equal((await api('GET', '/v1/callback-url')).body.enabled, false);
  });

  it('warns that transfers inside transactions are not watched, unless they are', () => {
    const { logger, warnings } = logged();
    const options = { path: 'unused.db', secretsKey, logger };
    createNotifier({ ...options, networks: [{ network, url: anvil.url, traces: true }] });
    assert.deepEqual(warnings, []);
    createNotifier({ ...options, networks: [{ network, url: anvil.url }] });
    assert.match(warnings.join(), /inside transactions are not watched/);
  });

  it('refuses options that it cannot understand', () => {
    const given = { path: 'unused.db', networks: [{ network, url: anvil.url }], secretsKey };
    for (const wrong of [
      { path: '' },
      { networks: [] },
      { networks: [{ network: 'stellar:pubnet', url: anvil.url }] },
      { networks: [{ network: 'tron:728126428', url: anvil.url, traces: true }] },
      { networks: [{ network, url: anvil.url, cookieFile: 'cookie' }] },
      { networks: [{ network, url: anvil.url, confirmations: 0 }] },
      { networks: [{ network, url: anvil.url, staleMs: 0.5 }] },
      { networks: [{ network }] },
      { networks: [given.networks[0] ?? { network }, given.networks[0] ?? { network }] },
      { adminSecret: 'short' },
      { secretsKey: undefined },
      { secretsKey: '' },
      { secretsKey: [] },
      { secretsKey: Buffer.alloc(31).toString('base64') },
      { secretsKey, allowPlainSecrets: true },
      { heartbeatMs: 0 },
      { concurrency: Number.NaN },
      { unknown: 1 },
    ]) {
      assert.throws(() => createNotifier({ ...given, ...wrong }), { code: 'OPTION_INVALID' }, JSON.stringify(wrong));
    }
  });
});
