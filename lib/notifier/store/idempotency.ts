import { createHash } from 'node:crypto';
import type { NotifierDatabase, Sql } from './database.ts';
import type { Seat } from './seat.ts';
import { openText, sealText } from './secret-box.ts';

/** A request that is not to be done twice. */
export interface OnceRequest {
  /** Id of the API key, or `admin`. */
  owner: string;
  /** The API key or secret itself: with the idempotency key, it alone opens the answer that is kept. */
  credential: string;
  idempotencyKey: string;
  /** What is asked: method, path and body. */
  asked: string;
}

export interface KeptAnswer {
  status: number;
  body: object;
}

/** What a request with an idempotency key meets. */
export type Once =
  /** It is the first: its answer is to be kept, or, if it failed, given up. */
  | { state: 'new'; keep(answer: KeptAnswer): Promise<void>; giveUp(): void }
  /** It was answered before. */
  | { state: 'answered'; answer: KeptAnswer }
  /** `busy`: the first one is still at work. `other`: the key was used for another request. `full`: too many are kept. */
  | { state: 'busy' | 'other' | 'full' };

/** Answers of requests with an idempotency key; over a restart too. */
export interface Idempotency {
  begin(request: OnceRequest): Promise<Once>;
  /** Forgets those older than a day, some at a time. */
  prune(): Promise<void>;
}

const keptMs = 86_400_000;
/** Answers of one owner. */
export const mostAnswers = 100_000;
const pruneAtOnce = 10_000;

/** `seat` is that of a process which shares the database: no other one answers the same request meanwhile. */
export function createIdempotency(
  { read, write }: NotifierDatabase,
  now: () => number,
  seat?: Pick<Seat, 'lock' | 'unlock'>,
): Idempotency {
  const busy = new Set<string>();
  return {
    async begin({ owner, credential, idempotencyKey, asked }) {
      const id = hash('id', credential, idempotencyKey).toString('hex');
      const sealing = hash('answer', credential, idempotencyKey);
      const fingerprint = hash('asked', asked).toString('hex');
      if (busy.has(id)) return { state: 'busy' };
      busy.add(id);
      let isLocked = false;
      const giveUp = (): void => {
        busy.delete(id);
        // It ends with the session, at the latest.
        if (isLocked) seat?.unlock('once', id).catch(() => {});
        isLocked = false;
      };
      try {
        isLocked = (await seat?.lock('once', id)) ?? false;
        if (seat && !isLocked) {
          giveUp();
          return { state: 'busy' };
        }
        const found = await read((sql) => lookUp(sql, id, owner, now() - keptMs));
        if (found === undefined) {
          return {
            state: 'new',
            giveUp,
            async keep({ status, body }) {
              const text = sealText(sealing, id, JSON.stringify(body));
              await write((sql) =>
                sql(
                  `INSERT INTO answers (id, owner, fingerprint, status, body, created_at) VALUES (?, ?, ?, ?, ?, ?)
                   ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, fingerprint = excluded.fingerprint,
                     status = excluded.status, body = excluded.body, created_at = excluded.created_at`,
                ).run(id, owner, fingerprint, status, text, now()),
              ).finally(giveUp);
            },
          };
        }
        giveUp();
        if (found === 'full') return { state: 'full' };
        const body = openText(sealing, id, found.body);
        if (found.fingerprint !== fingerprint || body === undefined) return { state: 'other' };
        return { state: 'answered', answer: { status: found.status, body: JSON.parse(body) as object } };
      } catch (error) {
        giveUp();
        throw error;
      }
    },
    async prune() {
      await write((sql) =>
        sql('DELETE FROM answers WHERE id IN (SELECT id FROM answers WHERE created_at <= ? LIMIT ?)').run(
          now() - keptMs,
          pruneAtOnce,
        ),
      );
    },
  };
}

interface Row {
  fingerprint: string;
  status: number;
  body: string;
}

async function lookUp(sql: Sql, id: string, owner: string, after: number): Promise<Row | 'full' | undefined> {
  const row = await sql('SELECT fingerprint, status, body FROM answers WHERE id = ? AND created_at > ?').get(id, after);
  if (row !== undefined) return row as Row;
  const more = sql('SELECT 1 FROM answers WHERE owner = ? AND created_at > ? LIMIT 1 OFFSET ?');
  return (await more.get(owner, after, mostAnswers - 1)) === undefined ? undefined : 'full';
}

function hash(...parts: string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
