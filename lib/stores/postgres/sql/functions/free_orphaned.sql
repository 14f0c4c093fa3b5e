-- Takes back what holders that are gone had leased.
-- In: after how many such ends an event is a dead letter; the reason to keep with it; a time for tests, or NULL; the first key
-- of the advisory locks that holders keep.
-- Out, for each event: a JSON list of state, id, kind, generation and record.
CREATE OR REPLACE FUNCTION deposit_callback.free_orphaned(
  most_crashes integer, reason text, given_now bigint, holder_lock oid
) RETURNS SETOF text LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  now_ms bigint := deposit_callback.now_ms(given_now);
  gone integer[];
BEGIN
  -- Whoever comes second finds nothing to wait for.
  SELECT array_agg(ended.id) INTO gone FROM (
    SELECT h.id FROM deposit_callback.holders h WHERE NOT EXISTS (
      SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
        AND l.classid = holder_lock AND l.objid = h.id
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
    FOR UPDATE SKIP LOCKED) ended;
  IF gone IS NULL THEN RETURN; END IF;
  RETURN QUERY
  WITH freed AS (
    UPDATE deposit_callback.events e
    SET state = CASE WHEN e.crashes + 1 >= most_crashes THEN 'dead' ELSE 'owed' END,
      error = CASE WHEN e.crashes + 1 >= most_crashes THEN reason ELSE e.error END,
      crashes = e.crashes + 1, attempts = e.attempts - 1, due_at = now_ms, holder = NULL
    WHERE e.state = 'leased' AND e.state IN ('owed', 'leased') AND e.due_at IS NOT NULL AND e.holder = ANY (gone)
    RETURNING json_build_array(e.state, e.id, e.kind, e.generation, e.record)::text AS event)
  SELECT f.event FROM freed f;
  DELETE FROM deposit_callback.holders h WHERE h.id = ANY (gone);
END $$;
