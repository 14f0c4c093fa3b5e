import { randomBytes } from 'node:crypto';
import type { NotifierDatabase, Sql } from './database.ts';
import { insertEndpoint } from './endpoints.ts';
import {
  changedColumns,
  type KeyChanges,
  type KeyRights,
  type KeyRightsColumns,
  readRights,
  rightsColumns,
} from './key-rights.ts';
import { revokeKey } from './revocation.ts';
import { createRotation, hashOf, newKey, type Rotation } from './rotation.ts';
import type { SecretBox } from './secret-box.ts';

/** A new key and its secrets, returned once: none of them can be read again, and the key itself is not stored. */
export interface NewApiKey {
  id: string;
  name: string;
  /** Sent as `authorization: Bearer ...` or `x-api-key`. */
  key: string;
  /** The secret that signs callbacks: `whsec_...`, for the receiver's `secrets`. */
  signingSecret: string;
}

/** A key in force, without its secrets, and how its first callback URL fares. */
export interface ListedKey extends KeyRights {
  id: string;
  name: string;
  createdAt: number;
  url: string | null;
  enabled: boolean;
  disabledAt: number | null;
  disabledReason: string | null;
  /** When the URL last accepted a callback. */
  acceptedAt: number | null;
  /** How many URLs are set, and how many of them are disabled. */
  callbackUrls: number;
  disabledUrls: number;
}

export interface ApiKeys extends Rotation {
  /** Those in force, and those that have expired, newest first. */
  list(page: { before?: string; limit: number }): Promise<ListedKey[]>;
  /** One in force, or expired. */
  get(id: string): Promise<ListedKey | undefined>;
  create(name: string, rights?: Partial<KeyRights>): Promise<NewApiKey>;
  change(id: string, changes: KeyChanges): Promise<void>;
  /** Whose key that is, if it is in force and has not expired, and what it may do. */
  find(key: string): Promise<({ id: string } & KeyRights) | undefined>;
  /** As `revokeKey`. */
  revoke(id: string, ended: (sql: Sql) => Promise<() => void>): Promise<boolean>;
}

export function createApiKeys(database: NotifierDatabase, box: SecretBox, now: () => number): ApiKeys {
  return {
    ...createRotation(database, box, now),
    create(name, rights = {}) {
      const id = `key_${randomBytes(8).toString('hex')}`;
      const key = newKey();
      return database.write(async (sql) => {
        const insert = sql('INSERT INTO api_keys (id, name, hash, created_at) VALUES (?, ?, ?, ?)');
        await insert.run(id, name, hashOf(key), now());
        await change(sql, id, rights);
        const { secret } = await insertEndpoint(sql, box, id, true);
        return { id, name, key, signingSecret: secret };
      });
    },
    list: ({ before = '', limit }) =>
      database.read(async (sql) => {
        const rows = await sql(
          `${listing} AND api_keys.rowid < coalesce((SELECT rowid FROM api_keys WHERE id = ?), 9223372036854775807)
           ORDER BY api_keys.rowid DESC LIMIT ?`,
        ).all(before, limit);
        return (rows as ListedRow[]).map(listed);
      }),
    get: (id) =>
      database.read(async (sql) => {
        const row = await sql(`${listing} AND api_keys.id = ?`).get(id);
        return row === undefined ? undefined : listed(row as ListedRow);
      }),
    change: (id, changes) => database.write((sql) => change(sql, id, changes)),
    find(key) {
      return database.read(async (sql) => {
        // Found by a hash of 256 random bits: how long the search takes says nothing about the key.
        const hash = hashOf(key);
        const row = await sql(
          `SELECT id, ${rightsColumns} FROM api_keys
           WHERE id = coalesce((SELECT id FROM api_keys WHERE hash = ?),
               (SELECT key_id FROM old_keys WHERE hash = ? AND until > ?))
             AND revoked_at IS NULL AND coalesce(expires_at, 9223372036854775807) > ?`,
        ).get(hash, hash, now(), now());
        if (row === undefined) return undefined;
        const { id, ...columns } = row as { id: string } & KeyRightsColumns;
        return { id, ...readRights(columns) };
      });
    },
    revoke: (id, ended) => revokeKey(database, id, now(), ended),
  };
}

const listing = `SELECT api_keys.id AS id, name, created_at AS "createdAt", url, enabled, disabled_at AS "disabledAt",
    disabled_reason AS "disabledReason", accepted_at AS "acceptedAt", ${rightsColumns},
    (SELECT count(url) FROM endpoints WHERE key_id = api_keys.id) AS "callbackUrls",
    (SELECT count(url) FROM endpoints WHERE key_id = api_keys.id AND enabled = 0) AS "disabledUrls"
  FROM api_keys JOIN endpoints ON key_id = api_keys.id AND is_default = 1
  WHERE revoked_at IS NULL`;

type ListedRow = Omit<ListedKey, 'enabled' | keyof KeyRights> & { enabled: number } & KeyRightsColumns;

function listed(row: ListedRow): ListedKey {
  const { scopes, expires_at, requests_per_minute, allowed_sources, ...rest } = row;
  const rights = readRights({ scopes, expires_at, requests_per_minute, allowed_sources });
  return { ...rest, enabled: row.enabled === 1, ...rights };
}

/** Inside a write transaction. */
async function change(sql: Sql, id: string, changes: KeyChanges): Promise<void> {
  for (const [column, value] of changedColumns(changes)) {
    await sql(`UPDATE api_keys SET ${column} = ? WHERE id = ? AND revoked_at IS NULL`).run(value, id);
  }
}
