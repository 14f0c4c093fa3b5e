import { compactHash } from './compact-hash.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteValue } from './sqlite-driver.ts';
import type { CallbackRecord, DeliveryKey } from './store.ts';
import { callbackToJson } from './stored-json.ts';

/** Whether the delivery is known and finished for good. */
export function isKnown({ sql }: SqliteConnection, key: DeliveryKey): boolean {
  const rows = sql('SELECT record FROM deposit_callback_callbacks WHERE delivery_hash = ?').all(deliveryHash(key));
  return (rows as { record: string }[]).some(({ record }) => {
    const { provider, deliveryId, bodyHash }: CallbackRecord = JSON.parse(record);
    return provider === key.provider && deliveryId === key.deliveryId && bodyHash === key.bodyHash;
  });
}

/** Inserts the callbacks, or replaces the lines of those stored already; returns how many are new. */
export function writeCallbacks({ sql }: SqliteConnection, callbacks: readonly CallbackRecord[]): number {
  let added = 0;
  for (const callback of callbacks) {
    const { changes, lastInsertRowid } = sql(insertLine).run(...lineOf(callback), callback.id);
    if (Number(changes) === 1) {
      added += 1;
      if (callback.body)
        sql('INSERT INTO deposit_callback_bodies (seq, body) VALUES (?, ?)').run(lastInsertRowid, callback.body);
    } else {
      const { seq } = sql(replaceLine).get(...lineOf(callback), callback.id) as { seq: number };
      if (callback.body) sql('REPLACE INTO deposit_callback_bodies (seq, body) VALUES (?, ?)').run(seq, callback.body);
    }
  }
  return added;
}

const insertLine = `
  INSERT INTO deposit_callback_callbacks (provider, received_at, outcome, finished, delivery_hash, record, id)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;
const replaceLine = `
  UPDATE deposit_callback_callbacks
  SET provider = ?, received_at = ?, outcome = ?, finished = ?, delivery_hash = ?, record = ?
  WHERE id = ? RETURNING seq`;

function lineOf(callback: CallbackRecord): SqliteValue[] {
  const { provider, receivedAt, outcome, finished } = callback;
  return [provider, receivedAt, outcome, finished ? 1 : 0, knownAs(callback), callbackToJson(callback)];
}

/** A duplicate is not indexed: the callback that it repeats is, and a thousand repeats would make a long chain. */
function knownAs({ provider, deliveryId, bodyHash, finished, outcome }: CallbackRecord): number | null {
  if (!finished || deliveryId === undefined || outcome === 'duplicate') return null;
  return deliveryHash({ provider, deliveryId, bodyHash });
}

function deliveryHash({ provider, deliveryId, bodyHash }: DeliveryKey): number {
  return compactHash(provider, deliveryId, bodyHash);
}
