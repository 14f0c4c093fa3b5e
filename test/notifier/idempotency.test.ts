import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { createIdempotency, mostAnswers } from '../../lib/notifier/store/idempotency.ts';
import { openNotifierDatabase } from '../../lib/notifier/store/open-database.ts';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { operations } from './contract.ts';
import { hangingNode } from './hanging-node.ts';
import { type Answer, adminSecret, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const network = 'eip155:1';
const dayMs = 86_400_000;

const once = (idempotencyKey: string): Record<string, string> => ({ 'idempotency-key': idempotencyKey });

describe('a request with an idempotency key', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  it('is done once in a day, and answered alike, over a restart too', async (t) => {
    const made = await stage(t, anvil);
    const make = (idempotencyKey: string): Promise<Answer> =>
      made.ask('POST', '/v1/keys', { body: { name: 'shop' }, key: adminSecret, headers: once(idempotencyKey) });
    const first = await make('7c6d');
    assert.equal(first.headers.get('idempotent-replayed'), null);
    await made.restart();
    made.clock.advance(dayMs - 1);
    // With the quotes of RFC 8941, or without.
    for (const again of [await make('7c6d'), await make('"7c6d"')]) {
      assert.deepEqual([again.status, again.body], [201, first.body]);
      assert.equal(again.headers.get('idempotent-replayed'), 'true');
    }
    const other = await make('7c6e');
    made.clock.advance(1);
    const late = await make('7c6d');
    assert.equal(new Set([first.body.id, other.body.id, late.body.id]).size, 3);
    const { body } = await made.api('GET', '/v1/keys', undefined, adminSecret);
    assert.equal((body.keys as object[]).length, 4);
    for (const path of [made.path, `${made.path}-wal`]) {
      const file = readFileSync(path);
      for (const secret of [first.body.key, first.body.signingSecret]) {
        assert.equal(file.includes(String(secret)), false, `${secret} stands in ${path}`);
      }
    }
  });

  it('is refused with another body or at another path, and may be asked again if it failed', async (t) => {
    const made = await stage(t, anvil);
    const watch = async (body: object): Promise<unknown> => {
      const answer = await made.ask('POST', '/v1/watches', { body, headers: once('a') });
      return answer.status === 201 ? answer.body : answer.body.code;
    };
    assert.equal(await watch({ network, address: `${alice}0` }), 'ADDRESS_INVALID');
    const done = { network, address: alice };
    assert.deepEqual(await watch(done), done);
    assert.equal(await watch({ network, address: alice, label: 'x' }), 'IDEMPOTENCY_KEY_REUSED');
    const elsewhere = await made.ask('POST', '/v1/callback-url/test', { headers: once('a') });
    assert.equal(elsewhere.body.code, 'IDEMPOTENCY_KEY_REUSED');
    assert.deepEqual(await watch(done), done);
    // Another customer's is another one, and what is not a POST has none.
    const { key } = await made.notifier().createKey('other');
    const others = await made.ask('POST', '/v1/callback-url/test', { headers: once('a'), key });
    assert.equal(others.status, 202);
    const put = await made.ask('PUT', '/v1/callback-url', { body: { url: made.receiver.url }, headers: once('a') });
    assert.equal(put.status, 200);
  });

  it('is refused while the same is being done', async (t) => {
    const node = hangingNode(anvil.url);
    const made = await stage(t, anvil, { networks: [{ network, client: node.client, confirmations: 3 }] });
    const ask = (): Promise<Answer> =>
      made.ask('POST', '/v1/watches', { body: { network, address: alice, fromBlock: '0' }, headers: once('b') });
    const asked = node.hang();
    const first = ask();
    await asked;
    assert.deepEqual((await ask()).body.code, 'IDEMPOTENCY_KEY_IN_USE');
    node.goOn();
    const { status, body } = await first;
    assert.equal(status, 201);
    assert.deepEqual((await ask()).body, body);
    const { body: listed } = await made.api('GET', '/v1/backfills');
    assert.equal((listed.backfills as object[]).length, 1, 'the blocks are read once');
  });

  it('is known to each POST of the document', () => {
    const posts = operations.filter((one) => one.method === 'post');
    assert.deepEqual(
      posts.filter((one) => !one.statuses.includes('422')),
      [],
    );
  });

  it('is bounded for each customer, and forgotten after a day', async (t) => {
    const made = await stage(t, anvil);
    await made.notifier().close();
    const database = await openNotifierDatabase(made.path);
    t.after(() => database.close());
    let now = 5;
    const idempotency = createIdempotency(database, () => now);
    await database.write(async (sql) => {
      const insert = sql("INSERT INTO answers VALUES (?, 'key_a', '', 200, '', 5)");
      for (let index = 0; index < mostAnswers; index += 1) await insert.run(`${index}`);
    });
    const state = async (owner: string): Promise<string> => {
      const begun = await idempotency.begin({ owner, credential: owner, idempotencyKey: 'x', asked: '' });
      if (begun.state === 'new') begun.giveUp();
      return begun.state;
    };
    assert.deepEqual([await state('key_a'), await state('key_b')], ['full', 'new']);
    now += dayMs;
    assert.equal(await state('key_a'), 'new');
    for (let round = 0; round < 10; round += 1) await idempotency.prune();
    const left = await database.read((sql) => sql('SELECT count(*) AS n FROM answers').get());
    assert.deepEqual({ ...(left as object) }, { n: 0 });
  });
});
