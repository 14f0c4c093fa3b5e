import { createHash, randomBytes } from 'node:crypto';
import { newStandardWebhooksPair } from '../../signatures/standard-webhooks.ts';
import type { NotifierDatabase, Sql } from './database.ts';
import type { SecretBox } from './secret-box.ts';

/** `hmac`: one secret for both sides, `v1` of Standard Webhooks. `ed25519`: a pair, whose secret never leaves the notifier, `v1a`. */
export type SigningAlgorithm = 'hmac' | 'ed25519';

/** What the receiver verifies with: `whsec_...` or `whpk_...`. */
export type NewSigningSecret = { signingSecret: string } | { publicKey: string };

/** New keys and secrets in place of others, which stay in force for a while. */
export interface Rotation {
  /**
   * A new signing secret of a callback URL; the one before signs too for `overlapMs`, so that the receiver can change over. With 0 it ends at once, and so
   * do older ones. Undefined while there are too many of them: none may be dropped before its time.
   */
  rotateSecret(
    endpoint: { id: string; keyId: string },
    overlapMs: number,
    algorithm: SigningAlgorithm,
  ): Promise<NewSigningSecret | undefined>;
  /** A new key in place of the one before, by the same rule. Undefined if there are too many, `null` if there is no such key in force. */
  rotateKey(id: string, overlapMs: number): Promise<string | undefined | null>;
}

/** For how long what was rotated stays in force, if nothing else is asked. */
export const defaultOverlapMs = 86_400_000;
export const longestOverlapMs: number = 30 * 86_400_000;
/** Old secrets in force at once, and old keys; receivers look at 16 signatures of a header. */
export const mostOld = 4;

export function createRotation(database: NotifierDatabase, box: SecretBox, now: () => number): Rotation {
  return {
    rotateSecret({ id, keyId }, overlapMs, algorithm) {
      const pair = algorithm === 'ed25519' ? newStandardWebhooksPair() : undefined;
      const secret = pair?.secret ?? newSecret();
      return database.write(async (sql) => {
        await lockKey(sql, keyId);
        if (!(await makeRoom(sql, 'old_secrets', id, overlapMs))) return undefined;
        if (overlapMs > 0) await keepSecret(sql, id, now() + overlapMs);
        await sql('UPDATE endpoints SET secret = ? WHERE id = ?').run(box.seal(keyId, secret), id);
        return pair ? { publicKey: pair.public } : { signingSecret: secret };
      });
    },
    rotateKey(id, overlapMs) {
      const key = newKey();
      return database.write(async (sql) => {
        const old = await sql('SELECT hash FROM api_keys WHERE id = ? AND revoked_at IS NULL /*pg FOR UPDATE*/').get(
          id,
        );
        if (!old) return null;
        if (!(await makeRoom(sql, 'old_keys', id, overlapMs))) return undefined;
        if (overlapMs > 0) {
          await sql(
            'INSERT INTO old_keys (hash, key_id, until) SELECT hash, id, CAST(? AS BIGINT) FROM api_keys WHERE id = ?',
          ).run(now() + overlapMs, id);
        }
        await sql('UPDATE api_keys SET hash = ? WHERE id = ?').run(hashOf(key), id);
        return key;
      });
    },
  };

  /** Forgets those that are over, or all if nothing is to overlap; false while too many are in force. */
  async function makeRoom(
    sql: Sql,
    table: 'old_secrets' | 'old_keys',
    id: string,
    overlapMs: number,
  ): Promise<boolean> {
    const owner = table === 'old_keys' ? 'key_id' : 'endpoint_id';
    if (overlapMs === 0) {
      await sql(`DELETE FROM ${table} WHERE ${owner} = ?`).run(id);
      return true;
    }
    await sql(`DELETE FROM ${table} WHERE ${owner} = ? AND until <= ?`).run(id, now());
    const { old } = (await sql(`SELECT count(*) AS old FROM ${table} WHERE ${owner} = ?`).get(id)) as { old: number };
    return Number(old) < mostOld;
  }
}

/** Inside a write transaction, to the end of which no other one does the same with a key. */
export async function lockKey(sql: Sql, keyId: string): Promise<void> {
  await sql('SELECT 1 FROM api_keys WHERE id = ? /*pg FOR UPDATE*/').get(keyId);
}

/** The secret of a callback URL, which another is to take the place of, signs until then. */
export async function keepSecret(sql: Sql, endpointId: string, until: number): Promise<void> {
  await sql(
    `INSERT INTO old_secrets (endpoint_id, key_id, secret, until)
     SELECT id, key_id, secret, CAST(? AS BIGINT) FROM endpoints WHERE id = ?`,
  ).run(until, endpointId);
}

export function newKey(): string {
  return `dck_${randomBytes(32).toString('base64url')}`;
}

export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

// A key is 256 random bits, which no one can guess from a plain hash.
export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
