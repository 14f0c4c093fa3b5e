import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

/** A node at the end of a long way: each answer arrives 100 ms later, on a clock of its own that counts while nothing else happens. */
function farNode(anvil: Anvil) {
  const onTheirWay: (() => void)[] = [];
  let asked = 0;
  let passing = false;
  const node = {
    passedMs: 0,
    most: 0,
    async request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
      asked += 1;
      const answer = await anvil.rpc(method, params as unknown[]).finally(() => {
        asked -= 1;
      });
      const arrival = new Promise<void>((resolve) => onTheirWay.push(resolve));
      if (!passing) {
        passing = true;
        void letPass().finally(() => {
          passing = false;
        });
      }
      await arrival;
      return answer;
    },
  };
  async function letPass(): Promise<void> {
    while (onTheirWay.length > 0) {
      // Whatever the last answers have led to has been asked by now.
      for (let quiet = 0; quiet < 5; quiet = asked > 0 ? 0 : quiet + 1) await turn();
      node.passedMs += 100;
      node.most = Math.max(node.most, onTheirWay.length);
      for (const arrive of onTheirWay.splice(0)) arrive();
      await turn();
    }
  }
  return node;
}

describe('the notifier after a long stop', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  it('catches up ten times as fast as the fastest chain makes blocks, over a node 100 ms away, in order', async (t) => {
    const node = farNode(anvil);
    const made = await stage(t, anvil, { networks: [{ network: 'eip155:1', client: node, confirmations: 3 }] });
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice });
    const blocks = 200;
    for (let value = 1n; value <= BigInt(blocks); value += 1n) {
      await anvil.send({ to: alice, value });
      await anvil.mine();
    }
    node.passedMs = 0;
    await made.notifier().catchUp();
    // Arbitrum makes four blocks a second.
    const perSecond = (blocks * 1_000) / node.passedMs;
    assert.ok(perSecond >= 40, `${perSecond} blocks a second`);
    assert.ok(node.most <= 64, `${node.most} questions at once`);
    await made.notifier().deliver();
    const pending = made.receiver.received.filter((one) => one.type === 'deposit.pending');
    const times = pending.sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
    assert.deepEqual(
      times.map((one) => Number(one.data.amount)),
      Array.from({ length: blocks }, (_, index) => index + 1),
    );
  });
});
