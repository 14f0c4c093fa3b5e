import { randomUUID } from 'node:crypto';
import type { TokenFacts } from '../reading/token-facts.ts';
import { type CallbackType, decoratedBody } from '../sending/callback-body.ts';
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

export interface OutboxEntry {
  id: string;
  /** Id of the URL that it goes to. */
  callbackUrl: string;
  type: CallbackType;
  state: 'owed' | 'sent' | 'dead';
  createdAt: number;
  attempts: number;
  dueAt: number;
  sentAt: number | null;
  error: string | null;
}

/** What became of one attempt. */
export type Attempt =
  | { id: string; endpointId: string; result: 'accepted' }
  | { id: string; endpointId: string; result: 'failed'; error: string; dueAt: number }
  | { id: string; endpointId: string; result: 'dead'; error: string };

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
  list(keyId: string, page: { state?: string; before?: string; limit: number }): Promise<OutboxEntry[]>;
  /** Owes a callback again, sent or dead: the URL that it goes to; undefined if there is none of that id. */
  resend(keyId: string, id: string): Promise<string | undefined>;
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
    list: (keyId, { state = '', before, limit }) =>
      database.read(() =>
        sql(
          `SELECT id, endpoint_id AS callbackUrl, type, state, created_at AS createdAt, attempts, due_at AS dueAt, sent_at AS sentAt, error FROM outbox
           WHERE key_id = ? AND (? = '' OR state = ?)
             AND seq < coalesce((SELECT seq FROM outbox WHERE id = ?), 9223372036854775807)
           ORDER BY seq DESC LIMIT ?`,
        ).all(keyId, state, state, before ?? '', limit),
      ) as Promise<OutboxEntry[]>,
    resend: (keyId, id) =>
      database.write(() => {
        const row = sql(
          `UPDATE outbox SET state = 'owed', due_at = ?, attempts = 0, retry_until = ? WHERE key_id = ? AND id = ?
           RETURNING endpoint_id AS endpointId`,
        ).get(now(), now() + retryMs, keyId, id);
        return (row as { endpointId: string } | undefined)?.endpointId;
      }),
    owesMoreThan: (endpointId, callbacks) =>
      sql(`SELECT 1 FROM outbox WHERE state = 'owed' AND endpoint_id = ? ORDER BY due_at LIMIT 1 OFFSET ?`).get(
        endpointId,
        callbacks,
      ) !== undefined,
    counts: (endpointId) =>
      database.read(() => ({ owed: count(sql, endpointId, 'owed'), dead: count(sql, endpointId, 'dead') })),
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

function count(sql: NotifierDatabase['sql'], endpointId: string, state: string): number {
  const row = sql('SELECT count(*) AS n FROM outbox WHERE endpoint_id = ? AND state = ?').get(endpointId, state);
  return Number((row as { n: number }).n);
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

function recordOne(sql: NotifierDatabase['sql'], attempt: Attempt, at: number): void {
  const { id, endpointId, result } = attempt;
  if (result === 'accepted') {
    sql(
      `UPDATE outbox SET state = 'sent', sent_at = ?, attempts = attempts + 1, error = NULL, awaited_asset = NULL WHERE id = ?`,
    ).run(at, id);
    sql('UPDATE endpoints SET accepted_at = ? WHERE id = ?').run(at, endpointId);
    return;
  }
  const dueAt = result === 'failed' ? attempt.dueAt : at;
  sql(
    `UPDATE outbox SET state = ?, due_at = ?, attempts = attempts + 1, error = ?, awaited_asset = NULL WHERE id = ? AND state = 'owed'`,
  ).run(result === 'failed' ? 'owed' : 'dead', dueAt, attempt.error, id);
}
