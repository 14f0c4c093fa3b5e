import type { NotifierDatabase } from './database.ts';
import type { Seat } from './seat.ts';

/** Which process sends to a callback URL: one at a time. */
export interface Claims {
  /** Whether this process may send to it until `release`, or until its session ends. */
  claim(endpointId: string): Promise<boolean>;
  /** Whether what `claim` said still holds, as far as this process knows. */
  holds(endpointId: string): boolean;
  release(endpointId: string): Promise<void>;
}

/** Of a process that has its database to itself. */
export const soleClaims: Claims = {
  claim: () => Promise.resolve(true),
  holds: () => true,
  release: () => Promise.resolve(),
};

/** A row says who sends; those of processes that have ended are deleted by the others (lib/notifier/store/shared-leadership.ts). */
export function createClaims(database: NotifierDatabase, seat: Pick<Seat, 'holder'>): Claims {
  const claimed = new Map<string, number>();
  const holds = (id: string): boolean => claimed.has(id) && claimed.get(id) === seat.holder();
  return {
    holds,
    async claim(id) {
      const holder = seat.holder();
      if (holder === undefined) return false;
      const row = await database.write(
        async (sql) => {
          // A claim that a crash of the server takes away ends with it anyway.
          const first = await sql('SELECT holder FROM lanes WHERE endpoint_id = ?').get(id);
          if (first !== undefined) return first;
          await sql('INSERT INTO lanes (endpoint_id, holder) VALUES (?, ?) ON CONFLICT DO NOTHING').run(id, holder);
          return sql('SELECT holder FROM lanes WHERE endpoint_id = ?').get(id);
        },
        { durable: false },
      );
      if ((row as { holder: number } | undefined)?.holder === holder) claimed.set(id, holder);
      else claimed.delete(id);
      return holds(id);
    },
    async release(id) {
      const holder = claimed.get(id);
      claimed.delete(id);
      if (holder === undefined) return;
      await database.write((sql) => sql('DELETE FROM lanes WHERE endpoint_id = ? AND holder = ?').run(id, holder), {
        durable: false,
      });
    },
  };
}
