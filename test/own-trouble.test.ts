import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import express from 'express';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import type { Options } from '../lib/options.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import type { Answer, Provider } from '../lib/providers/provider.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import { callbackBody, secret, signed } from './helpers/deposits.ts';
import { policy } from './helpers/receiver.ts';
import { codeOf, keepLog, send, serve } from './helpers/serve.ts';

// What a user's own parts may do wrong. Each is our own trouble: the sender gets a 503 and comes again, it reads nothing
// of what went wrong, and the process lives on.

const imtokens = imtoken({ secrets: [secret] });

function receiver<Tx>(t: TestContext, options: Partial<Options<Tx>> = {}) {
  const log = keepLog();
  const callbacks = depositCallbacks<Tx>({ providers: [imtokens], policy, logger: log, ...options });
  t.after(() => callbacks.close(0));
  return { callbacks, log };
}

const answers: Record<string, () => Answer> = {
  throws: () => {
    throw new Error('the table of answers has no such row');
  },
  'gives nothing': () => undefined as unknown as Answer,
  'gives a status that is none': () => ({ status: 0 }),
  'gives a header that cannot be sent': () => ({ status: 200, headers: { 'x-odd': 'a\nb' } }),
};

for (const [name, answer] of Object.entries(answers)) {
  for (const [storeName, makeStore] of Object.entries({
    memory: () => memoryStore(),
    SQLite: () => sqliteStore({ path: ':memory:' }),
  })) {
    test(`an answer() of a provider that ${name}, over ${storeName}, gets a 503 that tells nothing`, async (t) => {
      const provider: Provider = { ...imtokens, answer };
      const { callbacks } = receiver(t, { providers: [provider], store: makeStore() as never });
      callbacks.on('deposit', () => {});
      const app = express();
      app.use(callbacks);
      const ports = [await serve(t, callbacks), await serve(t, app)];
      for (const port of ports) {
        const body = callbackBody();
        for (const time of ['first', 'again']) {
          const answered = await send(port, { path: '/imtoken', ...signed(body, { id: 'msg_1' }) });
          assert.deepEqual([answered.status, codeOf(answered)], [503, 'UNAVAILABLE'], time);
          assert.deepEqual(Object.keys(JSON.parse(answered.text)), ['type', 'title', 'status', 'code']);
        }
      }
      await callbacks.idle();
    });
  }
}
