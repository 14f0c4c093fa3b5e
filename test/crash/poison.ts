import { createDeliverer } from '../../lib/outbox/deliverer.ts';
import { openCrashStore } from './open-store.ts';

// Hands out events; the listener of one deposit ends the process, whatever else is held. Tells which ones were handled.
const [engine = '', where = '', poison = ''] = process.argv.slice(2);
const store = openCrashStore(engine, where);
await store.ready();
const deliverer = createDeliverer({ store, attempts: 4, concurrency: 4, leaseMs: 3_600_000 });
deliverer.on('deposit', async (deposit) => {
  if (deposit.id === poison) process.kill(process.pid, 'SIGKILL');
  // The others are under way while it dies.
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.send?.({ handed: deposit.id });
});
do await deliverer.idle();
while ((await store.counts()).owed > 0);
await deliverer.close();
await store.close();
process.exit(0);
