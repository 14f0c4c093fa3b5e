import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { WatchedNetwork } from '../../lib/notifier/index.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import { type Exchange, openExchange } from '../chains/exchange.ts';
import { type Stage, stage } from './stage.ts';

/** A notifier that watches accounts of ours, and a receiver that credits by its word alone: without a chain check. */
export interface Watching {
  made: Stage;
  exchange: Exchange;
  /** Lets what the chain holds go all the way into balances. */
  settle(): Promise<void>;
}

export async function watching(
  t: TestContext,
  network: WatchedNetwork & { url: string },
  ours: readonly string[],
  assets: Policy['assets'],
): Promise<Watching> {
  const made = await stage(t, { url: network.url }, { networks: [network], catchUp: false });
  // A receiver believes no callback of another day.
  made.clock.set(Date.now());
  const exchange = await openExchange(
    t,
    { url: network.url },
    { ours, secret: made.key.signingSecret, chains: [], policy: { assets, confirmations: {} } },
  );
  assert.equal((await made.api('PUT', '/v1/callback-url', { url: exchange.url })).status, 200);
  for (const address of ours) {
    const added = await made.api('POST', '/v1/watches', { network: network.network, address });
    assert.equal(added.status, 201, JSON.stringify(added.body));
  }
  return {
    made,
    exchange,
    async settle() {
      await made.run();
      await exchange.settle();
    },
  };
}
