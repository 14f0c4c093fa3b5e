-- Schema version 1. A row has the columns that it is searched by, and `record`, the whole as JSON with its amount as text.
-- Times are epoch ms. Rows of one transaction lie together and keep the order in which they came. Searches by a long text
-- go through a hash of it: `uuid` holds 128 bits of a SHA-256 where two must never be taken for one, `bigint` a compact
-- hash where it only narrows.

CREATE TABLE deposit_callback.callbacks (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  provider text NOT NULL,
  received_at bigint NOT NULL,
  outcome text NOT NULL,
  code text,
  finished boolean NOT NULL,
  record json NOT NULL,
  body bytea
);
CREATE INDEX callbacks_received ON deposit_callback.callbacks (received_at, seq);
CREATE INDEX callbacks_outcome ON deposit_callback.callbacks (outcome, received_at, seq) WHERE outcome <> 'recorded';
CREATE INDEX callbacks_unfinished ON deposit_callback.callbacks (received_at, seq) WHERE NOT finished;

CREATE TABLE deposit_callback.transactions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL,
  key_hash uuid NOT NULL UNIQUE,
  version integer NOT NULL,
  credited boolean NOT NULL,
  touched_at bigint NOT NULL
);
CREATE INDEX transactions_prune ON deposit_callback.transactions (touched_at, id) WHERE NOT credited;

CREATE TABLE deposit_callback.statements (
  transaction_id bigint NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id text NOT NULL,
  provider text NOT NULL,
  kind text NOT NULL,
  amount numeric(78,0) NOT NULL,
  received_at bigint NOT NULL,
  record json NOT NULL,
  PRIMARY KEY (transaction_id, seq)
);

CREATE TABLE deposit_callback.deposits (
  transaction_id bigint NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id text NOT NULL,
  id_hash bigint NOT NULL,
  network text NOT NULL,
  asset text NOT NULL,
  amount numeric(78,0) NOT NULL,
  recipient text NOT NULL,
  recipient_hash bigint NOT NULL,
  transaction_hash bigint,
  status text NOT NULL,
  first_seen_at bigint NOT NULL,
  waiting_since bigint,
  record json NOT NULL,
  PRIMARY KEY (transaction_id, seq)
);
CREATE INDEX deposits_id ON deposit_callback.deposits (id_hash);
CREATE INDEX deposits_recipient ON deposit_callback.deposits (recipient_hash, first_seen_at, seq);
CREATE INDEX deposits_transaction ON deposit_callback.deposits (transaction_hash) WHERE transaction_hash IS NOT NULL;
CREATE INDEX deposits_seen ON deposit_callback.deposits (first_seen_at, seq);
CREATE INDEX deposits_status ON deposit_callback.deposits (status, first_seen_at, seq) WHERE status <> 'confirmed';
CREATE INDEX deposits_waiting ON deposit_callback.deposits (waiting_since, seq) WHERE waiting_since IS NOT NULL;

CREATE TABLE deposit_callback.events (
  transaction_id bigint NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id text NOT NULL,
  deposit_id text NOT NULL,
  kind text NOT NULL,
  generation integer NOT NULL,
  state text NOT NULL,
  handed boolean NOT NULL,
  attempts integer NOT NULL,
  lease integer NOT NULL,
  due_at bigint,
  made_at bigint NOT NULL,
  settled_at bigint,
  error text,
  record json NOT NULL,
  PRIMARY KEY (transaction_id, seq)
);
CREATE INDEX events_due ON deposit_callback.events (kind, due_at) WHERE state IN ('owed', 'leased') AND due_at IS NOT NULL;
CREATE INDEX events_unsettled ON deposit_callback.events (made_at, seq) WHERE state IN ('owed', 'leased', 'dead');

CREATE TABLE deposit_callback.decisions (
  transaction_id bigint NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  record json NOT NULL,
  PRIMARY KEY (transaction_id, seq)
);

CREATE TABLE deposit_callback.unverified (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  provider text NOT NULL,
  address_hash bigint NOT NULL,
  received_at bigint NOT NULL,
  bytes bigint NOT NULL,
  record json NOT NULL,
  body bytea
);
CREATE INDEX unverified_address ON deposit_callback.unverified (address_hash, received_at, bytes);

-- Counts that are kept as rows come and go; each process adds in a slot of its own, so that none waits for another.
CREATE TABLE deposit_callback.tallies (
  name text NOT NULL,
  slot integer NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (name, slot)
) WITH (fillfactor = 50);

-- A queue in effect: most rows are updated twice soon after they came.
ALTER TABLE deposit_callback.events SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
