import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createCallbackSearch } from '../../lib/notifier/store/callback-search.ts';
import { openNotifierDatabase } from '../../lib/notifier/store/open-database.ts';
import { createOutbox } from '../../lib/notifier/store/outbox.ts';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { token, transferCall } from '../chains/contracts.ts';
import { type Stage, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
const network = 'eip155:1';
const ether = 'eip155:1/slip44:60';

interface Listed {
  id: string;
  type: string;
  address?: string;
  httpStatus: number | null;
}

describe('what was sent', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  async function search(made: Stage, query: string): Promise<Listed[]> {
    const { status, body } = await made.api('GET', `/v1/callbacks?${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body.callbacks as Listed[];
  }

  it('is shown with its body, and each attempt with its time, its answer and its error', async (t) => {
    const made = await stage(t, anvil);
    const { api, clock, receiver } = made;
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    await api('POST', '/v1/watches', { network, address: alice });
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine();
    receiver.answer = () => {
      // As a slow receiver, by the notifier's clock.
      clock.advance(250);
      return 500;
    };
    const first = clock.now();
    await made.run();
    await api('PUT', '/v1/callback-url', { url: 'http://127.0.0.1:1/' });
    const second = clock.now();
    await made.notifier().deliver();
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    receiver.answer = () => 204;
    await made.notifier().deliver();
    const [listed, ...more] = await search(made, '');
    assert.deepEqual(more, []);
    const { body: whole } = await api('GET', `/v1/callbacks/${listed?.id}`);
    const { body, history, ...rest } = whole;
    assert.deepEqual(rest, listed);
    assert.equal(body, receiver.received.at(-1)?.body);
    const [answered, silent, accepted] = history as Record<string, unknown>[];
    assert.deepEqual(answered, {
      ...{ at: first, httpStatus: 500, durationMs: 250, error: 'The receiver answered 500' },
    });
    assert.deepEqual([silent?.at, silent?.httpStatus, typeof silent?.error], [second, null, 'string']);
    assert.deepEqual([accepted?.httpStatus, accepted?.error], [204, null]);
    assert.deepEqual(
      { ...listed },
      {
        ...{
          id: receiver.received[0]?.headers['webhook-id'],
          callbackUrl: (await api('GET', '/v1/callback-url')).body.id,
        },
        ...{ type: 'deposit.pending', network, asset: ether, address: alice, transaction: hash, state: 'sent' },
        ...{ createdAt: first, attempts: 1, dueAt: rest.dueAt, sentAt: second, httpStatus: 204, error: null },
      },
    );
  });

  it('is found by address, transaction, asset, type, state, status, time and URL', async (t) => {
    const made = await stage(t, anvil);
    const { api, clock, receiver } = made;
    const usdt = await anvil.deploy(token);
    const asset = `eip155:1/erc20:${usdt}`;
    const set = await api('PUT', '/v1/callback-url', { url: receiver.url });
    await api('POST', '/v1/watches', { network, addresses: [alice, bob] });
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.send({ to: usdt, data: transferCall(bob, 5n) });
    await anvil.mine();
    const start = clock.now();
    receiver.answer = ({ data }) => (data.to === bob ? 503 : 200);
    await made.run();
    clock.advance(1_000);
    await anvil.mine(3);
    await made.run();
    const about = async (query: string): Promise<string[]> =>
      (await search(made, query))
        .map((one) => `${one.type.slice(8)} ${one.address === alice ? 'alice' : 'bob'}`)
        .sort();
    const both = ['confirmed alice', 'pending alice'];
    assert.deepEqual(await about(`address=${alice}`), both);
    assert.deepEqual(await about(`address=${alice.toLowerCase()}&network=${network}`), both);
    assert.deepEqual(await about(`transaction=${hash}`), both);
    assert.deepEqual(await about(`transaction=${hash.toUpperCase().replace('0X', '0x')}&type=deposit.pending`), [
      'pending alice',
    ]);
    assert.deepEqual(await about(`asset=${encodeURIComponent(asset.toLowerCase())}`), ['confirmed bob', 'pending bob']);
    assert.deepEqual(await about(`asset=${encodeURIComponent(asset)}&address=${alice}`), []);
    assert.deepEqual(await about('state=sent'), both);
    assert.deepEqual(await about('httpStatus=503'), ['confirmed bob', 'pending bob']);
    assert.deepEqual(await about(`until=${start + 1_000}`), ['pending alice', 'pending bob']);
    assert.deepEqual(await about(`since=${start + 1_000}`), ['confirmed alice', 'confirmed bob']);
    assert.deepEqual((await about(`callbackUrl=${set.body.id}`)).length, 4);
    assert.deepEqual(await about('callbackUrl=url_none'), []);
    assert.deepEqual(await about(`address=0x${'11'.repeat(20)}`), []);
    const { key } = await made.notifier().createKey('other');
    assert.deepEqual((await api('GET', `/v1/callbacks?address=${alice}`, undefined, key)).body, { callbacks: [] });
    const [first] = await search(made, 'limit=1');
    assert.equal((await api('GET', `/v1/callbacks/${first?.id}`, undefined, key)).status, 404);
  });

  it('is sent again as far as it fits a filter, under the same ids', async (t) => {
    const made = await stage(t, anvil);
    const { api, receiver } = made;
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    await api('POST', '/v1/watches', { network, addresses: [alice, bob] });
    for (const to of [alice, bob, alice]) await anvil.send({ to, value: 7n });
    await anvil.mine();
    await made.run();
    const ids = receiver.received.filter(({ data }) => data.to === alice).map((one) => one.headers['webhook-id']);
    receiver.received.length = 0;
    const again = await api('POST', '/v1/callbacks/resend', { address: alice, state: 'sent' });
    assert.deepEqual([again.status, again.body], [202, { queued: 2 }]);
    await made.run();
    assert.deepEqual(receiver.received.map((one) => one.headers['webhook-id']).sort(), ids.sort());
    const { key } = await made.notifier().createKey('other');
    assert.deepEqual((await api('POST', '/v1/callbacks/resend', { state: 'sent' }, key)).body, { queued: 0 });
    await made.run();
    assert.equal(receiver.received.length, 2);
  });

  it('is looked at 10,000 at a time, sent again 1,000 at a time, and keeps 20 attempts', async (t) => {
    const made = await stage(t, anvil);
    await made.notifier().close();
    const database = await openNotifierDatabase(made.path);
    t.after(() => database.close());
    const outbox = createOutbox(database, () => 5, 9);
    const { page, find } = createCallbackSearch(database);
    const about = { network, asset: ether, transaction: '0x01', isDecorated: true };
    const owed = Array.from({ length: 20_001 }, (_, index) => ({
      ...{ keyId: 'k', endpointId: 'u', body: '{}', about: { ...about, address: index === 0 ? alice : bob } },
      type: index === 0 ? ('deposit.failed' as const) : ('deposit.pending' as const),
    }));
    await database.write((sql) => outbox.put(sql, owed));
    const pages: number[] = [];
    let next: string | undefined;
    do {
      const one = await page('k', { type: 'deposit.failed' }, { limit: 10, ...(next ? { before: next } : {}) });
      pages.push(one.found.length);
      next = one.next;
    } while (next !== undefined);
    assert.deepEqual(pages, [0, 0, 1]);
    const [only] = (await page('k', { address: [alice] }, { limit: 10 })).found;
    const id = only?.id ?? '';
    for (let at = 1; at <= 25; at += 1) {
      const error = 'The receiver answered 500';
      const attempt = {
        id,
        endpointId: 'u',
        at,
        durationMs: 1,
        httpStatus: 500,
        result: 'failed',
        error,
        dueAt: at,
      } as const;
      await outbox.record([attempt]);
    }
    const whole = await find('k', id);
    assert.deepEqual(
      whole?.history.map((one) => one.at),
      Array.from({ length: 20 }, (_, index) => index + 6),
    );
    assert.equal(whole?.attempts, 25);
  });
});
