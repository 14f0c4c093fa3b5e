import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { alice, secret, usdt } from '../helpers/deposits.ts';

// A receiver that a test kills at any moment: it credits a balance beside the store's tables, and tells its port.
const store = sqliteStore({ path: process.argv[2] ?? '' });
const callbacks = depositCallbacks({
  providers: [imtoken({ secrets: [secret] })],
  store,
  policy: { assets: [{ asset: usdt, decimals: 6 }], isOurs: ({ address }) => address === alice },
  delivery: { leaseMs: 500 },
});
await callbacks.ready();
store.database.exec(`
  CREATE TABLE IF NOT EXISTS credit (event_id TEXT PRIMARY KEY, amount TEXT NOT NULL, deposit TEXT NOT NULL);
`);
callbacks.on('deposit', (deposit, { atomically, eventId }) =>
  atomically((db) => {
    db.prepare('INSERT INTO credit VALUES (?, ?, ?)').run(eventId, String(deposit.amount), deposit.id);
  }),
);

const server = createServer((req, res) => callbacks(req, res));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.({ port: (server.address() as AddressInfo).port });
process.on('message', async () => {
  do await callbacks.idle();
  while ((await store.counts()).owed > 0);
  await callbacks.close();
  process.send?.({ closed: true });
  process.disconnect();
  server.closeAllConnections();
  server.close();
});
