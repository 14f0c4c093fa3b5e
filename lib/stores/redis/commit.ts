import type { DepositEvent } from '../../deposits/deposit.ts';
import { columnText } from '../shared/column-text.ts';
import { eventsToLease } from '../shared/events-to-lease.ts';
import { lostAnyway } from '../shared/lost-anyway.ts';
import type { Store } from '../store.ts';
import { batchValues } from './batch.ts';
import type { RedisConnection } from './client.ts';
import type { RedisHolder } from './holder.ts';

/** `commit` of the store. `self` is what tells its own news from those of other processes. */
export function createCommit(connection: () => RedisConnection, self: string, holder: RedisHolder): Store['commit'] {
  return async (batch) => {
    const hopeless = lostAnyway(batch.changes);
    if (hopeless.length > 0) return { lost: hopeless };
    const leased = eventsToLease(batch);
    const values = batchValues(batch, { self, holder: holder.name, leased });
    const [lostKeys = [], leasedIds = []] = (await connection().run('record', values)) as string[][];
    const lost = new Set(lostKeys);
    const ids = new Set(leasedIds);
    const isOurs = ({ id }: DepositEvent): boolean => ids.has(columnText(id));
    const claims = [...leased].filter(isOurs).map((event) => ({ event, token: '1', attempt: 1 }));
    if (claims.length === 0)
      return { lost: batch.changes.flatMap(({ key }) => (lost.has(columnText(key)) ? key : [])) };
    holder.keepAlive(connection());
    return { lost: [], claims };
  };
}
