import type { NotifierDatabase } from './database.ts';
import type { SecretBox } from './secret-box.ts';

/** Where the callbacks of one key go. */
export interface Endpoint {
  keyId: string;
  url: string | undefined;
  enabled: boolean;
  disabledAt: number | undefined;
  disabledReason: string | undefined;
  /** When the URL last accepted a callback. */
  acceptedAt: number | undefined;
  /** Secrets in force, newest first: each signs. */
  secrets: readonly string[];
}

export interface Endpoints {
  get(keyId: string): Promise<Endpoint | undefined>;
  /** Those that have a URL and are enabled. */
  active(): Promise<Endpoint[]>;
  /** The keys of those. */
  activeKeys(): Promise<string[]>;
  /** Sets and enables the URL; what is owed is tried again at once, for the whole time. */
  setUrl(keyId: string, url: string): Promise<void>;
  /** Enables a URL that was disabled; false if none is set. */
  enable(keyId: string): Promise<boolean>;
  disable(keyId: string, reason: string): Promise<void>;
}

interface Row {
  key_id: string;
  url: string | null;
  secret: string;
  enabled: number;
  disabled_at: number | null;
  disabled_reason: string | null;
  accepted_at: number | null;
}

export function createEndpoints(
  database: NotifierDatabase,
  box: SecretBox,
  now: () => number,
  retryMs: number,
): Endpoints {
  const { sql } = database;

  const toEndpoint = (row: Row): Endpoint => {
    const old = sql('SELECT secret FROM old_secrets WHERE key_id = ? AND until > ? ORDER BY until DESC').all(
      row.key_id,
      now(),
    ) as { secret: string }[];
    return {
      keyId: row.key_id,
      url: row.url ?? undefined,
      enabled: row.enabled === 1,
      disabledAt: row.disabled_at ?? undefined,
      disabledReason: row.disabled_reason ?? undefined,
      acceptedAt: row.accepted_at ?? undefined,
      secrets: [row, ...old].map(({ secret }) => box.open(row.key_id, secret)),
    };
  };

  const owe = (keyId: string): void => {
    sql(`UPDATE outbox SET due_at = ?, attempts = 0, retry_until = ? WHERE key_id = ? AND state = 'owed'`).run(
      now(),
      now() + retryMs,
      keyId,
    );
  };

  return {
    get: (keyId) =>
      database.read(() => {
        const row = sql('SELECT * FROM endpoints WHERE key_id = ?').get(keyId) as Row | undefined;
        return row && toEndpoint(row);
      }),
    active: () =>
      database.read(() =>
        (sql('SELECT * FROM endpoints WHERE enabled = 1 AND url IS NOT NULL').all() as Row[]).map(toEndpoint),
      ),
    activeKeys: () =>
      database.read(() =>
        (sql('SELECT key_id FROM endpoints WHERE enabled = 1 AND url IS NOT NULL').all() as Row[]).map(
          (row) => row.key_id,
        ),
      ),
    setUrl: (keyId, url) =>
      database.write(() => {
        sql(
          'UPDATE endpoints SET url = ?, enabled = 1, disabled_at = NULL, disabled_reason = NULL WHERE key_id = ?',
        ).run(url, keyId);
        owe(keyId);
      }),
    enable: (keyId) =>
      database.write(() => {
        const { changes } = sql(
          `UPDATE endpoints SET enabled = 1, disabled_at = NULL, disabled_reason = NULL
           WHERE key_id = ? AND url IS NOT NULL`,
        ).run(keyId);
        if (Number(changes) === 0) return false;
        owe(keyId);
        return true;
      }),
    disable: (keyId, reason) =>
      database.write(() => {
        sql('UPDATE endpoints SET enabled = 0, disabled_at = ?, disabled_reason = ? WHERE key_id = ?').run(
          now(),
          reason,
          keyId,
        );
      }),
  };
}
