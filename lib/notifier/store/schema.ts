/** Numbered migrations of the notifier's database: each is run once, in order. */
export const migrations: readonly string[] = [
  `CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
  ) STRICT;
  CREATE TABLE endpoints (
    key_id TEXT PRIMARY KEY REFERENCES api_keys (id),
    url TEXT,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_until INTEGER,
    enabled INTEGER NOT NULL,
    disabled_at INTEGER,
    disabled_reason TEXT,
    accepted_at INTEGER
  ) STRICT;
  CREATE TABLE watches (
    network TEXT NOT NULL,
    address TEXT NOT NULL,
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (key_id, network, address)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE networks (
    network TEXT PRIMARY KEY,
    last_event_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE blocks (
    network TEXT NOT NULL,
    number INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (network, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE transfers (
    id INTEGER PRIMARY KEY,
    network TEXT NOT NULL,
    block_number INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    confirmed INTEGER NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX transfers_by_block ON transfers (network, block_number);
  CREATE INDEX transfers_to_confirm ON transfers (network, block_number) WHERE confirmed = 0;
  CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key_id TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    retry_until INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at INTEGER,
    error TEXT
  ) STRICT;
  CREATE INDEX outbox_due ON outbox (key_id, due_at) WHERE state = 'owed';
  CREATE INDEX outbox_by_key ON outbox (key_id, seq);
  CREATE INDEX outbox_sent ON outbox (sent_at) WHERE state = 'sent';`,
  `CREATE TABLE old_secrets (
    key_id TEXT NOT NULL,
    secret TEXT NOT NULL,
    until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX old_secrets_by_key ON old_secrets (key_id, until);
  INSERT INTO old_secrets SELECT key_id, previous_secret, previous_until FROM endpoints
    WHERE previous_secret IS NOT NULL AND previous_until IS NOT NULL;
  UPDATE endpoints SET previous_secret = NULL, previous_until = NULL;
  ALTER TABLE endpoints DROP COLUMN previous_secret;
  ALTER TABLE endpoints DROP COLUMN previous_until;
  CREATE INDEX outbox_tests ON outbox (key_id, created_at) WHERE type = 'test';`,
  `CREATE TABLE watches_by_memo (
    network TEXT NOT NULL,
    address TEXT NOT NULL,
    memo TEXT NOT NULL,
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (key_id, network, address, memo)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO watches_by_memo SELECT network, address, '', key_id, created_at FROM watches;
  DROP TABLE watches;
  ALTER TABLE watches_by_memo RENAME TO watches;
  ALTER TABLE transfers ADD COLUMN spendable_from INTEGER NOT NULL DEFAULT 1;`,
  `CREATE TABLE backfills (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    network TEXT NOT NULL,
    from_block INTEGER NOT NULL,
    to_block INTEGER,
    next_block INTEGER NOT NULL,
    is_whole INTEGER NOT NULL,
    found INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    done_at INTEGER,
    error TEXT
  ) STRICT;
  CREATE INDEX backfills_by_key ON backfills (key_id, seq);
  CREATE INDEX backfills_open ON backfills (network, seq) WHERE done_at IS NULL;
  CREATE TABLE backfill_accounts (
    backfill_id TEXT NOT NULL REFERENCES backfills (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    memo TEXT NOT NULL,
    PRIMARY KEY (backfill_id, address, memo)
  ) STRICT, WITHOUT ROWID;`,
  `ALTER TABLE outbox ADD COLUMN asset TEXT;
  CREATE INDEX outbox_to_decorate ON outbox (asset) WHERE asset IS NOT NULL;`,
  `CREATE TABLE old_keys (
    hash TEXT PRIMARY KEY,
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX old_keys_by_key ON old_keys (key_id, until);`,
  `CREATE TABLE withheld (
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    network TEXT NOT NULL,
    from_block INTEGER NOT NULL,
    PRIMARY KEY (key_id, network)
  ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE endpoints_by_id (
    id TEXT PRIMARY KEY,
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    is_default INTEGER NOT NULL,
    url TEXT,
    networks TEXT,
    assets TEXT,
    types TEXT,
    secret TEXT NOT NULL,
    api_key TEXT,
    enabled INTEGER NOT NULL,
    paused_at INTEGER,
    disabled_at INTEGER,
    disabled_reason TEXT,
    accepted_at INTEGER
  ) STRICT;
  INSERT INTO endpoints_by_id (id, key_id, is_default, url, secret, enabled, disabled_at, disabled_reason, accepted_at)
    SELECT 'url_' || substr(key_id, 5), key_id, 1, url, secret, enabled, disabled_at, disabled_reason, accepted_at FROM endpoints;
  DROP TABLE endpoints;
  ALTER TABLE endpoints_by_id RENAME TO endpoints;
  CREATE INDEX endpoints_by_key ON endpoints (key_id);
  CREATE UNIQUE INDEX endpoints_default ON endpoints (key_id) WHERE is_default = 1;
  CREATE TABLE secrets_by_endpoint (
    endpoint_id TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    key_id TEXT NOT NULL,
    secret TEXT NOT NULL,
    until INTEGER NOT NULL
  ) STRICT;
  INSERT INTO secrets_by_endpoint SELECT 'url_' || substr(key_id, 5), key_id, secret, until FROM old_secrets
    WHERE key_id IN (SELECT key_id FROM endpoints);
  DROP TABLE old_secrets;
  ALTER TABLE secrets_by_endpoint RENAME TO old_secrets;
  CREATE INDEX old_secrets_by_endpoint ON old_secrets (endpoint_id, until);
  CREATE TABLE withheld_by_endpoint (
    endpoint_id TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    from_block INTEGER NOT NULL,
    PRIMARY KEY (endpoint_id, network)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO withheld_by_endpoint SELECT 'url_' || substr(key_id, 5), network, from_block FROM withheld;
  DROP TABLE withheld;
  ALTER TABLE withheld_by_endpoint RENAME TO withheld;
  ALTER TABLE backfills ADD COLUMN endpoint_id TEXT;
  CREATE INDEX backfills_by_endpoint ON backfills (endpoint_id) WHERE endpoint_id IS NOT NULL;
  ALTER TABLE outbox RENAME COLUMN asset TO awaited_asset;
  ALTER TABLE outbox ADD COLUMN endpoint_id TEXT NOT NULL DEFAULT '';
  ALTER TABLE outbox ADD COLUMN network TEXT;
  ALTER TABLE outbox ADD COLUMN asset TEXT;
  ALTER TABLE outbox ADD COLUMN address TEXT;
  ALTER TABLE outbox ADD COLUMN transaction_hash TEXT;
  UPDATE outbox SET endpoint_id = 'url_' || substr(key_id, 5), network = json_extract(body, '$.data.network'),
    asset = json_extract(body, '$.data.asset'), address = json_extract(body, '$.data.to'),
    transaction_hash = json_extract(body, '$.data.transaction.hash');
  DROP INDEX outbox_due;
  DROP INDEX outbox_tests;
  CREATE INDEX outbox_due ON outbox (endpoint_id, due_at) WHERE state = 'owed';
  CREATE INDEX outbox_by_endpoint ON outbox (endpoint_id, state);
  CREATE INDEX outbox_tests ON outbox (endpoint_id, created_at) WHERE type = 'test';
  CREATE INDEX outbox_by_transaction ON outbox (key_id, transaction_hash) WHERE transaction_hash IS NOT NULL;`,
  `ALTER TABLE watches ADD COLUMN label TEXT;
  ALTER TABLE watches ADD COLUMN assets TEXT;
  ALTER TABLE watches ADD COLUMN expires_at INTEGER;
  CREATE INDEX watches_expiring ON watches (network, expires_at) WHERE expires_at IS NOT NULL;`,
  `ALTER TABLE outbox ADD COLUMN http_status INTEGER;
  ALTER TABLE outbox ADD COLUMN history TEXT;
  CREATE INDEX outbox_by_address ON outbox (key_id, address, seq) WHERE address IS NOT NULL;`,
  `ALTER TABLE api_keys ADD COLUMN scopes TEXT;
  ALTER TABLE api_keys ADD COLUMN expires_at INTEGER;
  ALTER TABLE api_keys ADD COLUMN requests_per_minute INTEGER;
  ALTER TABLE api_keys ADD COLUMN allowed_sources TEXT;`,
  `CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX answers_by_owner ON answers (owner, created_at);
  CREATE INDEX answers_by_time ON answers (created_at);`,
  `DROP INDEX outbox_by_endpoint;
  CREATE INDEX outbox_dead ON outbox (endpoint_id) WHERE state = 'dead';`,
];
