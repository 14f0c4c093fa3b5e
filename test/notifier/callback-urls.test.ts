import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { Webhook } from 'standardwebhooks';
import type { NotifierDatabase } from '../../lib/notifier/store/database.ts';
import { createEndpoints } from '../../lib/notifier/store/endpoints.ts';
import { openNotifierDatabase } from '../../lib/notifier/store/open-database.ts';
import { createOutbox } from '../../lib/notifier/store/outbox.ts';
import { createSecretBox } from '../../lib/notifier/store/secret-box.ts';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { token, transferCall } from '../chains/contracts.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { type Stage, secretsKey, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const network = 'eip155:1';
async function count(database: NotifierDatabase): Promise<{ rows: number; urls: number }> {
  const row = await database.read((sql) =>
    sql('SELECT (SELECT count(*) FROM outbox) AS rows, (SELECT count(*) FROM endpoints) AS urls').get(),
  );
  return { ...(row as { rows: number; urls: number }) };
}

const ether = 'eip155:1/slip44:60';

interface MadeUrl {
  id: string;
  secret: string;
  receiver: Receiver;
}

describe('several callback URLs', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  async function addUrl(t: TestContext, made: Stage, more: object = {}): Promise<MadeUrl> {
    const receiver = await startReceiver();
    t.after(() => receiver.close());
    const { status, body } = await made.api('POST', '/v1/callback-urls', { url: receiver.url, ...more });
    assert.equal(status, 201, JSON.stringify(body));
    const { id } = body.callbackUrl as { id: string };
    return { id, secret: String(body.signingSecret), receiver };
  }

  const watch = (made: Stage): Promise<unknown> => made.api('POST', '/v1/watches', { network, address: alice });

  async function pay(value: number): Promise<void> {
    await anvil.send({ to: alice, value: BigInt(value) });
    await anvil.mine();
  }

  const told = ({ receiver }: MadeUrl): string[] =>
    receiver.received.map(({ type, data }) => `${type.slice('deposit.'.length)} ${data.amount}`);

  it('are each told of a deposit, under an id and by a secret of their own', async (t) => {
    const made = await stage(t, anvil);
    const urls = [await addUrl(t, made), await addUrl(t, made), await addUrl(t, made, { apiKey: 'gate-7' })];
    await watch(made);
    await pay(7);
    await made.run();
    await made.run();
    assert.deepEqual(urls.map(told), [['pending 7'], ['pending 7'], ['pending 7']]);
    const all = urls.map(({ receiver }) => receiver.received[0]);
    assert.equal(new Set(all.map((one) => one?.headers['webhook-id'])).size, 3);
    assert.deepEqual(
      all.map((one) => one?.headers['x-api-key']),
      [undefined, undefined, 'gate-7'],
    );
    t.mock.timers.enable({ apis: ['Date'], now: made.clock.now() });
    for (const [index, one] of all.entries()) {
      for (const [owner, { secret }] of urls.entries()) {
        const verify = (): unknown =>
          new Webhook(secret).verify(one?.body ?? '', one?.headers as Record<string, string>);
        if (owner === index) verify();
        else assert.throws(verify, `URL ${index} is signed by the secret of ${owner}`);
      }
    }
    t.mock.timers.reset();
  });

  it('are told of what passes their filters, and of nothing else', async (t) => {
    const made = await stage(t, anvil);
    const usdt = await anvil.deploy(token);
    const asset = `eip155:1/erc20:${usdt}`;
    const [all, coin, tokens, confirmed, both] = [
      await addUrl(t, made),
      await addUrl(t, made, { filters: { assets: [ether], networks: [network] } }),
      await addUrl(t, made, { filters: { assets: [asset.toLowerCase()] } }),
      await addUrl(t, made, { filters: { types: ['deposit.confirmed'] } }),
      await addUrl(t, made, { filters: { types: ['deposit.pending', 'heartbeat'], assets: [asset] } }),
    ] as const;
    await watch(made);
    await anvil.send({ to: usdt, data: transferCall(alice, 5n) });
    await pay(7);
    await made.run();
    await anvil.mine(3);
    await made.run();
    assert.deepEqual(told(all).sort(), ['confirmed 5', 'confirmed 7', 'pending 5', 'pending 7']);
    assert.deepEqual(told(coin), ['pending 7', 'confirmed 7']);
    assert.deepEqual(told(tokens), ['pending 5', 'confirmed 5']);
    assert.deepEqual(told(confirmed).sort(), ['confirmed 5', 'confirmed 7']);
    assert.deepEqual(told(both), ['pending 5']);
    const heard: string[] = [];
    for (const [name, { receiver }] of Object.entries({ all, coin, tokens, confirmed, both })) {
      receiver.received.length = 0;
      receiver.answer = ({ type }) => {
        heard.push(`${name} ${type}`);
        return 200;
      };
    }
    await made.notifier().beat();
    assert.deepEqual(heard.sort(), ['all heartbeat', 'both heartbeat', 'coin heartbeat', 'tokens heartbeat']);
  });

  it('are told that a deposit is gone if they were told of it, whatever their filters say by then', async (t) => {
    const made = await stage(t, anvil);
    const changed = await addUrl(t, made);
    const typed = await addUrl(t, made, { filters: { types: ['deposit.pending'] } });
    const failures = await addUrl(t, made, { filters: { types: ['deposit.failed'] } });
    await watch(made);
    const snapshot = await anvil.rpc('evm_snapshot');
    await pay(7);
    await made.run();
    const filters = { assets: ['eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7'] };
    assert.equal((await made.api('PATCH', `/v1/callback-urls/${changed.id}`, { filters })).status, 200);
    await anvil.rpc('evm_revert', [snapshot]);
    await anvil.mine(2);
    await made.run();
    assert.deepEqual(told(changed), ['pending 7', 'reverted 7']);
    assert.deepEqual(told(typed), ['pending 7', 'reverted 7']);
    assert.deepEqual(told(failures), []);
  });

  it('do not wait for one that fails, and only that one is bounded', async (t) => {
    const made = await stage(t, anvil, { maxOwed: 6, backfillBlocksPerMinute: 1_000_000 });
    const ill = await addUrl(t, made);
    const well = await addUrl(t, made);
    await watch(made);
    ill.receiver.answer = () => 503;
    for (let value = 1; value <= 12; value += 1) {
      await pay(value);
      await made.run();
    }
    await anvil.mine(3);
    await made.run();
    const states = async (): Promise<unknown[]> =>
      ((await made.api('GET', '/v1/callback-urls')).body.callbackUrls as { withheld: object[] }[]).map(
        (one) => one.withheld.length,
      );
    assert.deepEqual(await states(), [1, 0]);
    const amounts = (url: MadeUrl): number[] => [
      ...new Set(
        url.receiver.received
          .filter(({ type }) => type === 'deposit.confirmed')
          .map((one) => Number(one.data.amount))
          .sort((a, b) => a - b),
      ),
    ];
    const all = Array.from({ length: 12 }, (_, index) => index + 1);
    assert.deepEqual(amounts(well), all);
    const { body } = await made.api('GET', `/v1/callback-urls/${ill.id}`);
    assert.ok(Number(body.owed) <= 12, `${body.owed} are owed`);
    // Older deposits are told to those that are well; the other is told them later.
    well.receiver.received.length = 0;
    assert.equal((await made.api('POST', '/v1/backfills', { network, fromBlock: '1' })).status, 201);
    await made.run();
    assert.deepEqual(amounts(well), all);
    const held = (await made.api('GET', `/v1/callback-urls/${ill.id}`)).body;
    assert.equal(held.owed, body.owed, 'what it does not take grows by no older deposits');
    assert.deepEqual(held.withheld, [{ network, fromBlock: '1' }]);
    const before = well.receiver.received.length;
    ill.receiver.answer = () => 200;
    ill.receiver.received.length = 0;
    await made.api('POST', `/v1/callback-urls/${ill.id}/enable`);
    for (let round = 0; round < 8; round += 1) await made.run();
    assert.deepEqual(amounts(ill), all);
    assert.deepEqual(await states(), [0, 0]);
    assert.equal(well.receiver.received.length, before, 'what one URL missed is told to that one alone');
  });

  it('keep what is owed while they are paused, and send it once resumed', async (t) => {
    const made = await stage(t, anvil);
    const [paused, other] = [await addUrl(t, made), await addUrl(t, made)];
    await watch(made);
    const set = await made.api('POST', `/v1/callback-urls/${paused.id}/pause`);
    assert.equal(set.body.pausedAt, made.clock.now());
    await pay(7);
    await made.run();
    await made.notifier().beat();
    assert.deepEqual([told(paused), other.receiver.received.length], [[], 2]);
    await made.restart();
    await made.run();
    const resumed = await made.api('POST', `/v1/callback-urls/${paused.id}/resume`);
    assert.deepEqual([resumed.body.owed, resumed.body.pausedAt], [1, undefined]);
    await made.run();
    assert.deepEqual(told(paused), ['pending 7']);
  });

  it('can be removed, each alone, and the first set anew', async (t) => {
    const made = await stage(t, anvil);
    const [first, second] = [await addUrl(t, made), await addUrl(t, made)];
    await watch(made);
    first.receiver.answer = () => 503;
    await pay(7);
    await made.run();
    assert.equal((await made.api('DELETE', `/v1/callback-urls/${first.id}`)).status, 204);
    assert.equal((await made.api('GET', '/v1/callback-url')).status, 404);
    first.receiver.received.length = 0;
    await pay(8);
    made.clock.advance(600_000);
    await made.run();
    assert.deepEqual([told(first), told(second)], [[], ['pending 7', 'pending 8']]);
    const again = await made.api('PUT', '/v1/callback-url', { url: first.receiver.url });
    assert.deepEqual([again.body.id, again.body.isDefault, again.body.owed], [first.id, true, 0]);
    await made.api('DELETE', `/v1/callback-urls/${second.id}`);
    assert.equal((await made.api('GET', `/v1/callback-urls/${second.id}`)).status, 404);
    first.receiver.answer = () => 200;
    await pay(9);
    await made.run();
    assert.deepEqual(told(first), ['pending 9', 'confirmed 7']);
  });

  it('are removed to the end after a stop in between, with thousands of callbacks, and hold nobody up', async (t) => {
    const made = await stage(t, anvil);
    await addUrl(t, made);
    const removed = await addUrl(t, made);
    await made.notifier().close();
    const database = await openNotifierDatabase(made.path);
    const outbox = createOutbox(database, () => 0, 9);
    const { rows: before } = await count(database);
    const put = (endpointId: string) => ({ keyId: made.key.id, endpointId, type: 'test' as const, body: '{}' });
    const both = Array.from({ length: 5_000 }, () => [put(removed.id), put('url_other')]).flat();
    await database.write((sql) => outbox.put(sql, both));
    const endpoints = createEndpoints(database, createSecretBox([Buffer.from(secretsKey, 'hex')]), () => 0, 9);
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    const removing = endpoints.remove(removed.id);
    await removing;
    clearImmediate(timer);
    assert.ok(turns >= 9, `others had ${turns} turns`);
    assert.deepEqual(await count(database), { rows: before + 5_000, urls: 1 });
    // What a crash after the first step leaves.
    await database.write(async (sql) => {
      await sql("INSERT INTO endpoints (id, key_id, is_default, secret, enabled) VALUES ('url_half', ?, 0, '', 1)").run(
        made.key.id,
      );
      await outbox.put(sql, [put('url_half')]);
    });
    await database.close();
    await made.restart();
    assert.equal(((await made.api('GET', '/v1/callback-urls')).body.callbackUrls as object[]).length, 1);
    const { body } = await made.api('GET', '/v1/callbacks?callbackUrl=url_half');
    assert.deepEqual(body.callbacks, []);
    await made.notifier().close();
    const after = await openNotifierDatabase(made.path);
    assert.equal((await count(after)).urls, 1);
    await after.close();
  });

  it('that are added at the same time are all there, the first with the secret of the key too', async (t) => {
    const made = await stage(t, anvil);
    for (let time = 0; time < 4; time += 1) await made.api('POST', '/v1/signing-secret');
    const urls = await Promise.all([1, 2, 3].map(() => addUrl(t, made)));
    const { body } = await made.api('GET', '/v1/callback-urls');
    const listed = (body.callbackUrls as { url: string }[]).map((one) => one.url);
    assert.deepEqual(listed.sort(), urls.map(({ receiver }) => receiver.url).sort());
    await made.notifier().beat();
    const counts = urls.map(({ receiver }) => String(receiver.received[0]?.headers['webhook-signature']).split(' '));
    assert.deepEqual(counts.map((one) => one.length).sort(), [1, 1, 6]);
  });

  it('rotate their secrets apart, and belong to one key alone', async (t) => {
    const made = await stage(t, anvil);
    const [first, second] = [await addUrl(t, made), await addUrl(t, made)];
    const rotated = await made.api('POST', `/v1/callback-urls/${second.id}/signing-secret`, { overlapMs: 0 });
    assert.match(String(rotated.body.signingSecret), /^whsec_/);
    await made.notifier().beat();
    const signatures = ({ receiver }: MadeUrl): number =>
      String(receiver.received[0]?.headers['webhook-signature']).split(' ').length;
    // The first one is signed by the secret that came with the key, too.
    assert.deepEqual([signatures(first), signatures(second)], [2, 1]);
    const { key } = await made.notifier().createKey('other');
    for (const [method, path, body] of [
      ['GET', ''],
      ['PATCH', '', { apiKey: null }],
      ['DELETE', ''],
      ['POST', '/pause'],
      ['POST', '/test'],
      ['POST', '/signing-secret'],
    ] as const) {
      const answer = await made.api(method, `/v1/callback-urls/${second.id}${path}`, body, key);
      assert.equal(answer.status, 404, `${method} ${path}`);
    }
    assert.deepEqual((await made.api('GET', '/v1/callback-urls', undefined, key)).body, { callbackUrls: [] });
  });
});
