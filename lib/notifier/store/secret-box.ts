import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { invalidOption } from '../../errors.ts';
import type { NotifierDatabase } from './database.ts';

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
  const stale = sealedColumns.flatMap(({ table, column }) =>
    (
      database
        .sql(`SELECT rowid, key_id AS owner, ${column} AS secret FROM ${table} WHERE ${column} IS NOT NULL`)
        .all() as StoredSecret[]
    )
      .filter(({ owner, secret }) => !box.isCurrent(owner, secret))
      .map((row) => ({ ...row, table, column })),
  );
  if (stale.length === 0) return;
  database.database.exec('PRAGMA secure_delete = ON;');
  await database.write(() => {
    for (const { table, column, rowid, owner, secret } of stale) {
      database
        .sql(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`)
        .run(box.seal(owner, box.open(owner, secret)), rowid);
    }
  });
  database.database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA secure_delete = OFF;');
}

const sealedColumns = [
  { table: 'endpoints', column: 'secret' },
  { table: 'endpoints', column: 'api_key' },
  { table: 'old_secrets', column: 'secret' },
] as const;

interface StoredSecret {
  rowid: number;
  owner: string;
  secret: string;
}
