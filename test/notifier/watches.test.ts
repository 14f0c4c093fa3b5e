import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openNotifierDatabase } from '../../lib/notifier/store/open-database.ts';
import { loadWatchList } from '../../lib/notifier/store/watch-list.ts';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { token, transferCall } from '../chains/contracts.ts';
import { stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
const network = 'eip155:1';
const ether = 'eip155:1/slip44:60';

describe('watches', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  it('have a label, which is listed and found, changed and taken away, and sent to nobody', async (t) => {
    const made = await stage(t, anvil);
    const { api, receiver } = made;
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    const label = 'customer 7, main';
    await api('POST', '/v1/watches', { network, address: alice, label });
    await api('POST', '/v1/watches', { network, addresses: [alice, bob] });
    await made.restart();
    const found = async (address: string): Promise<unknown> =>
      (await api('GET', `/v1/watches/${network}/${address}`)).body;
    const createdAt = made.clock.now();
    assert.deepEqual(await found(alice.toLowerCase()), { network, address: alice, label, createdAt });
    const { body } = await api('GET', '/v1/watches');
    assert.deepEqual(body.watches, [await found(alice), await found(bob)]);
    await anvil.send({ to: alice, value: 7n });
    await anvil.mine();
    await made.run();
    assert.equal(receiver.received[0]?.body.includes('customer'), false);
    await api('POST', '/v1/watches', { network, address: alice, label: null });
    assert.deepEqual(await found(alice), { network, address: alice, createdAt });
    assert.equal((await api('GET', `/v1/watches/${network}/0x${'11'.repeat(20)}`)).status, 404);
  });

  it('of some assets tell of those alone, in new blocks and in older ones', async (t) => {
    const made = await stage(t, anvil);
    const { api, receiver } = made;
    const usdt = await anvil.deploy(token);
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    const told = (): string[] => receiver.received.map((one) => one.data.amount);
    const first = await anvil.height();
    const pay = async (): Promise<void> => {
      await anvil.send({ to: usdt, data: transferCall(alice, 5n) });
      await anvil.send({ to: alice, value: 7n });
      await anvil.mine();
      await made.run();
    };
    await api('POST', '/v1/watches', { network, address: alice, assets: [`eip155:1/erc20:${usdt.toLowerCase()}`] });
    await pay();
    assert.deepEqual(told(), ['5']);
    await made.restart();
    receiver.received.length = 0;
    await api('POST', '/v1/watches', { network, address: alice, assets: [ether], fromBlock: String(first + 1) });
    await made.run();
    assert.deepEqual(told(), ['7']);
    receiver.received.length = 0;
    await api('POST', '/v1/watches', { network, address: alice, assets: null });
    await pay();
    assert.deepEqual(told().slice(-2).sort(), ['5', '7']);
  });

  it('end by the time of blocks: what was mined before is told however late it is read', async (t) => {
    const made = await stage(t, anvil);
    const { api, receiver, clock } = made;
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    const { timestamp } = await anvil.rpc<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false]);
    const mined = Number(timestamp) * 1_000;
    clock.set(mined);
    const expiresAt = mined + 60_000;
    await api('POST', '/v1/watches', { network, address: alice, expiresAt });
    await anvil.rpc('evm_setNextBlockTimestamp', [mined / 1_000 + 59]);
    await anvil.send({ to: alice, value: 59n });
    await anvil.mine();
    await anvil.rpc('evm_setNextBlockTimestamp', [mined / 1_000 + 60]);
    await anvil.send({ to: alice, value: 60n });
    await anvil.mine();
    clock.set(mined + 3_600_000);
    await made.restart();
    await made.run();
    const pending = receiver.received.filter((one) => one.type === 'deposit.pending');
    assert.deepEqual(
      pending.map((one) => one.data.amount),
      ['59'],
    );
    const again = await api('POST', '/v1/watches', { network, address: alice, expiresAt });
    assert.deepEqual([again.status, again.body.code], [422, 'EXPIRES_AT_PAST']);
    assert.equal((await api('GET', `/v1/watches/${network}/${alice}`)).body.expiresAt, expiresAt);
  });

  it('that have ended are forgotten, and what was changed in vain stays as it was', async (t) => {
    const made = await stage(t, anvil);
    await made.notifier().close();
    const database = await openNotifierDatabase(made.path);
    t.after(() => database.close());
    const watches = await loadWatchList(database, () => 0);
    const key = made.key.id;
    await watches.add(key, network, [{ address: alice }], { expiresAt: 100, assets: [ether] });
    await watches.add(key, network, [{ address: bob }]);
    const keys = (address: string, time: number, asset = ether): number =>
      watches.watchers(network, { address }, { asset, time }).size;
    const failing = watches.add(key, network, [{ address: alice }], { expiresAt: null, assets: null }, () =>
      Promise.reject(new Error('the disk is full')),
    );
    await assert.rejects(failing, /disk/);
    assert.deepEqual([keys(alice, 99), keys(alice, 100), keys(alice, 99, 'other')], [1, 0, 0]);
    await watches.prune(network, 100);
    assert.equal(await watches.count(key), 2);
    await watches.prune(network, 101);
    assert.deepEqual([await watches.count(key), watches.isWatched(network, { address: alice })], [1, false]);
    assert.equal(keys(bob, 1_000), 1);
    await watches.add(key, network, [{ address: alice }]);
    assert.equal(keys(alice, 1_000, 'other'), 1, 'nothing stays of what was forgotten');
  });
});
