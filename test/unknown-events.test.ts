import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import { silentLogger } from '../lib/observe/logger.ts';
import type { Alarm } from '../lib/observe/news.ts';
import { privy } from '../lib/providers/privy.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import { signCallback } from '../lib/testing/sign-callback.ts';
import { bodiesOf, everyProvider, readPublished } from './helpers/published.ts';
import { send, serve } from './helpers/serve.ts';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

async function receiver(t: TestContext) {
  const provider = privy({ secrets: [secret], trustMined: true });
  const callbacks = depositCallbacks({
    providers: [provider],
    policy: { assets: 'any', isOurs: () => true },
    store: memoryStore(),
    logger: silentLogger,
  });
  for (const kind of ['deposit', 'deposit.reverted'] as const) callbacks.on(kind, () => {});
  const told: Alarm[] = [];
  callbacks.on('alarm', (alarm) => {
    if (alarm.code === 'EVENT_UNKNOWN') told.push(alarm);
  });
  const port = await serve(t, callbacks);
  t.after(() => callbacks.close(0));
  let sent = 0;
  const post = async (type: string): Promise<void> => {
    sent += 1;
    const body = Buffer.from(JSON.stringify({ type, wallet_id: `wallet-${sent}` }));
    const signed = signCallback(provider, { secret, body, now: Date.now(), id: `msg_${sent}`, url: provider.path });
    const { status } = await send(port, { path: provider.path, headers: signed.headers, body: signed.body });
    assert.equal(status, 200);
  };
  return { post, told };
}

test('A withdrawal, which is known, raises no alarm; a kind of event that is not known after it raises one that names it', async (t) => {
  const { post, told } = await receiver(t);
  await post('wallet.funds_withdrawn');
  assert.equal(told.length, 0);
  await post('wallet.funds_swept');
  await post('wallet.funds_bridged_in');
  await post('wallet.funds_swept');
  assert.deepEqual(
    told.map(({ provider, name }) => [provider, name]),
    [
      ['privy', 'wallet.funds_swept'],
      ['privy', 'wallet.funds_bridged_in'],
    ],
  );
  for (const { message, name } of told) assert.ok(message.includes(String(name)), message);
});

test('The name of an event in an alarm is cut, and holds nothing that cannot be seen', async (t) => {
  const { post, told } = await receiver(t);
  await post(`\u202e\u001b[2J${'x'.repeat(5_000)}`);
  assert.match(told[0]?.name ?? '', /^\\u\{202e\}\\u\{1b\}\[2Jx{70,90}\.\.\.$/);
  assert.ok((told[0]?.message.length ?? 0) < 400);
});

test('Every published body that no reader knows has a name, which its alarm can tell', async () => {
  for (const name of everyProvider) {
    for (const one of bodiesOf(name)) {
      const reading = await readPublished(name, one);
      if (reading.kind === 'unknown') assert.ok(reading.event, `${name}: ${one.file}`);
    }
  }
});
