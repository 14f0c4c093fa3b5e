import type { Store } from '../../lib/stores/store.ts';
import { openCrashStore } from './open-store.ts';

// A process that claims all that is due, says how many, and holds it until it is killed.
const [engine = '', where = ''] = process.argv.slice(2);
const store: Store<unknown> = openCrashStore(engine, where);
await store.ready();
// PostgreSQL tells that it listens, and from then on the process can be seen to be alive.
if (engine === 'postgres') await new Promise<void>((resolve) => store.onEvents?.(resolve));
const claims = await store.claim({ limit: 10_000, leaseMs: 3_600_000, except: [] });
process.send?.({ held: claims.length });
setInterval(() => {}, 60_000);
