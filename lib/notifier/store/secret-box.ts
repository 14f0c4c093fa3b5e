import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { invalidOption } from '../../errors.ts';
import type { NotifierDatabase, Sql } from './database.ts';

/** How signing secrets stand in the database: encrypted, or in plain text if the operator allowed it. */
export interface SecretBox {
  /** `owner` is the id of the API key: what is sealed for one opens for no other. */
  seal(owner: string, secret: string): string;
  /** Throws `OPTION_INVALID` for a secret that no key opens. */
  open(owner: string, stored: string): string;
  /** Whether `seal` would leave it as it is. */
  isCurrent(owner: string, stored: string): boolean;
}

const cipher = 'aes-256-gcm';
const prefix = 'sealed:1:';
const ivBytes = 12;
const tagBytes = 16;
export const secretsKeyBytes = 32;

/** The first key seals, each opens. Without keys, secrets stand in clear. */
export function createSecretBox(keys: readonly Buffer[]): SecretBox {
  const [current] = keys;

  const open = (owner: string, stored: string): string => {
    if (!stored.startsWith(prefix)) return stored;
    for (const key of keys) {
      const secret = openText(key, owner, stored);
      if (secret !== undefined) return secret;
    }
    throw invalidOption(
      'secretsKey',
      'cannot decrypt the signing secrets of this database; use the key that encrypted them',
    );
  };

  return {
    seal: (owner, secret) => (current === undefined ? secret : sealText(current, owner, secret)),
    open,
    isCurrent: (owner, stored) =>
      current === undefined ? !stored.startsWith(prefix) : openText(current, owner, stored) !== undefined,
  };
}

/** A text under a key of 32 bytes, bound to its owner. */
export function sealText(key: Buffer, owner: string, secret: string): string {
  const iv = randomBytes(ivBytes);
  const sealing = createCipheriv(cipher, key, iv).setAAD(Buffer.from(owner));
  const text = Buffer.concat([sealing.update(secret, 'utf8'), sealing.final()]);
  return `${prefix}${Buffer.concat([iv, sealing.getAuthTag(), text]).toString('base64')}`;
}

/** Undefined if it is not whole, or sealed under another key or for another owner. */
export function openText(key: Buffer, owner: string, stored: string): string | undefined {
  if (!stored.startsWith(prefix)) return undefined;
  const bytes = Buffer.from(stored.slice(prefix.length), 'base64');
  if (bytes.length < ivBytes + tagBytes) return undefined;
  const opening = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(owner))
    .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    return Buffer.concat([opening.update(bytes.subarray(ivBytes + tagBytes)), opening.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Seals anew what stands in clear or under an older key, so that no old form stays in the file. */
export async function sealStored(database: NotifierDatabase, box: SecretBox): Promise<void> {
  if ((await database.read((sql) => stale(sql, box))).length === 0) return;
  await database.write(
    async (sql) => {
      for (const { table, column, rowid, owner, secret } of await stale(sql, box)) {
        // Another process may have put a new one in its place.
        const update = sql(`UPDATE ${table} SET ${column} = ? WHERE rowid = ? AND ${column} = ?`);
        await update.run(box.seal(owner, box.open(owner, secret)), rowid, secret);
      }
    },
    { erase: true },
  );
}

async function stale(sql: Sql, box: SecretBox): Promise<(StoredSecret & SealedColumn)[]> {
  const found: (StoredSecret & SealedColumn)[] = [];
  for (const { table, column } of sealedColumns) {
    const all = sql(`SELECT rowid, key_id AS owner, ${column} AS secret FROM ${table} WHERE ${column} IS NOT NULL`);
    for (const row of (await all.all()) as StoredSecret[]) {
      if (!box.isCurrent(row.owner, row.secret)) found.push({ ...row, table, column });
    }
  }
  return found;
}

interface SealedColumn {
  table: 'endpoints' | 'old_secrets';
  column: 'secret' | 'api_key';
}

const sealedColumns: readonly SealedColumn[] = [
  { table: 'endpoints', column: 'secret' },
  { table: 'endpoints', column: 'api_key' },
  { table: 'old_secrets', column: 'secret' },
];

interface StoredSecret {
  rowid: number;
  owner: string;
  secret: string;
}
