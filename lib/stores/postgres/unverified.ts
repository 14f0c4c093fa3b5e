import { columnText } from '../shared/column-text.ts';
import { compactHash } from '../shared/compact-hash.ts';
import { type CallbackRow, callbackFromRow, callbackToJson } from '../shared/stored-json.ts';
import { type Store, unverifiedBytes } from '../store.ts';
import type { PostgresConnections } from './connections.ts';

/** Callbacks whose signature did not match: a table of their own, under a quota, oldest kept. */
export function unverifiedMethods(
  connections: () => PostgresConnections,
): Pick<Store, 'keepUnverified' | 'unverified' | 'dropUnverified'> {
  return {
    async keepUnverified(callback, { bytes, bytesPerAddress, perAddressPerHour }) {
      const { rows } = await connections().query(
        `SELECT deposit_callback.keep_unverified($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)::text AS kept`,
        [
          columnText(callback.id),
          columnText(callback.provider),
          compactHash(callback.remoteAddress),
          callback.receivedAt,
          unverifiedBytes(callback),
          callbackToJson(callback),
          callback.body ?? null,
          bytes,
          bytesPerAddress,
          perAddressPerHour,
        ],
      );
      return rows[0]?.kept === 'true';
    },

    async unverified({ provider, limit }) {
      const { rows } = await connections().query(
        `SELECT record::text AS record, body FROM deposit_callback.unverified
        WHERE provider = coalesce($1, provider) ORDER BY seq LIMIT $2::integer`,
        [provider === undefined ? null : columnText(provider), limit],
      );
      return (rows as unknown as CallbackRow[]).map(callbackFromRow);
    },

    async dropUnverified(ids) {
      await connections().query(`SELECT deposit_callback.drop_unverified($1)`, [ids.map(columnText)]);
    },
  };
}
