import { randomBytes } from 'node:crypto';
import type { Store } from '../lib/stores/store.ts';
import { depositChange, sampleCallback } from '../lib/testing/store-cases/samples.ts';
import { type PostgresServer, startPostgres } from '../test/helpers/postgres-server.ts';

const body = Buffer.alloc(700, 'x');

/** Commits callbacks at once, each with a new deposit and the event that it owes; `from`: the number of the first. */
export async function record(store: Store<unknown>, count: number, from: number): Promise<void> {
  // Keys as they come: transaction ids are random, callback ids rise.
  const keys = Array.from({ length: count }, () => `eip155:1|0x${randomBytes(32).toString('hex')}`);
  const callbacks = keys.map((key, index) => {
    const id = `cb_${(from + index).toString(16).padStart(12, '0')}`;
    const deliveryId = `msg_${randomBytes(12).toString('hex')}`;
    const transfers = [{ outcome: 'recorded', depositId: `deposit-${key}`, transactionKey: key }] as const;
    return sampleCallback(id, { deliveryId, body, bodyBytes: body.length, transfers, receivedAt: from + index });
  });
  await store.load(keys);
  const { lost } = await store.commit({ callbacks, changes: keys.map((key) => depositChange(key)) });
  if (lost.length > 0) throw new Error('nothing may be lost here');
}

/** A server set up for its load: with the defaults, each page is logged whole once per checkpoint, every minute or so. */
export function startLargePostgres(): Promise<PostgresServer> {
  return startPostgres({
    shared_buffers: '512MB',
    max_wal_size: '8GB',
    checkpoint_timeout: '15min',
    wal_compression: 'on',
  });
}
