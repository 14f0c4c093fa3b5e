import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import type { Deliverer } from '../../lib/outbox/deliverer.ts';
import { alice, callbackBody, ether, secret, signed } from '../helpers/deposits.ts';
import { runRecipe } from '../helpers/recipe.ts';
import { codeOf, send, serve } from '../helpers/serve.ts';

test('the chain that is put together by hand receives, refuses and credits', async (t) => {
  process.env.CALLBACK_SECRET = secret;
  const { app, deliverer: given } = await runRecipe('by-hand', ['app', 'deliverer']);
  const deliverer = given as Deliverer<undefined>;
  t.after(() => deliverer.close(0));
  const credited: string[] = [];
  deliverer.on('deposit', ({ amount, to }) => {
    credited.push(`${amount} ${to}`);
  });
  const port = await serve(t, app as RequestListener);
  const path = '/callbacks/imtoken';
  const body = callbackBody({ asset: ether, amount: '5', position: 'native' });
  assert.equal((await send(port, { path, ...signed(body) })).status, 200);
  assert.equal((await send(port, { path, ...signed(body) })).status, 200);
  const refused = await send(port, { path, ...signed(body, { now: 0 }) });
  assert.equal(refused.status, 401);
  assert.equal(codeOf(refused), 'TIMESTAMP_TOO_OLD');
  assert.deepEqual(credited, [`5 ${alice}`]);
});
