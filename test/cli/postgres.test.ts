import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { postgresStore } from '../../lib/stores/postgres.ts';
import { callbackBody, secret, signed } from '../helpers/deposits.ts';
import { type PostgresServer, startPostgres } from '../helpers/postgres-server.ts';
import { keepLog, send, serve } from '../helpers/serve.ts';
import { policy, run } from './cli.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.remove());

test('the command line looks into a store in PostgreSQL by its URL', async (t) => {
  const store = postgresStore({ url: server.url });
  const callbacks = depositCallbacks({ providers: [imtoken({ secrets: [secret] })], store, policy, logger: keepLog() });
  await callbacks.ready();
  t.after(() => callbacks.close());
  const port = await serve(t, callbacks);
  await send(port, { path: '/imtoken', ...signed(callbackBody()) });

  const listed = await run(['deposits', '--json'], { env: { DEPOSIT_CALLBACK_STORE: server.url } });
  assert.equal(listed.code, 0, listed.stderr);
  assert.equal(JSON.parse(listed.stdout)[0].amount, '1500000');
  const logged = await run(['log', '--store', server.url, '--outcome', 'recorded']);
  assert.match(logged.stdout, / imtoken +127\.0\.0\.1 +recorded /);
});
