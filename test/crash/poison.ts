import type { DepositRecord } from '../../lib/deposits/deposit.ts';
import { createDeliverer } from '../../lib/outbox/deliverer.ts';
import { openCrashStore } from './open-store.ts';

// Hands out events, one by one or in batches; the listener of one deposit ends the process, whatever else is held. Tells which ones
// were handled.
const [engine = '', where = '', poison = '', batch = ''] = process.argv.slice(2);
const store = openCrashStore(engine, where);
await store.ready();
const deliverer = createDeliverer({ store, attempts: 4, concurrency: 4, leaseMs: 3_600_000 });
async function handle(deposits: readonly DepositRecord[]): Promise<void> {
  if (deposits.some(({ id }) => id === poison)) process.kill(process.pid, 'SIGKILL');
  // The others are under way while it dies.
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { id } of deposits) process.send?.({ handed: id });
}
if (batch === '') deliverer.on('deposit', (deposit) => handle([deposit]));
else deliverer.on('deposit', (all) => handle(all.map(({ deposit }) => deposit)), { batch: Number(batch) });
do await deliverer.idle();
while ((await store.counts()).owed > 0);
await deliverer.close();
await store.close();
process.exit(0);
