import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { createDeliverer } from '../../lib/outbox/deliverer.ts';
import type { DepositListener } from '../../lib/outbox/listeners.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { alice, secret, usdt } from '../helpers/deposits.ts';
import { type Engine, openLedger } from './ledger.ts';

// A receiver or a deliverer that the chaos kills at any moment.
const [role, engine = 'postgres', place = ''] = process.argv.slice(2);
const { store, credit } = await openLedger(engine as Engine, place);

if (role === 'receiver') {
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] })],
    store,
    logger: silentLogger,
    policy: { assets: [{ asset: usdt, decimals: 6 }], isOurs: ({ address }) => address === alice },
  });
  const server = createServer((req, res) => callbacks(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.({ port: (server.address() as AddressInfo).port });
} else {
  // The server may be down just now.
  while (
    !(await store.ready().then(
      () => true,
      () => false,
    ))
  );
  const deliverer = createDeliverer({
    store,
    logger: silentLogger,
    attempts: 100_000,
    leaseMs: 2_000,
    pollMs: 200,
    backoff: { firstMs: 100, maxMs: 1_000 },
  });
  deliverer.on('deposit', credit as DepositListener<unknown>);
  deliverer.wake();
  process.send?.({ port: 0 });
}
process.on('disconnect', () => process.exit());
