import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import express from 'express';
import { createRequestPace } from '../../lib/notifier/api/request-pace.ts';
import { createNotifier } from '../../lib/notifier/index.ts';
import { createApiKeys } from '../../lib/notifier/store/api-keys.ts';
import { openNotifierDatabase } from '../../lib/notifier/store/open-database.ts';
import { createOutbox } from '../../lib/notifier/store/outbox.ts';
import { createSecretBox } from '../../lib/notifier/store/secret-box.ts';
import { loadWatchList } from '../../lib/notifier/store/watch-list.ts';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { logged } from './logged.ts';
import { adminSecret, type Stage, secretsKey, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const network = 'eip155:1';

describe('keys', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  async function newKey({ api }: Stage, rights: object): Promise<{ id: string; key: string }> {
    const { status, body } = await api('POST', '/v1/keys', { name: 'shop', ...rights }, adminSecret);
    assert.equal(status, 201, JSON.stringify(body));
    return { id: String(body.id), key: String(body.key) };
  }

  it('have a name and rights, which are changed one by one and kept', async (t) => {
    const made = await stage(t, anvil);
    const { api, clock } = made;
    const expiresAt = clock.now() + 1_000;
    const { id, key } = await newKey(made, { scopes: ['watches:read'], expiresAt, requestsPerMinute: 60 });
    const { body: own } = await api('GET', '/v1/key', undefined, key);
    assert.deepEqual(
      [own.id, own.name, own.scopes, own.expiresAt, own.requestsPerMinute, own.allowedSources],
      [...[id, 'shop', ['watches:read'], expiresAt, 60, null]],
    );
    const changes = { name: 'the new shop', scopes: null, allowedSources: ['127.0.0.0/8', '::1'] };
    const changed = await api('PATCH', `/v1/keys/${id}`, changes, adminSecret);
    assert.deepEqual(changed.body, { ...own, ...changes });
    await made.restart();
    assert.deepEqual((await api('GET', `/v1/keys/${id}`, undefined, adminSecret)).body, changed.body);
    const { body: all } = await api('GET', '/v1/keys', undefined, adminSecret);
    assert.deepEqual((all.keys as object[])[0], changed.body);
  });

  it('do what their scopes say, and nothing else', async (t) => {
    const made = await stage(t, anvil);
    const { api } = made;
    const does = async (scopes: string[]): Promise<Record<string, boolean>> => {
      const { key } = await newKey(made, { scopes });
      const may = async (method: string, path: string, body?: object): Promise<boolean> => {
        const answer = await api(method, path, body, key);
        if (answer.status === 403) assert.equal(answer.body.code, 'SCOPE_MISSING');
        return answer.status !== 403;
      };
      return {
        networks: await may('GET', '/v1/networks'),
        self: await may('GET', '/v1/key'),
        lists: await may('GET', '/v1/watches'),
        watches: await may('POST', '/v1/watches', { network, address: alice }),
        backfills: await may('POST', '/v1/backfills', { network, fromBlock: '1' }),
        sees: await may('GET', '/v1/callbacks'),
        resends: await may('POST', '/v1/callbacks/resend', { state: 'dead' }),
        urls: await may('PUT', '/v1/callback-url', { url: made.receiver.url }),
        secrets: await may('POST', '/v1/signing-secret'),
        renews: await may('POST', '/v1/key/rotate'),
      };
    };
    const none = { lists: false, watches: false, backfills: false, sees: false, resends: false, urls: false };
    const nothing = { networks: true, self: true, ...none, secrets: false, renews: false };
    assert.deepEqual(await does(['watches:read']), { ...nothing, lists: true });
    assert.deepEqual(await does(['watches:write']), { ...nothing, lists: true, watches: true, backfills: true });
    assert.deepEqual(await does(['callbacks:read']), { ...nothing, sees: true });
    const writes = { sees: true, resends: true, urls: true, secrets: true };
    assert.deepEqual(await does(['callbacks:write']), { ...nothing, ...writes });
    assert.deepEqual(await does(['keys']), { ...nothing, renews: true });
  });

  it('expire, renewed ones too, and what they watch is told all the same', async (t) => {
    const made = await stage(t, anvil);
    const { api, clock, receiver } = made;
    const { id, key } = await newKey(made, { expiresAt: clock.now() + 1_000 });
    const rotated = await api('POST', '/v1/key/rotate', undefined, key);
    const renewed = String(rotated.body.key);
    await api('PUT', '/v1/callback-url', { url: receiver.url }, renewed);
    await api('POST', '/v1/watches', { network, address: alice }, key);
    clock.advance(1_000);
    for (const each of [key, renewed]) assert.equal((await api('GET', '/v1/key', undefined, each)).status, 401);
    await anvil.send({ to: alice, value: 7n });
    await anvil.mine();
    await made.run();
    assert.deepEqual(
      receiver.received.map((one) => one.data.amount),
      ['7'],
    );
    await api('PATCH', `/v1/keys/${id}`, { expiresAt: null }, adminSecret);
    assert.equal((await api('GET', '/v1/key', undefined, renewed)).status, 200);
  });

  it('may ask so many times a minute, and are told when they may again', async (t) => {
    const made = await stage(t, anvil);
    const { key } = await newKey(made, { requestsPerMinute: 3 });
    const other = await newKey(made, { requestsPerMinute: 3 });
    const ask = async (asking = key): Promise<[number, string | null]> => {
      const answer = await made.ask('GET', '/v1/networks', { key: asking });
      return [answer.status, answer.headers.get('retry-after')];
    };
    for (let time = 0; time < 3; time += 1) assert.deepEqual(await ask(), [200, null]);
    assert.deepEqual(await ask(), [429, '20']);
    assert.deepEqual(await ask(other.key), [200, null]);
    made.clock.advance(19_999);
    assert.deepEqual(await ask(), [429, '1']);
    made.clock.advance(1);
    assert.deepEqual(
      [await ask(), await ask()],
      [
        [200, null],
        [429, '20'],
      ],
    );
  });

  it('lock nobody out for long if the clock is set back, and remember nobody who has rested', () => {
    let now = 1_000_000_000;
    const pace = createRequestPace(() => now);
    assert.deepEqual([pace('a', 1), pace('a', 1)], [0, 60_000]);
    now -= 500_000_000;
    assert.equal(pace('a', 1), 60_000);
    now += 500_060_000;
    assert.equal(pace('a', 1), 0);
  });

  it('are used from their addresses alone, as far as proxies are believed', async (t) => {
    const made = await stage(t, anvil);
    const { key } = await newKey(made, { allowedSources: ['203.0.113.0/24', '2001:db8::/32'] });
    const asked = async (behind: unknown, forwarded?: string): Promise<unknown> => {
      const url = await served(t, made, behind);
      const headers = { 'x-api-key': key, ...(forwarded ? { 'x-forwarded-for': forwarded } : {}) };
      const answer = await fetch(`${url}/v1/networks`, { headers });
      return answer.status === 200 ? 200 : ((await answer.json()) as { code: string }).code;
    };
    assert.equal(await asked(false), 'SOURCE_NOT_ALLOWED');
    assert.equal(await asked('loopback', '203.0.113.7'), 200);
    assert.equal(await asked('loopback', '2001:db8::7'), 200);
    assert.equal(await asked('loopback', '198.51.100.7'), 'SOURCE_NOT_ALLOWED');
    assert.equal(await asked('loopback', '203.0.113.7, 198.51.100.7'), 'SOURCE_NOT_ALLOWED');
    // Whoever could write any address into a header is not believed.
    assert.equal(await asked(false, '203.0.113.7'), 'SOURCE_UNKNOWN');
    assert.equal(await asked(true, '203.0.113.7'), 'SOURCE_UNKNOWN');
    assert.equal((await fetch(await served(t, made, false), { headers: { 'x-api-key': 'dck_none' } })).status, 404);
  });

  it('are used behind the proxies that the option names, whatever the app says', async (t) => {
    const { logger, errors } = logged();
    const made = await stage(t, anvil, { trustProxy: ['127.0.0.0/8'], logger });
    const { key } = await newKey(made, { allowedSources: ['203.0.113.7'] });
    const url = await served(t, made, false);
    const asked = async (forwarded: string): Promise<number> =>
      (await fetch(`${url}/v1/networks`, { headers: { 'x-api-key': key, 'x-forwarded-for': forwarded } })).status;
    assert.deepEqual([await asked('203.0.113.7'), await asked('203.0.113.8')], [200, 403]);
    assert.deepEqual([await asked('10.0.0.1'), await asked('unknown')], [403, 503]);
    assert.match(errors.join(), /set trustProxy/);
    const networks = [{ network, url: anvil.url }];
    for (const trustProxy of [true, '0.0.0.0/0', 33]) {
      const options = { path: made.path, networks, secretsKey, trustProxy };
      assert.throws(() => createNotifier(options), { code: 'OPTION_INVALID', message: /trustProxy/ });
    }
  });

  it('are revoked with all that is theirs, however much, in small steps, to the end after a stop', async (t) => {
    const made = await stage(t, anvil);
    const kept = await made.notifier().createKey('kept');
    const half = await made.notifier().createKey('half');
    await made.notifier().close();
    const database = await openNotifierDatabase(made.path);
    const keys = createApiKeys(database, createSecretBox([Buffer.from(secretsKey, 'hex')]), () => 5);
    const outbox = createOutbox(database, () => 0, 9);
    const watches = await loadWatchList(database, () => 0);
    const fill = async (keyId: string, many: number): Promise<void> => {
      const accounts = Array.from({ length: many }, (_, index) => ({ address: `0x${index}` }));
      await watches.add(keyId, network, accounts);
      await database.write(async (sql) => {
        const one = { keyId, endpointId: 'url_any', type: 'test', body: '{}' } as const;
        await outbox.put(sql, Array<typeof one>(many).fill(one));
        for (let index = 0; index < many; index += 1) {
          await sql("INSERT INTO answers VALUES (?, ?, '', 200, '', 5)").run(`${keyId} ${index}`, keyId);
        }
      });
    };
    const rows = (keyId: string): Promise<number[]> =>
      database.read(async (sql) => {
        const counts: number[] = [];
        for (const table of ['watches', 'outbox', 'endpoints']) {
          const row = await sql(`SELECT count(*) AS n FROM ${table} WHERE key_id = ?`).get(keyId);
          counts.push((row as { n: number }).n);
        }
        return counts;
      });
    await fill(made.key.id, 3_000);
    await fill(kept.id, 10);
    await fill(half.id, 10);
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    const ended: Promise<number[]>[] = [];
    assert.equal(await keys.revoke(made.key.id, async () => () => void ended.push(rows(made.key.id))), true);
    clearImmediate(timer);
    assert.ok(turns >= 9, `others had ${turns} turns`);
    assert.deepEqual(
      (await Promise.all(ended)).map(([, callbacks]) => callbacks),
      [3_000],
    );
    assert.equal(await keys.find(made.key.key), undefined);
    assert.deepEqual(
      [await rows(made.key.id), await rows(kept.id)],
      [
        [0, 0, 0],
        [10, 10, 1],
      ],
    );
    assert.equal(await keys.revoke(made.key.id, () => assert.fail('ended again')), false);
    // What a crash after the first step leaves.
    await database.write((sql) => sql('UPDATE api_keys SET revoked_at = 5 WHERE id = ?').run(half.id));
    await database.close();
    await made.restart();
    await made.notifier().ready();
    await made.notifier().close();
    const after = await openNotifierDatabase(made.path);
    const left = (await after.read((sql) => sql('SELECT DISTINCT key_id AS id FROM watches').all())) as {
      id: string;
    }[];
    assert.deepEqual(
      left.map(({ id }) => id),
      [kept.id],
    );
    const answers = (await after.read((sql) => sql('SELECT DISTINCT owner FROM answers').all())) as { owner: string }[];
    assert.deepEqual(
      answers.map(({ owner }) => owner),
      [kept.id],
    );
    await after.close();
  });

  async function served(t: TestContext, made: Stage, trusted: unknown): Promise<string> {
    const app = express();
    app.set('trust proxy', trusted);
    app.use((req, res, next) => made.notifier().router(req, res, next));
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
});
