import type { CursorStore } from '../shared/cursor.ts';
import { cursorFromJson, cursorToJson } from '../shared/stored-cursor.ts';
import type { SqliteConnection } from './connection.ts';

/** How far blocks have been read, one row a cursor. */
export function cursorMethods(connection: () => SqliteConnection): CursorStore {
  return {
    cursors: async () =>
      connection().read(() => {
        const rows = connection().sql('SELECT id, version, record FROM deposit_callback_cursors ORDER BY id').all();
        return (rows as CursorRow[]).map(({ id, version, record }) => cursorFromJson(id, version, record));
      }),

    moveCursor: async (cursor) =>
      connection().write(() => {
        const { id, version } = cursor;
        const { changes } =
          version === 0
            ? connection()
                .sql(`INSERT INTO deposit_callback_cursors VALUES (?, 1, ?) ON CONFLICT (id) DO NOTHING`)
                .run(id, cursorToJson(cursor))
            : connection()
                .sql(
                  'UPDATE deposit_callback_cursors SET version = version + 1, record = ? WHERE id = ? AND version = ?',
                )
                .run(cursorToJson(cursor), id, version);
        return Number(changes) === 1;
      }),

    dropCursor: async (id) =>
      connection().write(() => void connection().sql('DELETE FROM deposit_callback_cursors WHERE id = ?').run(id)),
  };
}

interface CursorRow {
  id: string;
  version: number;
  record: string;
}
