-- Schema version 5: how far the blocks of each network have been read.

CREATE TABLE deposit_callback_cursors (id TEXT PRIMARY KEY, version INTEGER NOT NULL, record TEXT NOT NULL);
