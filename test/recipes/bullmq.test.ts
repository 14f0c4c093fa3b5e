import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Queue } from 'bullmq';
import { type DepositCallbacks, depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { EventKind } from '../../lib/deposits/deposit.ts';
import { parseDeposit } from '../../lib/deposits/serialize-deposit.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import type { DepositListener } from '../../lib/outbox/listeners.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { redisStore } from '../../lib/stores/redis.ts';
import { alice, callbackBody, secret, signed, usdt } from '../helpers/deposits.ts';
import { runRecipe } from '../helpers/recipe.ts';
import { redisServerMissing, startRedis } from '../helpers/redis-server.ts';
import { listen, send } from '../helpers/serve.ts';

type HandOn = (callbacks: Pick<DepositCallbacks, 'on'>, queue: Queue) => void;

test('the BullMQ recipe makes one job of each event, also of one that is handed over again', {
  skip: redisServerMissing() ?? false,
}, async (t) => {
  const server = await startRedis();
  t.after(() => server.remove());
  const queue = new Queue('deposits', { connection: server.client({ maxRetriesPerRequest: null }) });
  t.after(() => queue.close());
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] })],
    store: redisStore({ client: server.client() }),
    policy: { assets: [{ asset: usdt, decimals: 6 }], isOurs: ({ address }) => address === alice },
    delivery: { backoff: { firstMs: 1, maxMs: 1 } },
    logger: silentLogger,
  });
  t.after(() => callbacks.close());
  await callbacks.ready();

  const { handOn } = (await runRecipe('bullmq', [])) as { handOn: HandOn };
  let handed = 0;
  // As a crash would have it between the queue's answer and the mark in the store.
  const crashing = {
    on: (kind: EventKind, listener: DepositListener<never>) =>
      callbacks.on(kind, async (deposit, context) => {
        await listener(deposit, context);
        handed += 1;
        if (context.attempt === 1) throw new Error('Crashed after the queue has the job');
      }),
  };
  handOn(crashing as unknown as DepositCallbacks, queue);

  const port = await listen(
    t,
    createServer((req, res) => callbacks(req, res)),
  );
  const amounts = ['1', '3', '12345678901234567890'];
  for (const amount of amounts) {
    assert.equal((await send(port, { path: '/imtoken', ...signed(callbackBody({ amount })) })).status, 200);
  }
  while ((await callbacks.store.counts()).owed > 0) await callbacks.idle();

  assert.equal(handed, 2 * amounts.length);
  const jobs = await queue.getJobs();
  assert.deepEqual(jobs.map(({ data }) => `${parseDeposit(data.deposit).amount}`).sort(), [...amounts].sort());
  for (const { id, name, data } of jobs) {
    assert.equal(name, 'deposit');
    assert.equal(id, data.eventId.replaceAll(':', '_'));
  }
});
