import { DepositCallbackError } from '../../errors.ts';
import type { PostgresTransaction } from '../../stores/postgres/client.ts';
import { quoted } from '../../stores/postgres/functions.ts';

/**
 * Numbered migrations of the notifier's tables in PostgreSQL. The first has what the twelve of SQLite came to; `rowid` is the order in
 * which rows came, which SQLite keeps by itself.
 */
const migrations: readonly string[] = [
  `CREATE TABLE api_keys (
    rowid bigint GENERATED ALWAYS AS IDENTITY,
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    hash text COLLATE "C" NOT NULL UNIQUE,
    created_at bigint NOT NULL,
    revoked_at bigint,
    scopes text,
    expires_at bigint,
    requests_per_minute bigint,
    allowed_sources text
  );
  CREATE TABLE old_keys (
    hash text COLLATE "C" PRIMARY KEY,
    key_id text COLLATE "C" NOT NULL REFERENCES api_keys (id),
    until bigint NOT NULL
  );
  CREATE INDEX old_keys_by_key ON old_keys (key_id, until);
  CREATE TABLE endpoints (
    rowid bigint GENERATED ALWAYS AS IDENTITY,
    id text COLLATE "C" PRIMARY KEY,
    key_id text COLLATE "C" NOT NULL REFERENCES api_keys (id),
    is_default integer NOT NULL,
    url text,
    networks text,
    assets text,
    types text,
    secret text NOT NULL,
    api_key text,
    enabled integer NOT NULL,
    paused_at bigint,
    disabled_at bigint,
    disabled_reason text,
    accepted_at bigint,
    nudges bigint NOT NULL DEFAULT 0
  );
  CREATE INDEX endpoints_by_key ON endpoints (key_id);
  CREATE UNIQUE INDEX endpoints_default ON endpoints (key_id) WHERE is_default = 1;
  CREATE TABLE old_secrets (
    rowid bigint GENERATED ALWAYS AS IDENTITY,
    endpoint_id text COLLATE "C" NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    key_id text COLLATE "C" NOT NULL,
    secret text NOT NULL,
    until bigint NOT NULL
  );
  CREATE INDEX old_secrets_by_endpoint ON old_secrets (endpoint_id, until);
  CREATE TABLE lanes (endpoint_id text COLLATE "C" PRIMARY KEY, holder integer NOT NULL);
  CREATE TABLE withheld (
    endpoint_id text COLLATE "C" NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    network text COLLATE "C" NOT NULL,
    from_block bigint NOT NULL,
    PRIMARY KEY (endpoint_id, network)
  );
  CREATE TABLE watches (
    network text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    memo text COLLATE "C" NOT NULL,
    key_id text COLLATE "C" NOT NULL REFERENCES api_keys (id),
    created_at bigint NOT NULL,
    label text,
    assets text,
    expires_at bigint,
    PRIMARY KEY (key_id, network, address, memo)
  );
  CREATE INDEX watches_by_network ON watches (network, key_id, address, memo);
  CREATE INDEX watches_expiring ON watches (network, expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE watch_versions (network text COLLATE "C" PRIMARY KEY, version bigint NOT NULL);
  CREATE TABLE watch_log (
    network text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    memo text COLLATE "C" NOT NULL
  );
  CREATE INDEX watch_log_by_version ON watch_log (network, version);
  CREATE TABLE networks (
    network text COLLATE "C" PRIMARY KEY,
    last_event_at bigint NOT NULL,
    epoch bigint NOT NULL DEFAULT 0,
    health text
  );
  CREATE TABLE blocks (
    network text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (network, number)
  );
  CREATE TABLE transfers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network text COLLATE "C" NOT NULL,
    block_number bigint NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    confirmed integer NOT NULL,
    data text NOT NULL,
    spendable_from bigint NOT NULL
  );
  CREATE INDEX transfers_by_block ON transfers (network, block_number);
  CREATE INDEX transfers_to_confirm ON transfers (network, block_number) WHERE confirmed = 0;
  CREATE INDEX transfers_by_key ON transfers (key_id);
  CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    key_id text COLLATE "C" NOT NULL,
    endpoint_id text COLLATE "C" NOT NULL,
    type text NOT NULL,
    body text NOT NULL,
    state text NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint NOT NULL,
    retry_until bigint NOT NULL,
    attempts bigint NOT NULL,
    sent_at bigint,
    error text,
    awaited_asset text,
    network text,
    asset text,
    address text COLLATE "C",
    transaction_hash text COLLATE "C",
    http_status integer,
    history text
  );
  CREATE INDEX outbox_due ON outbox (endpoint_id, due_at, seq) WHERE state = 'owed';
  CREATE INDEX outbox_owed ON outbox (created_at) WHERE state = 'owed';
  CREATE INDEX outbox_dead ON outbox (endpoint_id) WHERE state = 'dead';
  CREATE INDEX outbox_by_key ON outbox (key_id, seq);
  CREATE INDEX outbox_sent ON outbox (sent_at) WHERE state = 'sent';
  CREATE INDEX outbox_to_decorate ON outbox (awaited_asset) WHERE awaited_asset IS NOT NULL;
  CREATE INDEX outbox_tests ON outbox (endpoint_id, created_at) WHERE type = 'test';
  CREATE INDEX outbox_by_transaction ON outbox (key_id, transaction_hash) WHERE transaction_hash IS NOT NULL;
  CREATE INDEX outbox_by_address ON outbox (key_id, address, seq) WHERE address IS NOT NULL;
  CREATE TABLE backfills (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    key_id text COLLATE "C" NOT NULL REFERENCES api_keys (id),
    endpoint_id text COLLATE "C",
    network text COLLATE "C" NOT NULL,
    from_block bigint NOT NULL,
    to_block bigint,
    next_block bigint NOT NULL,
    is_whole integer NOT NULL,
    found bigint NOT NULL,
    created_at bigint NOT NULL,
    done_at bigint,
    error text
  );
  CREATE INDEX backfills_by_key ON backfills (key_id, seq);
  CREATE INDEX backfills_open ON backfills (network, seq) WHERE done_at IS NULL;
  CREATE INDEX backfills_by_endpoint ON backfills (endpoint_id) WHERE endpoint_id IS NOT NULL;
  CREATE TABLE backfill_accounts (
    backfill_id text COLLATE "C" NOT NULL REFERENCES backfills (id) ON DELETE CASCADE,
    address text COLLATE "C" NOT NULL,
    memo text COLLATE "C" NOT NULL,
    PRIMARY KEY (backfill_id, address, memo)
  );
  CREATE TABLE answers (
    id text COLLATE "C" PRIMARY KEY,
    owner text COLLATE "C" NOT NULL,
    fingerprint text NOT NULL,
    status integer NOT NULL,
    body text NOT NULL,
    created_at bigint NOT NULL
  );
  CREATE INDEX answers_by_owner ON answers (owner, created_at);
  CREATE INDEX answers_by_time ON answers (created_at);`,
];

/** Brings the schema up to date in the open transaction; of two starters one waits. Throws `STORE_SCHEMA_NEWER`. */
export async function migrate(client: PostgresTransaction, schema: string, now: number): Promise<void> {
  const name = quoted(schema);
  // Until the end of the transaction, so it holds behind a pooler, too.
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('deposit-callback notifier'), hashtext($1))`, [schema]);
  // Asked first: `IF NOT EXISTS` needs the right to create schemas even if there is nothing to create.
  const { rows } = await client.query('SELECT to_regclass($1)::text AS versions, to_regnamespace($2)::text AS schema', [
    `${name}.schema_version`,
    name,
  ]);
  if (rows[0]?.schema === null) await client.query(`CREATE SCHEMA ${name}`);
  await client.query(`SET LOCAL search_path TO ${name}`);
  if (rows[0]?.versions === null) {
    await client.query('CREATE TABLE schema_version (version integer PRIMARY KEY, applied_at bigint NOT NULL)');
  }
  const found = await client.query('SELECT coalesce(max(version), 0)::text AS version FROM schema_version');
  const version = Number(found.rows[0]?.version);
  if (version > migrations.length) {
    throw new DepositCallbackError(
      'STORE_SCHEMA_NEWER',
      `The schema ${schema} was written by a newer version of the notifier; upgrade deposit-callback`,
    );
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    await client.query('INSERT INTO schema_version VALUES ($1, $2)', [index + 1, now]);
    await client.query(migration);
  }
}
