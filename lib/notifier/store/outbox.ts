import { randomUUID } from 'node:crypto';
import type { TokenFacts } from '../reading/token-facts.ts';
import { type CallbackType, decoratedBody } from '../sending/callback-body.ts';
import type { MadeAttempt } from './callback-search.ts';
import { type GivenRow, givenRows, type NotifierDatabase, type RowColumns, type Sql } from './database.ts';
import { lockKey } from './rotation.ts';

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
  /** Inside a write transaction of the caller's: the callbacks are owed when that commits. */
  put(sql: Sql, callbacks: readonly NewCallback[]): Promise<void>;
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
  /** Inside a transaction of the caller's: those of some URLs to which more is owed. */
  owedMoreThan(sql: Sql, endpointIds: readonly string[], callbacks: number): Promise<ReadonlySet<string>>;
  counts(endpointId: string): Promise<{ owed: number; dead: number }>;
  /** Forgets accepted callbacks of before `before`, some at a time. */
  prune(before: number): Promise<void>;
}

const owedColumns = 'id, body, created_at AS "createdAt", retry_until AS "retryUntil", attempts';
const pruneAtOnce = 1_000;
/** For so long a callback waits for what its token says of itself. */
const decorateMs = 1_000;
/** Tests of one URL that are owed, or younger than a minute. */
export const mostTests = 10;
const testsWithinMs = 60_000;

export function createOutbox(database: NotifierDatabase, now: () => number, retryMs: number): Outbox {
  const put: Outbox['put'] = async (sql, callbacks) => {
    const rows = callbacks.map((one) => rowOf(one, now(), retryMs));
    if (rows.length > 0) await sql.insert('outbox', outboxColumns, rows);
  };

  return {
    put,
    decorate: (asset, facts) => database.write((sql) => decorate(sql, asset, facts, now())),
    putTest: (keyId, endpointId, body) =>
      database.write(async (sql) => {
        await lockKey(sql, keyId);
        const row = await sql(
          `SELECT count(*) AS tests FROM outbox WHERE type = 'test' AND endpoint_id = ? AND (state = 'owed' OR created_at > ?)`,
        ).get(endpointId, now() - testsWithinMs);
        if ((row as { tests: number }).tests >= mostTests) return false;
        await put(sql, [{ keyId, endpointId, type: 'test', body }]);
        return true;
      }),
    due: (endpointId, limit) =>
      database.read((sql) =>
        sql(
          `SELECT ${owedColumns} FROM outbox
           WHERE state = 'owed' AND endpoint_id = ? AND due_at <= ? ORDER BY due_at, seq LIMIT ?`,
        ).all(endpointId, now(), limit),
      ) as Promise<OwedCallback[]>,
    probe: (endpointId) => database.read((sql) => probe(sql, endpointId)),
    async hasten(endpointId) {
      await database.write((sql) =>
        sql(`UPDATE outbox SET due_at = ? WHERE state = 'owed' AND endpoint_id = ? AND due_at > ?`).run(
          now(),
          endpointId,
          now(),
        ),
      );
    },
    record: (attempts) => database.write((sql) => recordAll(sql, attempts, now())),
    resend: (keyId, ids) =>
      database.write(async (sql) => {
        const rows = await sql(
          `UPDATE outbox SET state = 'owed', due_at = ?, attempts = 0, retry_until = ?
           WHERE key_id = ? AND id IN (SELECT asked.id FROM ${sql.dialect.rows({ id: 'text' })} AS asked)
           RETURNING endpoint_id AS "endpointId"`,
        ).all(now(), now() + retryMs, keyId, givenRows(ids.map((id) => ({ id }))));
        return (rows as { endpointId: string }[]).map((row) => row.endpointId);
      }),
    async owedMoreThan(sql, endpointIds, callbacks) {
      if (endpointIds.length === 0) return new Set();
      const rows = await sql(
        `SELECT asked.id FROM ${sql.dialect.rows({ id: 'text' })} AS asked WHERE EXISTS
           (SELECT 1 FROM outbox WHERE state = 'owed' AND endpoint_id = asked.id ORDER BY due_at LIMIT 1 OFFSET ?)`,
      ).all(givenRows(endpointIds.map((id) => ({ id }))), callbacks);
      return new Set((rows as { id: string }[]).map((row) => row.id));
    },
    counts: (endpointId) =>
      database.read(async (sql) => {
        // Of a partial index the planner knows by a state that stands in the statement.
        const row = await sql(
          `SELECT (SELECT count(*) FROM outbox WHERE state = 'owed' AND endpoint_id = ?) AS owed,
             (SELECT count(*) FROM outbox WHERE state = 'dead' AND endpoint_id = ?) AS dead`,
        ).get(endpointId, endpointId);
        return { ...(row as { owed: number; dead: number }) };
      }),
    async prune(before) {
      await database.write((sql) =>
        sql(
          `DELETE FROM outbox WHERE seq IN
             (SELECT seq FROM outbox WHERE state = 'sent' AND sent_at < ? ORDER BY sent_at LIMIT ?)`,
        ).run(before, pruneAtOnce),
      );
    },
  };
}

const outboxColumns: RowColumns = {
  ...{ id: 'text', key_id: 'text', endpoint_id: 'text', type: 'text', body: 'text', network: 'text', asset: 'text' },
  ...{ address: 'text', transaction_hash: 'text', awaited_asset: 'text', state: 'text', created_at: 'bigint' },
  ...{ due_at: 'bigint', retry_until: 'bigint', attempts: 'bigint' },
};

function rowOf({ keyId, endpointId, type, body, about }: NewCallback, at: number, retryMs: number): GivenRow {
  const awaited = about?.isDecorated === false ? about.asset : null;
  return {
    id: `msg_${randomUUID()}`,
    key_id: keyId,
    endpoint_id: endpointId,
    type,
    body,
    network: about?.network ?? null,
    asset: about?.asset ?? null,
    address: about?.address ?? null,
    transaction_hash: about?.transaction ?? null,
    awaited_asset: awaited,
    state: 'owed',
    created_at: at,
    due_at: awaited === null ? at : at + decorateMs,
    retry_until: at + retryMs,
    attempts: 0,
  };
}

/** What is due may be on its way: one callback keeps one body. */
async function decorate(sql: Sql, asset: string, facts: TokenFacts, at: number): Promise<void> {
  const rows = await sql('SELECT seq, body FROM outbox WHERE awaited_asset = ? AND due_at > ?').all(asset, at);
  const made = (rows as { seq: number; body: string }[]).map(({ seq, body }) => ({
    ...{ seq, body: decoratedBody(body, facts) },
  }));
  if (made.length === 0) return;
  const update = sql(
    `UPDATE outbox SET body = made.body, awaited_asset = NULL, due_at = ?
     FROM ${sql.dialect.rows({ seq: 'bigint', body: 'text' })} AS made WHERE outbox.seq = made.seq`,
  );
  await update.run(at, givenRows(made));
}

async function probe(sql: Sql, endpointId: string): Promise<OwedCallback[]> {
  const first = async (those: string): Promise<OwedCallback[]> =>
    (await sql(
      `SELECT ${owedColumns} FROM outbox WHERE state = 'owed' AND endpoint_id = ? ${those} ORDER BY due_at, seq LIMIT 1`,
    ).all(endpointId)) as OwedCallback[];
  const tests = await first("AND type = 'test'");
  return tests.length > 0 ? tests : first('');
}

/** Both statements for all of them: they come by the hundred. */
async function recordAll(sql: Sql, attempts: readonly Attempt[], now: number): Promise<void> {
  const accepted = attempts.filter((one) => one.result === 'accepted');
  if (accepted.length > 0) {
    await sql(
      `UPDATE outbox SET state = 'sent', sent_at = ?, ${attempted(sql)}
       FROM ${sql.dialect.rows(attemptColumns)} AS made WHERE outbox.id = made.id`,
    ).run(now, givenRows(accepted.map((one) => attemptRow(one, now))));
    for (const id of new Set(accepted.map((one) => one.endpointId))) {
      await sql('UPDATE endpoints SET accepted_at = ? WHERE id = ?').run(now, id);
    }
  }
  const others = attempts.filter((one) => one.result !== 'accepted');
  if (others.length === 0) return;
  await sql(
    `UPDATE outbox SET state = made.state, due_at = made.due_at, ${attempted(sql)}
     FROM ${sql.dialect.rows(attemptColumns)} AS made WHERE outbox.id = made.id AND outbox.state = 'owed'`,
  ).run(givenRows(others.map((one) => attemptRow(one, now))));
}

const attemptColumns: RowColumns = {
  ...{ id: 'text', state: 'text', due_at: 'bigint', error: 'text', http_status: 'bigint', history: 'text' },
};

function attemptRow(attempt: Attempt, now: number): GivenRow {
  const { id, result, at, httpStatus, durationMs } = attempt;
  const error = result === 'accepted' ? null : attempt.error;
  const history = JSON.stringify({ at, httpStatus, durationMs, error } satisfies MadeAttempt);
  const [state, due] = result === 'failed' ? ['owed', attempt.dueAt] : ['dead', now];
  return { id, state, due_at: due, error, http_status: httpStatus, history };
}

/** Attempts of a callback that are kept. */
const mostHistory = 20;

function attempted({ dialect }: Sql): string {
  const history = dialect.appended('outbox.history', 'made.history', mostHistory);
  return `attempts = outbox.attempts + 1, awaited_asset = NULL, error = made.error, http_status = made.http_status,
    history = ${history}`;
}
