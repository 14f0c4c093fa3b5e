import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imtoken } from '../lib/providers/imtoken.ts';
import type { SecretEntry } from '../lib/providers/kit/provider.ts';
import { callbackBody, signed } from './helpers/deposits.ts';
import { receiver } from './helpers/receiver.ts';
import { codeOf, keepLog, send, serve } from './helpers/serve.ts';

const key = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const [spring, summer, autumn] = [key(1), key(2), key(3)];
const start = Date.UTC(2026, 0, 1);
const hour = 3_600_000;

test('two secrets overlap for an hour: each is taken in its time only, and each record says which it was', async (t) => {
  const secrets: SecretEntry[] = [
    { key: spring, id: 'spring', notAfter: start + 2 * hour },
    { key: summer, id: 'summer', notBefore: start + hour },
  ];
  const { send, clock, outcomes } = await receiver(t, { providers: [imtoken({ secrets })] });
  const come = async (secret: string) => (await send({}, { secret })).status;
  assert.deepEqual([await come(spring), await come(summer)], [200, 401]);
  clock.set(start + hour);
  assert.deepEqual([await come(spring), await come(summer)], [200, 200]);
  clock.set(start + 2 * hour);
  assert.deepEqual([await come(spring), await come(summer)], [401, 200]);
  assert.deepEqual(
    outcomes.map(({ keyId, code }) => keyId ?? code),
    ['spring', 'SIGNATURE_INVALID', 'spring', 'summer', 'SIGNATURE_INVALID', 'summer'],
  );
});

test('the record that is stored names the key too, by the start of its hash where it has no id', async (t) => {
  const { send, callbacks } = await receiver(t, { providers: [imtoken({ secrets: [spring] })] });
  await send({}, { secret: spring });
  const [stored] = await callbacks.store.callbacks({ limit: 1 });
  assert.match(stored?.keyId ?? '', /^[0-9a-f]{8}$/);
  assert.ok(!JSON.stringify(stored).includes(spring.slice(6)));
});

test('when no key is in force it is our own trouble, and the sender is asked to come again', async (t) => {
  const secrets = [{ key: spring, notAfter: start + hour }];
  const { send, clock } = await receiver(t, { providers: [imtoken({ secrets })] });
  clock.set(start + hour);
  const answered = await send({}, { secret: spring });
  assert.deepEqual([answered.status, codeOf(answered)], [503, 'KEYS_UNAVAILABLE']);
});

test('API keys rotate in the same way, and the log says which one matched', async (t) => {
  const logger = keepLog();
  const apiKeys = [
    { key: 'the-first-api-key', id: 'first', notAfter: start + 2 * hour },
    { key: 'the-second-api-key', id: 'second', notBefore: start + hour },
  ];
  const { callbacks, clock } = await receiver(t, { providers: [imtoken({ secrets: [spring], apiKeys })], logger });
  const port = await serve(t, callbacks);
  const come = async (apiKey: string) => {
    const { headers, body } = signed(callbackBody(), { secret: spring, now: clock.now() });
    return (await send(port, { path: '/imtoken', headers: { ...headers, 'x-api-key': apiKey }, body })).status;
  };
  assert.deepEqual([await come('the-first-api-key'), await come('the-second-api-key')], [200, 401]);
  clock.set(start + hour);
  assert.deepEqual([await come('the-first-api-key'), await come('the-second-api-key')], [200, 200]);
  clock.set(start + 2 * hour);
  assert.deepEqual([await come('the-first-api-key'), await come('the-second-api-key')], [401, 200]);
  const matched = logger.lines.flatMap(({ fields }) => (fields.apiKeyId === undefined ? [] : [fields.apiKeyId]));
  assert.deepEqual(matched, ['first', 'first', 'second', 'second']);
  assert.ok(!JSON.stringify(logger.lines).includes('api-key-'));
});

test('a secret in a vault is replaced without a restart', async (t) => {
  let vault = [spring];
  let asked = 0;
  const secrets = async () => {
    asked += 1;
    return vault;
  };
  const { send, clock } = await receiver(t, { providers: [imtoken({ secrets })] });
  const come = async (secret: string) => (await send({}, { secret })).status;
  assert.deepEqual([await come(spring), await come(summer), asked], [200, 401, 1]);
  vault = [summer, spring];
  clock.advance(60_000);
  assert.deepEqual([await come(summer), await come(spring), asked], [200, 200, 2]);
  vault = [summer];
  clock.advance(60_000);
  assert.deepEqual([await come(summer), await come(spring), asked], [200, 401, 3]);
});

test('a vault that fails leaves the last good keys in use for ten minutes, then it is a 503', async (t) => {
  let down = false;
  const secrets = async () => {
    if (down) throw new Error(`The vault is down; the token was ${autumn}`);
    return [spring];
  };
  const { send, clock } = await receiver(t, { providers: [imtoken({ secrets })] });
  const come = async () => (await send({}, { secret: spring })).status;
  assert.equal(await come(), 200);
  down = true;
  clock.advance(120_000);
  assert.equal(await come(), 200);
  clock.advance(600_000);
  const answered = await send({}, { secret: spring });
  assert.deepEqual([answered.status, codeOf(answered)], [503, 'KEYS_UNAVAILABLE']);
  assert.ok(!answered.text.includes(autumn));
  down = false;
  assert.equal(await come(), 200);
});

test('a vault that answers nonsense does not take the good keys away', async (t) => {
  let vault: unknown = [spring];
  const { send, clock } = await receiver(t, { providers: [imtoken({ secrets: () => vault as string[] })] });
  const come = async () => (await send({}, { secret: spring })).status;
  assert.equal(await come(), 200);
  for (const nonsense of [[], undefined, [''], [undefined], 'spring', [{ key: 5 }]]) {
    vault = nonsense;
    clock.advance(61_000);
    assert.equal(await come(), 200, JSON.stringify(nonsense));
  }
});

test('while the vault is slow, callbacks that come together ask it once', async (t) => {
  let asked = 0;
  let answer: (keys: string[]) => void = () => {};
  const secrets = () => {
    asked += 1;
    return new Promise<string[]>((resolve) => {
      answer = resolve;
    });
  };
  const { callbacks, clock } = await receiver(t, { providers: [imtoken({ secrets })] });
  const port = await serve(t, callbacks);
  const all = Array.from({ length: 20 }, () =>
    send(port, { path: '/imtoken', ...signed(callbackBody(), { secret: spring, now: clock.now() }) }),
  );
  while (asked === 0) await new Promise(setImmediate);
  answer([spring]);
  assert.deepEqual([...new Set((await Promise.all(all)).map(({ status }) => status))], [200]);
  assert.equal(asked, 1);
});
