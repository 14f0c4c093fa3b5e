-- Schema version 2: an event names who holds its lease.

CREATE TABLE deposit_callback_holders (id INTEGER PRIMARY KEY AUTOINCREMENT, process TEXT NOT NULL);
ALTER TABLE deposit_callback_events ADD COLUMN holder INTEGER;
ALTER TABLE deposit_callback_events ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
