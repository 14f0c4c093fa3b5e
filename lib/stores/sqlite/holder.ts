import { isGone, thisProcess } from '../shared/process-name.ts';
import type { SqliteConnection } from './connection.ts';

/** Who holds the events that this store has claimed: a row that names the process, so that others can see its death. */
export interface SqliteHolder {
  /** Inside a write. */
  id(connection: SqliteConnection): number;
  /** Holders that have died. */
  gone(connection: SqliteConnection): Promise<readonly number[]>;
  /** Inside a write. */
  forget(connection: SqliteConnection, holder: number): void;
  /** The store is closing: its claims are nobody's, as if the process had died. */
  leave(connection: SqliteConnection): Promise<void>;
}

const closed = 'closed';

export function createHolder(): SqliteHolder {
  let own: number | undefined;
  return {
    id({ sql }) {
      if (own !== undefined && sql('SELECT 1 FROM deposit_callback_holders WHERE id = ?').get(own) !== undefined)
        return own;
      const row = sql('INSERT INTO deposit_callback_holders (process) VALUES (?) RETURNING id').get(thisProcess());
      own = (row as { id: number }).id;
      return own;
    },

    async gone(connection) {
      const rows = await connection.read(() =>
        connection.sql('SELECT id, process FROM deposit_callback_holders').all(),
      );
      return (rows as { id: number; process: string }[])
        .filter(({ id, process }) => id !== own && (process === closed || isGone(process)))
        .map(({ id }) => id);
    },

    forget({ sql }, holder) {
      sql('DELETE FROM deposit_callback_holders WHERE id = ?').run(holder);
    },

    async leave(connection) {
      const left = own;
      if (left === undefined) return;
      own = undefined;
      await connection.write(() =>
        connection.sql('UPDATE deposit_callback_holders SET process = ? WHERE id = ?').run(closed, left),
      );
    },
  };
}
