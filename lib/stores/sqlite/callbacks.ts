import { callbackToJson } from '../shared/stored-json.ts';
import type { CallbackRecord } from '../store.ts';
import type { SqliteConnection } from './connection.ts';
import type { SqliteValue } from './driver.ts';

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
  INSERT INTO deposit_callback_callbacks (provider, received_at, outcome, finished, record, id)
  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;
const replaceLine = `
  UPDATE deposit_callback_callbacks
  SET provider = ?, received_at = ?, outcome = ?, finished = ?, record = ?
  WHERE id = ? RETURNING seq`;

function lineOf(callback: CallbackRecord): SqliteValue[] {
  const { provider, receivedAt, outcome, finished } = callback;
  return [provider, receivedAt, outcome, finished ? 1 : 0, callbackToJson(callback)];
}
