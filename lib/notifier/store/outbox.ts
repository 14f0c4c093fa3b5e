import { randomUUID } from 'node:crypto';
import type { TokenFacts } from '../reading/token-facts.ts';
import { type CallbackType, decoratedBody } from '../sending/callback-body.ts';
import type { MadeAttempt } from './callback-search.ts';
import type { NotifierDatabase } from './database.ts';

/** A callback that is owed to a receiver: kept with its exact body until it is accepted. */
export interface OwedCallback {
  /** `webhook-id`: the same at each attempt. */
  id: string;
  body: string;
  createdAt: number;
  /** When it is given up. */
  retryUntil: number;
  /** Attempts so far. */
  attempts: number;
}

/** What became of one attempt. */
export type Attempt = AttemptMade &
  ({ result: 'accepted' } | { result: 'failed'; error: string; dueAt: number } | { result: 'dead'; error: string });

interface AttemptMade {
  id: string;
  endpointId: string;
  at: number;
  durationMs: number;
  /** `null`: the receiver did not answer. */
  httpStatus: number | null;
}

/** A callback to be owed. */
export interface NewCallback {
  keyId: string;
  endpointId: string;
  type: CallbackType;
  body: string;
  /** The deposit that it is about; one that is not decorated waits for `decorate`, a second at the most. */
  about?: { network: string; asset: string; address: string; transaction: string; isDecorated: boolean };
}

export interface Outbox {
  /** Inside a write transaction of the caller's: the callback is owed when that commits. */
  put(callback: NewCallback): void;
  /** Decorates what waits for what is known of the asset, and makes it due. */
  decorate(asset: string, facts: TokenFacts): Promise<void>;
  /** Owes a callback of type `test`; false while there are too many that are new or still owed. */
  putTest(keyId: string, endpointId: string, body: string): Promise<boolean>;
  /** Due at `now`, oldest first. */
  due(endpointId: string, limit: number): Promise<OwedCallback[]>;
  /** One that is owed, due or not: a test if there is one, else the one that was tried longest ago. */
  probe(endpointId: string): Promise<OwedCallback[]>;
  /** Makes all that is owed due. */
  hasten(endpointId: string): Promise<void>;
  /** Writes the results of attempts down together. */
  record(attempts: readonly Attempt[]): Promise<void>;
  /** Owes callbacks again, sent or dead: the URLs that they go to, of each that there is. */
  resend(keyId: string, ids: readonly string[]): Promise<string[]>;
  /** Inside a transaction of the caller's. */
  owesMoreThan(endpointId: string, callbacks: number): boolean;
  counts(endpointId: string): Promise<{ owed: number; dead: number }>;
  /** Forgets accepted callbacks of before `before`, some at a time. */
  prune(before: number): Promise<void>;
}

const owedColumns = 'id, body, created_at AS createdAt, retry_until AS retryUntil, attempts';
const pruneAtOnce = 1_000;
/** For so long a callback waits for what its token says of itself. */
const decorateMs = 1_000;
/** Tests of one URL that are owed, or younger than a minute. */
export const mostTests = 10;
const testsWithinMs = 60_000;

export function createOutbox(database: NotifierDatabase, now: () => number, retryMs: number): Outbox {
  const { sql } = database;

  const put = (callback: NewCallback): void => insert(sql, callback, now(), retryMs);

  return {
    put,
    async decorate(asset, facts) {
      await database.write(() => decorate(sql, asset, facts, now()));
    },
    putTest: (keyId, endpointId, body) =>
      database.write(() => {
        const { tests } = sql(
          `SELECT count(*) AS tests FROM outbox WHERE type = 'test' AND endpoint_id = ? AND (state = 'owed' OR created_at > ?)`,
        ).get(endpointId, now() - testsWithinMs) as { tests: number };
        if (Number(tests) >= mostTests) return false;
        put({ keyId, endpointId, type: 'test', body });
        return true;
      }),
    due: (endpointId, limit) =>
      database.read(() =>
        sql(
          `SELECT ${owedColumns} FROM outbox
           WHERE state = 'owed' AND endpoint_id = ? AND due_at <= ? ORDER BY due_at, seq LIMIT ?`,
        ).all(endpointId, now(), limit),
      ) as Promise<OwedCallback[]>,
    probe: (endpointId) => database.read(() => probe(sql, endpointId)),
    async hasten(endpointId) {
      await database.write(() =>
        sql(`UPDATE outbox SET due_at = ? WHERE state = 'owed' AND endpoint_id = ? AND due_at > ?`).run(
          now(),
          endpointId,
          now(),
        ),
      );
    },
    record: (attempts) =>
      database.write(() => {
        for (const attempt of attempts) recordOne(sql, attempt, now());
      }),
    resend: (keyId, ids) =>
      database.write(() => {
        const again = sql(
          `UPDATE outbox SET state = 'owed', due_at = ?, attempts = 0, retry_until = ? WHERE key_id = ? AND id = ?
           RETURNING endpoint_id AS endpointId`,
        );
        const rows = ids.map((id) => again.get(now(), now() + retryMs, keyId, id)) as (
          | { endpointId: string }
          | undefined
        )[];
        return rows.flatMap((row) => row?.endpointId ?? []);
      }),
    owesMoreThan: (endpointId, callbacks) =>
      sql(`SELECT 1 FROM outbox WHERE state = 'owed' AND endpoint_id = ? ORDER BY due_at LIMIT 1 OFFSET ?`).get(
        endpointId,
        callbacks,
      ) !== undefined,
    counts: (endpointId) =>
      database.read(() => ({
        owed: count(sql(`SELECT count(*) AS n FROM outbox WHERE state = 'owed' AND endpoint_id = ?`), endpointId),
        dead: count(sql(`SELECT count(*) AS n FROM outbox WHERE state = 'dead' AND endpoint_id = ?`), endpointId),
      })),
    async prune(before) {
      await database.write(() =>
        sql(
          `DELETE FROM outbox WHERE seq IN
             (SELECT seq FROM outbox WHERE state = 'sent' AND sent_at < ? ORDER BY sent_at LIMIT ?)`,
        ).run(before, pruneAtOnce),
      );
    },
  };
}

function insert(
  sql: NotifierDatabase['sql'],
  { keyId, endpointId, type, body, about }: NewCallback,
  at: number,
  retryMs: number,
): void {
  const awaited = about?.isDecorated === false ? about.asset : null;
  sql(
    `INSERT INTO outbox (id, key_id, endpoint_id, type, body, network, asset, address, transaction_hash, awaited_asset,
       state, created_at, due_at, retry_until, attempts)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'owed', ?, ?, ?, 0)`,
  ).run(
    `msg_${randomUUID()}`,
    keyId,
    endpointId,
    type,
    body,
    about?.network ?? null,
    about?.asset ?? null,
    about?.address ?? null,
    about?.transaction ?? null,
    awaited,
    at,
    awaited === null ? at : at + decorateMs,
    at + retryMs,
  );
}

// Of a partial index the planner knows by a state that stands in the statement.
function count(statement: ReturnType<NotifierDatabase['sql']>, endpointId: string): number {
  return Number((statement.get(endpointId) as { n: number }).n);
}

/** What is due may be on its way: one callback keeps one body. */
function decorate(sql: NotifierDatabase['sql'], asset: string, facts: TokenFacts, at: number): void {
  const rows = sql('SELECT seq, body FROM outbox WHERE awaited_asset = ? AND due_at > ?').all(asset, at);
  const update = sql('UPDATE outbox SET body = ?, awaited_asset = NULL, due_at = ? WHERE seq = ?');
  for (const { seq, body } of rows as { seq: number; body: string }[]) update.run(decoratedBody(body, facts), at, seq);
}

function probe(sql: NotifierDatabase['sql'], endpointId: string): OwedCallback[] {
  const first = (those: string): OwedCallback[] =>
    sql(
      `SELECT ${owedColumns} FROM outbox WHERE state = 'owed' AND endpoint_id = ? ${those} ORDER BY due_at, seq LIMIT 1`,
    ).all(endpointId) as OwedCallback[];
  const tests = first("AND type = 'test'");
  return tests.length > 0 ? tests : first('');
}

function recordOne(sql: NotifierDatabase['sql'], attempt: Attempt, now: number): void {
  const { id, endpointId, result, at, httpStatus, durationMs } = attempt;
  const error = result === 'accepted' ? null : attempt.error;
  const made = JSON.stringify({ at, httpStatus, durationMs, error } satisfies MadeAttempt);
  if (result === 'accepted') {
    sql(`UPDATE outbox SET state = 'sent', sent_at = ?, ${attempted} WHERE id = ?`).run(
      now,
      error,
      httpStatus,
      made,
      id,
    );
    sql('UPDATE endpoints SET accepted_at = ? WHERE id = ?').run(now, endpointId);
    return;
  }
  const [state, dueAt] = result === 'failed' ? ['owed', attempt.dueAt] : ['dead', now];
  sql(`UPDATE outbox SET state = ?, due_at = ?, ${attempted} WHERE id = ? AND state = 'owed'`).run(
    state,
    dueAt,
    error,
    httpStatus,
    made,
    id,
  );
}

/** Attempts of a callback that are kept. */
const mostHistory = 20;

const attempted = `attempts = attempts + 1, awaited_asset = NULL, error = ?, http_status = ?, history = json_insert(
  CASE WHEN json_array_length(history) >= ${mostHistory} THEN json_remove(history, '$[0]') ELSE coalesce(history, '[]') END,
  '$[#]', json(?))`;
