import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { NotifierOptions } from '../../lib/notifier/index.ts';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { promised } from '../helpers/promised.ts';
import { logged } from './logged.ts';
import { startReceiver } from './receiver.ts';
import { type Stage, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const [ethereum, bsc] = ['eip155:1', 'eip155:56'];

describe('heartbeats of the notifier', () => {
  let anvil: Anvil;
  let other: Anvil;
  before(async () => {
    [anvil, other] = await Promise.all([startAnvil(), startAnvil(56)]);
  });
  after(() => Promise.all([anvil.close(), other.close()]));

  const networks = () => [
    { network: ethereum, url: anvil.url, staleMs: 600_000 },
    { network: bsc, url: other.url, staleMs: 600_000 },
  ];

  /** The clock is that of the newest block of Ethereum. */
  async function watching(t: TestContext, options: Partial<NotifierOptions> = {}): Promise<Stage> {
    const made = await stage(t, anvil, { networks: networks(), ...options });
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/watches', { network: ethereum, address: alice });
    await made.api('POST', '/v1/watches', { network: bsc, address: alice });
    const { timestamp } = await anvil.rpc<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false]);
    made.clock.set(Number(timestamp) * 1_000);
    return made;
  }

  it('name the newest block of each network, its age, and how far it has been read', async (t) => {
    const made = await watching(t);
    made.clock.advance(90_000);
    await made.notifier().beat();
    const height = String(await anvil.height());
    const [beat] = made.receiver.received.map((one) => one.data as unknown as { networks: object[] });
    assert.deepEqual(beat?.networks[0], {
      network: ethereum,
      block: height,
      head: height,
      ageMs: 90_000,
      lag: 0,
      state: 'reading',
    });
    const { body } = await made.api('GET', '/v1/networks');
    assert.deepEqual(body, beat);
  });

  it('go on when a chain stands still, with one alarm each, and say so until it goes on', async (t) => {
    const { logger, errors } = logged();
    const made = await watching(t, { logger });
    const states = () =>
      made.receiver.received
        .map((one) => (one.data as unknown as { networks: { state: string }[] }).networks)
        .map((listed) => listed.map(({ state }) => state).join());
    made.clock.advance(700_000);
    await made.notifier().catchUp();
    for (let beat = 0; beat < 3; beat += 1) await made.notifier().beat();
    assert.deepEqual(
      states(),
      Array.from({ length: 3 }, () => 'stale,stale'),
    );
    assert.equal(errors.filter((one) => one.includes('stands still')).length, 2, errors.join());
    await anvil.rpc('evm_setNextBlockTimestamp', [Math.floor(made.clock.now() / 1_000)]);
    await anvil.mine();
    made.clock.advance(10_001);
    await made.notifier().catchUp();
    await made.notifier().beat();
    assert.equal(states().at(-1), 'reading,stale');
  });

  it('tell a customer of the networks that he watches, and of no other', async (t) => {
    const gone = promised();
    const cut = {
      async request(): Promise<unknown> {
        gone.resolve();
        throw new Error('The node is away');
      },
    };
    const { errors, logger } = logged();
    const failed = promised();
    const made = await stage(t, anvil, {
      networks: [
        { network: ethereum, url: anvil.url, staleMs: 1e15 },
        { network: bsc, client: cut },
      ],
      catchUp: false,
      pollMs: 5,
      heartbeatMs: 1_000_000,
      logger: {
        ...logger,
        error(fields, message) {
          logger.error(fields, message);
          if (message === 'A network cannot be read') failed.resolve();
        },
      },
    });
    const { key } = await made.notifier().createKey('of the other network');
    const second = await startReceiver();
    t.after(() => second.close());
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('PUT', '/v1/callback-url', { url: second.url }, key);
    await made.api('POST', '/v1/watches', { network: ethereum, address: alice });
    await made.api('POST', '/v1/watches', { network: bsc, address: alice }, key);
    await made.notifier().start();
    await failed.promise;
    while ((await made.api('GET', '/v1/networks')).body.networks === undefined) await gone.promise;
    for (;;) {
      const { networks: listed } = (await made.api('GET', '/v1/networks')).body as { networks: { state: string }[] };
      if (listed[0]?.state === 'reading') break;
    }
    await made.notifier().beat();
    const named = [made.receiver, second].map(({ received }) =>
      received.map(({ data }) =>
        (data as unknown as { networks: { network: string; state: string }[] }).networks.map(
          (one) => `${one.network} ${one.state}`,
        ),
      ),
    );
    assert.deepEqual(named, [[[`${ethereum} reading`]], [[`${bsc} unreadable`]]]);
    assert.deepEqual(errors, ['A network cannot be read']);
  });
});
