import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { channels } from '../../lib/observe/channels.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import type { Alarm, Delivered } from '../../lib/observe/news.ts';
import type { CallbackRecord } from '../../lib/stores/store.ts';
import { receiver } from '../helpers/receiver.ts';

function heard<T>(t: TestContext, name: string): T[] {
  const messages: T[] = [];
  const take = (message: unknown): void => void messages.push(message as T);
  subscribe(name, take);
  t.after(() => unsubscribe(name, take));
  return messages;
}

test('outcomes, deliveries and alarms are published to whoever subscribes in the process', async (t) => {
  const outcomes = heard<CallbackRecord>(t, 'deposit-callback:outcome');
  const deliveries = heard<Delivered>(t, 'deposit-callback:event');
  const alarms = heard<Alarm>(t, 'deposit-callback:alarm');
  const { send, sendBody, callbacks } = await receiver(t, { logger: silentLogger, delivery: { attempts: 1 } });

  await send();
  await sendBody('{"type":');
  callbacks.on('deposit', () => {
    throw new Error('the ledger is down');
  });
  await send();

  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    // Nothing is durable here, so the last one is refused until its listener takes it.
    ['recorded', 'quarantined', 'rejected'],
  );
  assert.equal(outcomes[1]?.body, undefined, 'no body is told');
  assert.deepEqual(
    deliveries.map(({ kind, attempt, result, error }) => ({ kind, attempt, result, error })),
    [
      { kind: 'deposit', attempt: 1, result: 'handled', error: undefined },
      { kind: 'deposit', attempt: 1, result: 'dead', error: 'the ledger is down' },
    ],
  );
  assert.equal(deliveries[0]?.deposit.amount, 1_500_000n);
  assert.deepEqual(
    alarms.map(({ code }) => code),
    ['BODY_UNREADABLE'],
  );
});

test('each channel is in docs/metrics.md, and no other', () => {
  const docs = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const documented = [...docs.matchAll(/^\| `(deposit-callback:\w+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(
    documented,
    Object.values(channels).map(({ name }) => name),
  );
});
