import { columnText, fromColumnText } from '../shared/column-text.ts';
import type { CursorStore } from '../shared/cursor.ts';
import { cursorFromJson, cursorToJson } from '../shared/stored-cursor.ts';
import type { RedisConnection } from './client.ts';

/** How far blocks have been read, one field of a hash a cursor: its version, a colon, its record. */
export function cursorMethods(connection: () => RedisConnection, prefix: string): CursorStore {
  const key = `${prefix}cursors`;
  return {
    async cursors() {
      const ids = ((await connection().command('HKEYS', key)) as string[]).sort();
      const values = await Promise.all(ids.map((id) => connection().command('HGET', key, id)));
      return ids.flatMap((id, index) => {
        const value = values[index];
        // One that was dropped meanwhile has none.
        if (typeof value !== 'string') return [];
        const colon = value.indexOf(':');
        return [cursorFromJson(fromColumnText(id), Number(value.slice(0, colon)), value.slice(colon + 1))];
      });
    },

    async moveCursor(cursor) {
      const values = [columnText(cursor.id), cursor.version, cursorToJson(cursor)];
      return (await connection().run('move-cursor', values)) === 1;
    },

    async dropCursor(id) {
      await connection().command('HDEL', key, columnText(id));
    },
  };
}
