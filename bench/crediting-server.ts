import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CrediterName } from './crediters.ts';
import { byHandOverPostgres, byHandOverSqlite, type Crediting } from './crediting-by-hand.ts';
import { oursOverMemory, oursOverPostgres, oursOverRedis, oursOverSqlite } from './crediting-ours.ts';

// `crediting-server.ts <crediter> <place>`: receives and credits at once, and tells how it stands when it is asked.

export type Question = { ask: 'credited' | 'oldest owed' | 'idle' };

const [, , target = '', place = ''] = process.argv;
const crediting = await open(target as CrediterName);
const server = createServer(crediting.listener);
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('message', async ({ ask }: Question) => {
  if (ask === 'credited') process.send?.({ credited: await crediting.credited() });
  else if (ask === 'oldest owed') process.send?.({ oldestOwedAt: await crediting.oldestOwedAt?.() });
  else {
    await crediting.idle?.();
    process.send?.({});
  }
});
process.on('disconnect', () => process.exit(0));

async function open(name: CrediterName): Promise<Crediting> {
  switch (name) {
    case 'SQLite by hand':
    case 'SQLite limit':
      return byHandOverSqlite(place, name === 'SQLite limit');
    case 'ours over SQLite':
    case 'ours over SQLite in batches':
      return oursOverSqlite(place, name !== 'ours over SQLite');
    case 'PostgreSQL by hand':
    case 'PostgreSQL limit':
      return byHandOverPostgres(place, name === 'PostgreSQL limit');
    case 'ours over PostgreSQL':
    case 'ours over PostgreSQL in batches':
      return oursOverPostgres(place, { inBatches: name !== 'ours over PostgreSQL', max: 20 });
    case 'ours over PostgreSQL, pool of 4':
      return oursOverPostgres(place, { inBatches: false, max: 4 });
    case 'ours over Redis':
      return oursOverRedis(place);
    case 'ours over memory':
      return oursOverMemory();
    // Loaded where they are needed: bench/peers has its own packages.
    case 'BullMQ':
      return (await import('./peers/crediting.ts')).bullmq(place);
    case 'graphile-worker':
      return (await import('./peers/crediting.ts')).graphileWorker(place);
  }
}
