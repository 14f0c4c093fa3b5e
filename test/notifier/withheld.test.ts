import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { logged } from './logged.ts';
import { stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const network = 'eip155:1';

describe('what is owed to a key that takes nothing', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  async function pay(value: number): Promise<void> {
    await anvil.send({ to: alice, value: BigInt(value) });
    await anvil.mine();
  }

  const isThere = (amounts: readonly string[], most: number): void =>
    assert.deepEqual(
      [...new Set(amounts)].map(Number).sort((a, b) => a - b),
      Array.from({ length: most }, (_, index) => index + 1),
    );

  it('is bounded, said once, and told from the chain once it takes callbacks, nothing missed', async (t) => {
    const { logger, errors } = logged();
    const made = await stage(t, anvil, { maxOwed: 10, backfillBlocksPerMinute: 1_000_000, logger });
    const { api, receiver } = made;
    await api('POST', '/v1/watches', { network, address: alice });
    for (let value = 1; value <= 40; value += 1) await pay(value);
    await made.run();
    const { body: page } = await api('GET', '/v1/callbacks?limit=1000');
    const owed = (page.callbacks as object[]).length;
    assert.ok(owed <= 20, `${owed} are owed`);
    assert.deepEqual(errors, [
      'A callback URL does not take what is owed to it: deposits from this block on are told once it does',
    ]);
    const set = await api('PUT', '/v1/callback-url', { url: receiver.url });
    const [held] = set.body.withheld as { network: string; fromBlock: string }[];
    assert.equal(held?.network, network);
    for (let round = 0; round < 3; round += 1) await made.run();
    const confirmed = receiver.received.filter((one) => one.type === 'deposit.confirmed');
    isThere(
      confirmed.map((one) => one.data.amount),
      38,
    );
    await pay(41);
    await anvil.mine(3);
    await made.run();
    const pending = receiver.received.filter((one) => one.type !== 'deposit.reverted');
    isThere(
      pending.map((one) => one.data.amount),
      41,
    );
    assert.deepEqual((await api('GET', '/v1/callback-url')).body.withheld, []);
  });

  it('is told of the new chain if a reorg goes behind where it was withheld from', async (t) => {
    const made = await stage(t, anvil, { maxOwed: 2, backfillBlocksPerMinute: 1_000_000 });
    const { api, receiver } = made;
    await api('POST', '/v1/watches', { network, address: alice });
    const snapshot = await anvil.rpc('evm_snapshot');
    for (const value of [101, 102, 103, 104]) await pay(value);
    await made.run();
    await anvil.rpc('evm_revert', [snapshot]);
    for (const value of [201, 202, 203, 204, 205]) await pay(value);
    await anvil.mine(3);
    await made.run();
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    for (let round = 0; round < 3; round += 1) await made.run();
    const standing = new Map<string, string>();
    for (const { type, data } of [...receiver.received].sort(
      (a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp),
    )) {
      standing.set(data.amount, type);
    }
    assert.deepEqual(Object.fromEntries([...standing].filter(([, type]) => type !== 'deposit.reverted')), {
      ...{ 201: 'deposit.confirmed', 202: 'deposit.confirmed', 203: 'deposit.confirmed' },
      ...{ 204: 'deposit.confirmed', 205: 'deposit.confirmed' },
    });
  });
});
