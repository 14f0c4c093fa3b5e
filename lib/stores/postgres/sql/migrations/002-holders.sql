-- Schema version 2: an event names who holds its lease, and a holder is alive as long as its session keeps an advisory lock,
-- which the server drops with the connection. A claim without such a session names nobody, and its lease decides.

CREATE TABLE deposit_callback.holders (id integer PRIMARY KEY);
ALTER TABLE deposit_callback.events ADD COLUMN holder integer, ADD COLUMN crashes integer NOT NULL DEFAULT 0;
DROP FUNCTION IF EXISTS deposit_callback.claim(text[], integer, bigint, bigint);
