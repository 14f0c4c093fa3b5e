import { columnText, fromColumnText } from '../shared/column-text.ts';
import type { CursorStore } from '../shared/cursor.ts';
import { cursorFromJson, cursorToJson } from '../shared/stored-cursor.ts';
import type { PostgresConnections } from './connections.ts';

/** How far blocks have been read, one row a cursor. */
export function cursorMethods(connections: () => PostgresConnections): CursorStore {
  return {
    async cursors() {
      const { rows } = await connections().query(
        'SELECT id, version::text AS version, record::text AS record FROM deposit_callback.cursors ORDER BY id',
      );
      return (rows as unknown as CursorRow[]).map(({ id, version, record }) =>
        cursorFromJson(fromColumnText(id), Number(version), record),
      );
    },

    async moveCursor(cursor) {
      const { id, version } = cursor;
      const values = [columnText(id), cursorToJson(cursor)];
      const { rows } =
        version === 0
          ? await connections().query(
              `INSERT INTO deposit_callback.cursors (id, version, record) VALUES ($1, 1, $2)
              ON CONFLICT (id) DO NOTHING RETURNING id`,
              values,
            )
          : await connections().query(
              `UPDATE deposit_callback.cursors SET version = version + 1, record = $2
              WHERE id = $1 AND version = $3 RETURNING id`,
              [...values, version],
            );
      return rows.length === 1;
    },

    async dropCursor(id) {
      await connections().query('DELETE FROM deposit_callback.cursors WHERE id = $1', [columnText(id)]);
    },
  };
}

interface CursorRow {
  id: string;
  version: string;
  record: string;
}
