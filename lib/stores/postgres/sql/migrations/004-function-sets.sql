-- Schema version 4: the functions of each version of the package carry a hash of their text in their names
-- (docs/decisions/0015-sql-and-lua-in-files.md). Those of schema versions 1 to 3 have none, and are in use by processes that
-- were started before.

CREATE TABLE deposit_callback.function_sets (hash text PRIMARY KEY, used_at bigint NOT NULL);
INSERT INTO deposit_callback.function_sets (hash, used_at)
SELECT '', 0 WHERE EXISTS (
  SELECT 1 FROM pg_proc p
  WHERE p.proname = 'record' AND p.pronamespace = (
    SELECT c.relnamespace FROM pg_class c
    WHERE c.oid = (SELECT v.tableoid FROM deposit_callback.schema_version v LIMIT 1)));
