import type { Store } from '../../lib/stores/store.ts';
import { depositChange } from '../../lib/testing/store-cases/samples.ts';
import { openCrashStore } from './open-store.ts';

// A process that claims all that is due, or commits so many events leased to itself, says how many, and holds them until it is killed.
const [engine = '', where = '', made = '0'] = process.argv.slice(2);
const store: Store<unknown> = openCrashStore(engine, where);
await store.ready();
// PostgreSQL tells that it listens, and from then on the process can be seen to be alive.
if (engine === 'postgres') await new Promise<void>((resolve) => store.onEvents?.(resolve));
const lease = { limit: 10_000, leaseMs: 3_600_000, except: [] };
const changes = Array.from({ length: Number(made) }, (_, index) => depositChange(`made-${index}`));
const { claims = [] } = changes.length > 0 ? await store.commit({ callbacks: [], changes, lease }) : {};
const claimed = changes.length > 0 ? [] : await store.claim(lease);
process.send?.({ held: claims.length + claimed.length });
setInterval(() => {}, 60_000);
