import { columnText } from '../shared/column-text.ts';
import { callbackFromRow, callbackToJson } from '../shared/stored-json.ts';
import { type CallbackRecord, type Store, unverifiedBytes } from '../store.ts';
import { bodyFromText, bodyToText } from './batch.ts';
import type { RedisConnection } from './client.ts';

/** Callbacks whose signature did not match, each in a hash of its own. */
export function unverifiedMethods(
  connection: () => RedisConnection,
  prefix: string,
): Pick<Store, 'keepUnverified' | 'unverified' | 'dropUnverified'> {
  return {
    async keepUnverified(callback, { bytes, bytesPerAddress, perAddressPerHour }) {
      const { id, provider, remoteAddress, receivedAt, body } = callback;
      const kept = await connection().run('keep-unverified', [
        columnText(id),
        columnText(provider),
        columnText(remoteAddress),
        receivedAt,
        unverifiedBytes(callback),
        callbackToJson(callback),
        bodyToText(body),
        bytes,
        bytesPerAddress,
        perAddressPerHour,
      ]);
      return kept === 1;
    },

    async unverified({ provider, limit }) {
      const ids = (await connection().command('ZRANGE', `${prefix}uns`, '0', '-1')) as string[];
      const found: CallbackRecord[] = [];
      for (const id of ids) {
        if (found.length >= limit) break;
        const [record, body, of] = (await connection().command('HMGET', `${prefix}un:${id}`, 'r', 'b', 'p')) as (
          | string
          | null
        )[];
        if (!record || (provider !== undefined && of !== columnText(provider))) continue;
        found.push(callbackFromRow({ record, body: bodyFromText(body) ?? null }));
      }
      return found;
    },

    dropUnverified: async (ids) => void (await connection().run('drop-unverified', ids.map(columnText))),
  };
}
