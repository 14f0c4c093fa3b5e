import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import { circle } from '../lib/providers/circle.ts';
import type { Provider } from '../lib/providers/kit/provider.ts';
import { quicknode } from '../lib/providers/quicknode.ts';
import { tenderly } from '../lib/providers/tenderly.ts';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import { fixedClock } from '../lib/testing/fixed-clock.ts';
import { openPolicy } from './deposits/attacks.ts';
import { keepLog, type Sent, send, serve } from './helpers/serve.ts';

// Some providers test a URL without signing. Anybody can do so as well, as often as he likes.

const secret = 'a secret of thirty-two characters';
const publicKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64');
const pings: Readonly<Record<string, { provider: () => Provider; ping: Sent }>> = {
  quicknode: {
    provider: () => quicknode({ secrets: [secret] }),
    ping: { path: '/quicknode', body: '{"message":"PING"}', headers: { 'content-type': 'application/json' } },
  },
  circle: {
    provider: () => circle({ secrets: [publicKey] }),
    ping: { method: 'HEAD', path: '/circle' },
  },
  tenderly: { provider: () => tenderly({ secrets: [secret] }), ping: { method: 'GET', path: '/tenderly' } },
};

for (const [name, { provider, ping }] of Object.entries(pings)) {
  test(`${name}: 10,000 unsigned pings are answered, and leave less than 1 MiB and nothing that is to be read`, async (t) => {
    const { callbacks, port, bytes } = await open(t, provider());
    const before = await bytes();
    const agent = new Agent({ keepAlive: true, maxSockets: 50 });
    t.after(() => agent.destroy());
    const statuses = await Promise.all(Array.from({ length: 10_000 }, () => send(port, { ...ping, agent })));
    assert.deepEqual([...new Set(statuses.map(({ status }) => status))], [200]);
    await callbacks.idle();
    const kept = await callbacks.store.callbacks({ limit: 20_000 });
    assert.ok(kept.length > 0 && kept.length <= 50, `${kept.length} lines`);
    assert.ok(kept.every(({ body, code }) => body === undefined && code === 'PING'));
    assert.equal((await callbacks.store.counts()).unread, 0);
    assert.deepEqual(await callbacks.reprocess(), { read: 0, recorded: 0, passedOver: 0 });
    const grown = (await bytes()) - before;
    assert.ok(grown < 2 ** 20, `${grown} bytes`);
  });
}

async function open(t: TestContext, provider: Provider) {
  const folder = await mkdtemp(join(tmpdir(), 'deposit-callback-pings-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const callbacks = depositCallbacks({
    providers: [{ ...provider, trustMined: true }],
    store: sqliteStore({ path: join(folder, 'deposits.db') }),
    policy: openPolicy,
    logger: keepLog(),
    // As if all came at once: with time, more may be kept.
    now: fixedClock().now,
  });
  t.after(() => callbacks.close(0));
  callbacks.on('deposit', () => {});
  await callbacks.ready();
  return {
    callbacks,
    port: await serve(t, callbacks, '127.0.0.1'),
    async bytes() {
      const files = await readdir(folder);
      const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
  };
}
