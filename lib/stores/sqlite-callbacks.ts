import { compactHash } from './compact-hash.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteValue } from './sqlite-driver.ts';
import { callbackToJson } from './sqlite-rows.ts';
import type { CallbackRecord, DeliveryKey } from './store.ts';

/** Whether the delivery is known and finished for good. */
export function isKnown({ sql }: SqliteConnection, key: DeliveryKey): boolean {
  const rows = sql('SELECT record FROM deposit_callback_callbacks WHERE delivery_hash = ?').all(deliveryHash(key));
  return (rows as { record: string }[]).some(({ record }) => {
    const { provider, deliveryId, bodyHash }: CallbackRecord = JSON.parse(record);
    return provider === key.provider && deliveryId === key.deliveryId && bodyHash === key.bodyHash;
  });
}

/** Inserts the callbacks, or replaces the lines of those stored already; returns how many are new. */
export function writeCallbacks(connection: SqliteConnection, callbacks: readonly CallbackRecord[]): number {
  let added = 0;
  for (const callback of callbacks) {
    if (insert(connection, callback)) added += 1;
    else replace(connection, callback);
  }
  return added;
}

function insert({ sql }: SqliteConnection, callback: CallbackRecord): boolean {
  const { changes } = sql(`
    INSERT INTO deposit_callback_callbacks
      (id, provider, received_at, outcome, code, finished, delivery_hash, record, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`).run(callback.id, ...columns(callback));
  return Number(changes) === 1;
}

function replace({ sql }: SqliteConnection, callback: CallbackRecord): void {
  sql(`
    UPDATE deposit_callback_callbacks
    SET provider = ?, received_at = ?, outcome = ?, code = ?, finished = ?, delivery_hash = ?, record = ?,
      body = coalesce(?, body)
    WHERE id = ?`).run(...columns(callback), callback.id);
}

function columns(callback: CallbackRecord): SqliteValue[] {
  return [
    callback.provider,
    callback.receivedAt,
    callback.outcome,
    callback.code ?? null,
    callback.finished ? 1 : 0,
    knownAs(callback),
    callbackToJson(callback),
    callback.body ?? null,
  ];
}

/** A duplicate is not indexed: the callback that it repeats is, and a thousand repeats would make a long chain. */
function knownAs({ provider, deliveryId, bodyHash, finished, outcome }: CallbackRecord): number | null {
  if (!finished || deliveryId === undefined || outcome === 'duplicate') return null;
  return deliveryHash({ provider, deliveryId, bodyHash });
}

function deliveryHash({ provider, deliveryId, bodyHash }: DeliveryKey): number {
  return compactHash(provider, deliveryId, bodyHash);
}
