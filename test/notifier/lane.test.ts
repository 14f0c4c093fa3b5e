import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { NotifierOptions } from '../../lib/notifier/index.ts';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { promised } from '../helpers/promised.ts';
import { startReceiver } from './receiver.ts';
import { type Stage, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const owed = 30;

describe('the notifier while a receiver is away', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  /** Thirty callbacks are owed to a receiver that fails all of them. */
  async function away(t: TestContext, options: Partial<NotifierOptions> = {}): Promise<Stage> {
    const made = await stage(t, anvil, { confirmations: 100, ...options });
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice });
    for (let value = 1n; value <= owed; value += 1n) await anvil.send({ to: alice, value });
    await anvil.mine();
    made.receiver.answer = () => 503;
    await made.run();
    assert.ok(made.receiver.received.length <= 12, `${made.receiver.received.length} attempts before the pause`);
    return made;
  }

  /** Amounts that arrived since, each once. */
  function arrived({ receiver }: Stage): number {
    const amounts = receiver.received.filter(({ type }) => type === 'deposit.pending').map((one) => one.data.amount);
    assert.equal(new Set(amounts).size, amounts.length, 'accepted twice');
    return amounts.length;
  }

  function isBack({ receiver }: Stage): void {
    receiver.answer = () => 200;
    receiver.received.length = 0;
  }

  it('sends everything about a second later if it was away for a second', async (t) => {
    const made = await away(t);
    isBack(made);
    made.clock.advance(1_001);
    await made.notifier().deliver();
    assert.equal(arrived(made), owed);
  });

  it('tries one callback at a time, less and less often, and sends everything within five minutes of its return', async (t) => {
    const made = await away(t);
    made.receiver.received.length = 0;
    for (let second = 0; second < 6 * 3_600; second += 60) {
      made.clock.advance(60_000);
      await made.notifier().deliver();
    }
    const tries = made.receiver.received.length;
    assert.ok(tries >= 60 && tries <= 80, `${tries} tries in six hours`);
    isBack(made);
    made.clock.advance(300_001);
    await made.notifier().deliver();
    assert.equal(arrived(made), owed);
  });

  it('does not take one callback that is never accepted for a receiver that is away', async (t) => {
    const made = await away(t);
    isBack(made);
    made.receiver.answer = ({ data }) => (data.amount === '1' ? 500 : 200);
    for (let step = 0; step < 4; step += 1) {
      made.clock.advance(10_001);
      await made.notifier().deliver();
    }
    const others = made.receiver.received.filter(({ data }) => data.amount !== '1');
    assert.equal(others.length, owed - 1);
  });

  for (const [what, act] of [
    ['its URL is enabled', (made: Stage) => made.api('POST', '/v1/callback-url/enable')],
    ['a test is asked for', (made: Stage) => made.api('POST', '/v1/callback-url/test')],
  ] as const) {
    it(`tries it at once when ${what}`, async (t) => {
      const made = await away(t);
      for (let probe = 0; probe < 12; probe += 1) {
        made.clock.advance(300_001);
        await made.notifier().deliver();
      }
      isBack(made);
      assert.ok((await act(made)).status < 300, what);
      await made.notifier().deliver();
      assert.equal(arrived(made), owed);
    });
  }

  it('tries a new URL at once', async (t) => {
    const made = await away(t);
    const other = await startReceiver();
    t.after(() => other.close());
    assert.equal((await made.api('PUT', '/v1/callback-url', { url: other.url })).status, 200);
    await made.notifier().deliver();
    assert.equal(other.received.length, owed);
  });

  it('sends a test before what is owed, so that it says whether the receiver is back', async (t) => {
    const made = await away(t);
    made.receiver.received.length = 0;
    await made.api('POST', '/v1/callback-url/test');
    await made.notifier().deliver();
    assert.deepEqual(
      made.receiver.received.map((one) => one.type),
      ['test'],
    );
  });

  it('does not keep a new callback of another customer waiting for an answer that does not come', async (t) => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const made = await stage(t, anvil, { pollMs: 5, timeoutMs: 600_000 });
    t.after(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const asked = promised();
    silent.on('connection', () => asked.resolve());
    const { key } = await made.notifier().createKey('other');
    await made.api(
      'PUT',
      '/v1/callback-url',
      { url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}/` },
      key,
    );
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/callback-url/test', undefined, key);
    await asked.promise;
    const heard = promised();
    made.receiver.answer = () => {
      heard.resolve();
      return 200;
    };
    await made.api('POST', '/v1/callback-url/test');
    await heard.promise;
    assert.equal(made.receiver.received.length, 1);
    silent.closeAllConnections();
  });
});
