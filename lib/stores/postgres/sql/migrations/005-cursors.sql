-- Schema version 5: how far the blocks of each network have been read.

CREATE TABLE deposit_callback.cursors (id text COLLATE "C" PRIMARY KEY, version bigint NOT NULL, record json NOT NULL);
