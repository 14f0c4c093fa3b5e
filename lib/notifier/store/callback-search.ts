import type { CallbackType } from '../sending/callback-body.ts';
import type { NotifierDatabase, Sql } from './database.ts';

/** A callback as it is listed. */
export interface ListedCallback {
  /** `webhook-id`. */
  id: string;
  /** Id of the URL that it goes to. */
  callbackUrl: string;
  type: CallbackType;
  /** Of a deposit: what it is about. */
  network?: string;
  asset?: string;
  address?: string;
  transaction?: string;
  state: 'owed' | 'sent' | 'dead';
  createdAt: number;
  attempts: number;
  dueAt: number;
  sentAt: number | null;
  /** What the receiver answered to the last attempt; `null` if it did not answer. */
  httpStatus: number | null;
  error: string | null;
}

/** One attempt to send a callback. */
export interface MadeAttempt {
  at: number;
  /** What the receiver answered; `null` if it did not answer. */
  httpStatus: number | null;
  durationMs: number;
  error: string | null;
}

export interface WholeCallback extends ListedCallback {
  /** As it was signed. */
  body: string;
  /** The last attempts, oldest first. */
  history: MadeAttempt[];
}

/** Each must fit; times are those of `createdAt`. */
export interface CallbackFilter {
  state?: string;
  type?: string;
  callbackUrl?: string;
  network?: string;
  asset?: string;
  /** Any of the texts that the address may have. */
  address?: readonly string[];
  transaction?: readonly string[];
  httpStatus?: number;
  /** Epoch ms, itself included. */
  since?: number;
  /** Epoch ms, itself not included. */
  until?: number;
}

export interface CallbackPage {
  found: ListedCallback[];
  /** The callback after which the next page begins; a page may be short, or empty, and not the last. */
  next?: string;
}

export interface CallbackSearch {
  /** Newest first. */
  page(keyId: string, filter: CallbackFilter, page: { before?: string; limit: number }): Promise<CallbackPage>;
  find(keyId: string, id: string): Promise<WholeCallback | undefined>;
}

interface Row {
  network: string | null;
  asset: string | null;
  address: string | null;
  hash: string | null;
}

/** Callbacks that are looked at for one page: no search holds the notifier up. */
const mostScanned = 10_000;

const columns = `id, endpoint_id AS "callbackUrl", type, network, asset, address, transaction_hash AS hash, state,
  created_at AS "createdAt", attempts, due_at AS "dueAt", sent_at AS "sentAt", http_status AS "httpStatus", error`;

export function createCallbackSearch({ read }: NotifierDatabase): CallbackSearch {
  return {
    page: (keyId, filter, { before = '', limit }) =>
      read(async (sql) => {
        const scanned = await scan(sql, keyId, filter, before);
        if (scanned === undefined) return { found: [] };
        const { where, values } = conditions(filter);
        const rows = (await sql(
          `SELECT * FROM (SELECT seq, ${columns} FROM outbox WHERE ${scanned.where} ORDER BY seq DESC LIMIT ${mostScanned})
             AS scanned WHERE ${where} ORDER BY seq DESC LIMIT ?`,
        ).all(...scanned.values, ...values, limit)) as (Row & Omit<ListedCallback, keyof Row>)[];
        const found = rows.map(listed);
        const next = found.length === limit ? found.at(-1)?.id : await lastScanned(sql, scanned);
        return { found, ...(next === undefined ? {} : { next }) };
      }),
    find: (keyId, id) =>
      read(async (sql) => {
        const row = await sql(`SELECT ${columns}, body, history FROM outbox WHERE key_id = ? AND id = ?`).get(
          keyId,
          id,
        );
        if (row === undefined) return undefined;
        const { body, history, ...rest } = row as Row &
          Omit<ListedCallback, keyof Row> & { body: string; history: string | null };
        return { ...listed(rest), body, history: JSON.parse(history ?? '[]') as MadeAttempt[] };
      }),
  };
}

interface Condition {
  where: string;
  values: (string | number)[];
}

/** Callbacks along an index, from the place of the page on; undefined if there are none of that address or transaction. */
async function scan(
  sql: Sql,
  keyId: string,
  { address, transaction }: CallbackFilter,
  before: string,
): Promise<Condition | undefined> {
  const base: Condition = {
    where: 'key_id = ? AND seq < coalesce((SELECT seq FROM outbox WHERE id = ?), 9223372036854775807)',
    values: [keyId, before],
  };
  for (const [column, texts] of [
    ['transaction_hash', transaction],
    ['address', address],
  ] as const) {
    if (texts === undefined) continue;
    const known = sql(`SELECT 1 FROM outbox WHERE key_id = ? AND ${column} = ? LIMIT 1`);
    let found: string | undefined;
    for (const text of texts) {
      if (found === undefined && (await known.get(keyId, text)) !== undefined) found = text;
    }
    if (found === undefined) return undefined;
    base.where += ` AND ${column} = ?`;
    base.values.push(found);
  }
  return base;
}

async function lastScanned(sql: Sql, { where, values }: Condition): Promise<string | undefined> {
  const row = sql(`SELECT id FROM outbox WHERE ${where} ORDER BY seq DESC LIMIT 1 OFFSET ?`);
  return ((await row.get(...values, mostScanned - 1)) as { id: string } | undefined)?.id;
}

function conditions(filter: CallbackFilter): Condition {
  const { state, type, callbackUrl, network, asset, httpStatus, since, until } = filter;
  const each: readonly (readonly [string, string | number | undefined])[] = [
    ['state = ?', state],
    ['type = ?', type],
    ['"callbackUrl" = ?', callbackUrl],
    ['network = ?', network],
    ['asset = ?', asset],
    ['"httpStatus" = ?', httpStatus],
    ['"createdAt" >= ?', since],
    ['"createdAt" < ?', until],
  ];
  const given = each.filter(([, value]) => value !== undefined);
  return {
    where: ['TRUE', ...given.map(([text]) => text)].join(' AND '),
    values: given.flatMap(([, value]) => (value === undefined ? [] : [value])),
  };
}

function listed(row: Row & Omit<ListedCallback, keyof Row>): ListedCallback {
  const { id, callbackUrl, type, network, asset, address, hash, state } = row;
  const { createdAt, attempts, dueAt, sentAt, httpStatus, error } = row;
  return {
    ...{ id, callbackUrl, type },
    ...(network === null ? {} : { network }),
    ...(asset === null ? {} : { asset }),
    ...(address === null ? {} : { address }),
    ...(hash === null ? {} : { transaction: hash }),
    ...{ state, createdAt, attempts, dueAt, sentAt, httpStatus, error },
  };
}
