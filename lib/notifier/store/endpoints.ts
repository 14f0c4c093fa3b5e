import { randomBytes } from 'node:crypto';
import type { NotifierDatabase, Sql } from './database.ts';
import { type FilterColumns, type Filters, filterColumns, readFilterColumns } from './filters.ts';
import { defaultOverlapMs, keepSecret, lockKey, newSecret } from './rotation.ts';
import type { SecretBox } from './secret-box.ts';

/** A callback URL of a key, or the place for its first one. */
export interface Endpoint {
  id: string;
  keyId: string;
  url: string | undefined;
  /** The first one of its key. */
  isDefault: boolean;
  filters: Filters;
  /** Sent as `x-api-key`. */
  apiKey: string | undefined;
  enabled: boolean;
  pausedAt: number | undefined;
  disabledAt: number | undefined;
  disabledReason: string | undefined;
  /** When the URL last accepted a callback. */
  acceptedAt: number | undefined;
  /** Secrets in force, newest first: each signs. */
  secrets: readonly string[];
}

/** What can be set of one; what is absent stays as it is. */
export interface EndpointChanges {
  url?: string;
  filters?: Filters;
  apiKey?: string | null;
}

export interface Endpoints {
  get(id: string): Promise<Endpoint | undefined>;
  /** One of a key. */
  find(keyId: string, id: string): Promise<Endpoint | undefined>;
  /** Those of a key, its first one first. */
  list(keyId: string): Promise<Endpoint[]>;
  /** Those that have a URL and are neither disabled nor paused. */
  active(): Promise<Endpoint[]>;
  /** Those of them to which anything is owed; another number of `nudges` says that it is to be tried at once. */
  owed(): Promise<{ id: string; nudges: number }[]>;
  /** Has the URL tried at once by whichever process sends to it. */
  nudge(id: string): Promise<void>;
  /**
   * One more, with a secret of its own; undefined if there are too many. The place of the first one is taken if it is free: what is owed
   * to the key is sent there, and the secret that the key came with signs too, for a day.
   */
  add(keyId: string, given: EndpointChanges & { url: string }): Promise<{ id: string; secret: string } | undefined>;
  /** Setting the URL enables it; what is owed is tried again at once, for the whole time. */
  change(id: string, changes: EndpointChanges): Promise<void>;
  /** Removes it with its callbacks; of the first one the place stays, as it was before any URL was set. */
  remove(id: string): Promise<void>;
  /** Goes on with what a stop interrupted. */
  removeRest(): Promise<void>;
  /** Enables a URL that was disabled. */
  enable(id: string): Promise<void>;
  disable(id: string, reason: string): Promise<void>;
  pause(id: string): Promise<void>;
  /** Ends a pause; what is owed is tried again at once, for the whole time. */
  resume(id: string): Promise<void>;
}

interface Row extends FilterColumns {
  id: string;
  key_id: string;
  is_default: number;
  url: string | null;
  secret: string;
  api_key: string | null;
  enabled: number;
  paused_at: number | null;
  disabled_at: number | null;
  disabled_reason: string | null;
  accepted_at: number | null;
}

/** URLs of one key. */
export const mostUrls = 20;

const isActive = 'enabled = 1 AND paused_at IS NULL AND url IS NOT NULL';

export function createEndpoints(
  database: NotifierDatabase,
  box: SecretBox,
  now: () => number,
  retryMs: number,
): Endpoints {
  const rows = (where: string, ...values: string[]): Promise<Endpoint[]> =>
    database.read((sql) => select(sql, box, now(), where, values));
  const owe = async (sql: Sql, id: string): Promise<void> => {
    await sql(
      `UPDATE outbox SET due_at = ?, attempts = 0, retry_until = ? WHERE endpoint_id = ? AND state = 'owed'`,
    ).run(now(), now() + retryMs, id);
  };
  const enable = async (sql: Sql, id: string): Promise<void> => {
    await sql('UPDATE endpoints SET enabled = 1, disabled_at = NULL, disabled_reason = NULL WHERE id = ?').run(id);
    await owe(sql, id);
  };

  return {
    get: async (id) => (await rows('id = ?', id))[0],
    find: async (keyId, id) => (await rows('key_id = ? AND id = ?', keyId, id))[0],
    list: (keyId) => rows('key_id = ?', keyId),
    active: () => rows(isActive),
    owed: () =>
      database.read(
        (sql) =>
          sql(
            `SELECT id, ${sql.isShared ? 'nudges' : '0 AS nudges'} FROM endpoints WHERE ${isActive}
               AND EXISTS (SELECT 1 FROM outbox WHERE state = 'owed' AND endpoint_id = endpoints.id)`,
          ).all() as Promise<{ id: string; nudges: number }[]>,
      ),
    nudge: (id) =>
      database.write(async (sql) => {
        if (sql.isShared) await sql('UPDATE endpoints SET nudges = nudges + 1 WHERE id = ?').run(id);
      }),
    add: (keyId, given) =>
      database.write(async (sql) => {
        await lockKey(sql, keyId);
        const made = (await takeFirst(sql, box, keyId, now())) ?? (await insertOneMore(sql, box, keyId));
        if (!made) return undefined;
        await change(sql, box, made.id, given);
        await enable(sql, made.id);
        return made;
      }),
    change: (id, changes) =>
      database.write(async (sql) => {
        await change(sql, box, id, changes);
        if (changes.url !== undefined) await enable(sql, id);
      }),
    remove: (id) => remove(database, id),
    async removeRest() {
      const half = await database.read((sql) =>
        sql('SELECT id FROM endpoints WHERE is_default = 0 AND url IS NULL').all(),
      );
      for (const { id } of half as { id: string }[]) await remove(database, id);
    },
    enable: (id) => database.write((sql) => enable(sql, id)),
    async disable(id, reason) {
      await database.write((sql) =>
        sql('UPDATE endpoints SET enabled = 0, disabled_at = ?, disabled_reason = ? WHERE id = ?').run(
          now(),
          reason,
          id,
        ),
      );
    },
    async pause(id) {
      await database.write((sql) =>
        sql('UPDATE endpoints SET paused_at = coalesce(paused_at, ?) WHERE id = ?').run(now(), id),
      );
    },
    resume: (id) =>
      database.write(async (sql) => {
        await sql('UPDATE endpoints SET paused_at = NULL WHERE id = ?').run(id);
        await owe(sql, id);
      }),
  };
}

/** Inside a write transaction. */
export async function insertEndpoint(
  sql: Sql,
  box: SecretBox,
  keyId: string,
  isDefault: boolean,
): Promise<{ id: string; secret: string }> {
  const id = `url_${randomBytes(8).toString('hex')}`;
  const secret = newSecret();
  await sql('INSERT INTO endpoints (id, key_id, is_default, secret, enabled) VALUES (?, ?, ?, ?, 1)').run(
    id,
    keyId,
    isDefault ? 1 : 0,
    box.seal(keyId, secret),
  );
  return { id, secret };
}

async function select(
  sql: Sql,
  box: SecretBox,
  at: number,
  where: string,
  values: readonly string[],
): Promise<Endpoint[]> {
  const those = `SELECT * FROM endpoints WHERE ${where} ORDER BY is_default DESC, rowid`;
  const rows = (await sql(those).all(...values)) as Row[];
  if (rows.length === 0) return [];
  const old = (await sql(
    `SELECT endpoint_id, secret FROM old_secrets WHERE until > ? AND endpoint_id IN (SELECT id FROM endpoints WHERE ${where})
     ORDER BY until DESC`,
  ).all(at, ...values)) as OldSecret[];
  return rows.map((row) =>
    toEndpoint(
      box,
      row,
      old.filter((one) => one.endpoint_id === row.id),
    ),
  );
}

interface OldSecret {
  endpoint_id: string;
  secret: string;
}

function toEndpoint(box: SecretBox, row: Row, old: readonly OldSecret[]): Endpoint {
  return {
    id: row.id,
    keyId: row.key_id,
    url: row.url ?? undefined,
    isDefault: row.is_default === 1,
    filters: readFilterColumns(row),
    apiKey: row.api_key === null ? undefined : box.open(row.key_id, row.api_key),
    enabled: row.enabled === 1,
    pausedAt: row.paused_at ?? undefined,
    disabledAt: row.disabled_at ?? undefined,
    disabledReason: row.disabled_reason ?? undefined,
    acceptedAt: row.accepted_at ?? undefined,
    secrets: [row, ...old].map(({ secret }) => box.open(row.key_id, secret)),
  };
}

async function change(sql: Sql, box: SecretBox, id: string, { url, filters, apiKey }: EndpointChanges): Promise<void> {
  if (url !== undefined) await sql('UPDATE endpoints SET url = ? WHERE id = ?').run(url, id);
  if (filters !== undefined) {
    const set = sql('UPDATE endpoints SET networks = ?, assets = ?, types = ? WHERE id = ?');
    await set.run(...filterColumns(filters), id);
  }
  if (apiKey === undefined) return;
  const row = await sql('SELECT key_id AS owner FROM endpoints WHERE id = ?').get(id);
  if (row === undefined) return;
  const { owner } = row as { owner: string };
  await sql('UPDATE endpoints SET api_key = ? WHERE id = ?').run(apiKey === null ? null : box.seal(owner, apiKey), id);
}

/** The place of the first one, with a new secret, if no URL is set there. */
async function takeFirst(
  sql: Sql,
  box: SecretBox,
  keyId: string,
  at: number,
): Promise<{ id: string; secret: string } | undefined> {
  const row = await sql('SELECT id FROM endpoints WHERE key_id = ? AND is_default = 1 AND url IS NULL').get(keyId);
  if (row === undefined) return undefined;
  const { id } = row as { id: string };
  const secret = newSecret();
  await keepSecret(sql, id, at + defaultOverlapMs);
  await sql('UPDATE endpoints SET secret = ? WHERE id = ?').run(box.seal(keyId, secret), id);
  return { id, secret };
}

async function insertOneMore(
  sql: Sql,
  box: SecretBox,
  keyId: string,
): Promise<{ id: string; secret: string } | undefined> {
  const { n } = (await sql('SELECT count(*) AS n FROM endpoints WHERE key_id = ?').get(keyId)) as { n: number };
  return Number(n) >= mostUrls ? undefined : insertEndpoint(sql, box, keyId, false);
}

/** Callbacks that are looked at in one transaction: nobody waits for the removal of many. */
const removeAtOnce = 1_000;

async function remove({ read, write }: NotifierDatabase, id: string): Promise<void> {
  await write(async (sql) => {
    const row = await sql('SELECT key_id AS owner FROM endpoints WHERE id = ?').get(id);
    if (row !== undefined) await lockKey(sql, (row as { owner: string }).owner);
    await sql(
      `UPDATE endpoints SET url = NULL, networks = NULL, assets = NULL, types = NULL, api_key = NULL, enabled = 1,
         paused_at = NULL, disabled_at = NULL, disabled_reason = NULL, accepted_at = NULL WHERE id = ?`,
    ).run(id);
    for (const table of ['withheld', 'backfills']) await sql(`DELETE FROM ${table} WHERE endpoint_id = ?`).run(id);
  });
  const { last } = (await read((sql) => sql('SELECT max(seq) AS last FROM outbox').get())) as { last: number | null };
  let place = 0;
  while (place < (last ?? 0)) {
    place = await write((sql) => removeSome(sql, id, place, last ?? 0));
    await new Promise(setImmediate);
  }
  await write((sql) => sql('DELETE FROM endpoints WHERE id = ? AND is_default = 0').run(id));
}

/** Where the next ones are. */
async function removeSome(sql: Sql, id: string, after: number, last: number): Promise<number> {
  const key = '(SELECT key_id FROM endpoints WHERE id = ?)';
  const row = await sql(
    `SELECT max(seq) AS next, count(*) AS n FROM
       (SELECT seq FROM outbox WHERE key_id = ${key} AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?) AS those`,
  ).get(id, after, last, removeAtOnce);
  const { next, n } = row as { next: number | null; n: number };
  const until = n < removeAtOnce ? last : (next ?? last);
  // Along the index of the key: there is none of all that goes to one URL.
  const drop = sql(`DELETE FROM outbox WHERE key_id = ${key} AND seq > ? AND seq <= ? AND endpoint_id = ?`);
  await drop.run(id, after, until, id);
  return until;
}
