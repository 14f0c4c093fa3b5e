-- Schema version 1. A row has the columns that it is searched by, and `record`, the whole as JSON with its amount as text.
-- Searches by a long text go through a compact hash: an index of 8-byte keys stays in memory up to 10^7 rows.

CREATE TABLE deposit_callback_callbacks (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  provider TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  finished INTEGER NOT NULL,
  record TEXT NOT NULL
);
CREATE UNIQUE INDEX deposit_callback_callbacks_id ON deposit_callback_callbacks (id);
CREATE INDEX deposit_callback_callbacks_received ON deposit_callback_callbacks (received_at);
CREATE INDEX deposit_callback_callbacks_outcome ON deposit_callback_callbacks (outcome, received_at)
  WHERE outcome <> 'recorded';
CREATE INDEX deposit_callback_callbacks_unfinished ON deposit_callback_callbacks (received_at) WHERE finished = 0;

CREATE TABLE deposit_callback_bodies (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);

CREATE TABLE deposit_callback_transactions (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  key_hash INTEGER NOT NULL,
  version INTEGER NOT NULL,
  credited INTEGER NOT NULL,
  touched_at INTEGER NOT NULL
);
CREATE INDEX deposit_callback_transactions_key ON deposit_callback_transactions (key_hash);
CREATE INDEX deposit_callback_transactions_prune ON deposit_callback_transactions (touched_at) WHERE credited = 0;

CREATE TABLE deposit_callback_statements (
  place INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  record TEXT NOT NULL
);

CREATE TABLE deposit_callback_deposits (
  place INTEGER PRIMARY KEY,
  id_hash INTEGER NOT NULL,
  recipient_hash INTEGER NOT NULL,
  transaction_hash INTEGER,
  status TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  waiting_since INTEGER,
  record TEXT NOT NULL
);
CREATE INDEX deposit_callback_deposits_id ON deposit_callback_deposits (id_hash);
CREATE INDEX deposit_callback_deposits_recipient ON deposit_callback_deposits (recipient_hash, first_seen_at);
CREATE INDEX deposit_callback_deposits_transaction ON deposit_callback_deposits (transaction_hash)
  WHERE transaction_hash IS NOT NULL;
CREATE INDEX deposit_callback_deposits_seen ON deposit_callback_deposits (first_seen_at);
CREATE INDEX deposit_callback_deposits_status ON deposit_callback_deposits (status, first_seen_at)
  WHERE status <> 'confirmed';
CREATE INDEX deposit_callback_deposits_waiting ON deposit_callback_deposits (waiting_since)
  WHERE waiting_since IS NOT NULL;

CREATE TABLE deposit_callback_events (
  place INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  deposit INTEGER NOT NULL,
  kind TEXT NOT NULL,
  generation INTEGER NOT NULL,
  state TEXT NOT NULL,
  handed INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  lease INTEGER NOT NULL,
  due_at INTEGER,
  made_at INTEGER NOT NULL,
  settled_at INTEGER,
  error TEXT,
  record TEXT
);
CREATE INDEX deposit_callback_events_due ON deposit_callback_events (kind, due_at)
  WHERE state IN ('owed', 'leased') AND due_at IS NOT NULL;
CREATE INDEX deposit_callback_events_unsettled ON deposit_callback_events (state, kind, made_at)
  WHERE state IN ('owed', 'leased', 'dead');
CREATE INDEX deposit_callback_events_dead ON deposit_callback_events (id) WHERE state = 'dead';

CREATE TABLE deposit_callback_decisions (place INTEGER PRIMARY KEY, record TEXT NOT NULL);

CREATE TABLE deposit_callback_unverified (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL,
  remote_address TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  record TEXT NOT NULL,
  body BLOB
);
CREATE INDEX deposit_callback_unverified_address ON deposit_callback_unverified (remote_address, received_at, bytes);

CREATE TABLE deposit_callback_tallies (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
