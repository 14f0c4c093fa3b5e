import { type CallbackRow, callbackFromRow, callbackToJson } from '../shared/stored-json.ts';
import { type CallbackRecord, type Store, type UnverifiedQuota, unverifiedBytes } from '../store.ts';
import type { SqliteConnection } from './connection.ts';
import type { SqliteDatabase } from './driver.ts';
import { addToTally, tallyOf } from './tallies.ts';

const hourMs = 3_600_000;

/** Callbacks whose signature did not match: a table of their own, under a quota, oldest kept. */
export function unverifiedMethods(
  connection: () => SqliteConnection,
): Pick<Store<SqliteDatabase>, 'keepUnverified' | 'unverified' | 'dropUnverified'> {
  return {
    keepUnverified: async (callback, quota) =>
      connection().write(
        () => {
          if (!fits(connection(), callback, quota)) return false;
          const { changes } = connection()
            .sql(`
            INSERT INTO deposit_callback_unverified (id, provider, remote_address, received_at, bytes, record, body)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`)
            .run(
              callback.id,
              callback.provider,
              callback.remoteAddress,
              callback.receivedAt,
              unverifiedBytes(callback),
              callbackToJson(callback),
              callback.body ?? null,
            );
          if (Number(changes) === 1) addToTally(connection(), 'unverified-bytes', unverifiedBytes(callback));
          return true;
        },
        { keep: (kept) => kept },
      ),

    unverified: async ({ provider, limit }) =>
      connection().read(() => {
        const rows = connection()
          .sql(
            `SELECT record, body FROM deposit_callback_unverified WHERE provider = coalesce(?, provider) ORDER BY seq LIMIT ?`,
          )
          .all(provider ?? null, limit);
        return (rows as CallbackRow[]).map(callbackFromRow);
      }),

    dropUnverified: async (ids) =>
      connection().write(() => {
        for (const id of ids) {
          const dropped = connection()
            .sql('DELETE FROM deposit_callback_unverified WHERE id = ? RETURNING bytes')
            .get(id);
          if (dropped) addToTally(connection(), 'unverified-bytes', -(dropped as { bytes: number }).bytes);
        }
      }),
  };
}

function fits(connection: SqliteConnection, callback: CallbackRecord, quota: UnverifiedQuota): boolean {
  const bytes = unverifiedBytes(callback);
  if (tallyOf(connection, 'unverified-bytes') + bytes > quota.bytes) return false;
  const ofAddress = connection
    .sql(`
    SELECT coalesce(sum(bytes), 0) AS bytes, count(*) FILTER (WHERE received_at > ?) AS lately
    FROM deposit_callback_unverified WHERE remote_address = ?`)
    .get(callback.receivedAt - hourMs, callback.remoteAddress) as { bytes: number; lately: number };
  return ofAddress.bytes + bytes <= quota.bytesPerAddress && ofAddress.lately < quota.perAddressPerHour;
}
