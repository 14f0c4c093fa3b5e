-- Leases events that are due, the longest due first.
-- In: kinds of events; how many at most; the lease in ms; a time for tests, or NULL; the holder's number, or NULL; whether
-- suspects are asked for, that is events during which so many holders have ended.
-- Out, for each: a JSON list of id, kind, generation, attempt, token and record.
CREATE OR REPLACE FUNCTION deposit_callback.claim(
  kinds text[], most integer, lease_ms bigint, given_now bigint, holder_id integer, suspects boolean,
  suspect_after integer
) RETURNS SETOF text LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  now_ms bigint := deposit_callback.now_ms(given_now);
BEGIN
  RETURN QUERY
  -- Kind by kind, so that a backlog of a kind that nobody listens to costs nothing.
  WITH due AS MATERIALIZED (
    SELECT of_kind.* FROM unnest(kinds) AS wanted (kind) CROSS JOIN LATERAL (
      SELECT e.transaction_id, e.seq, e.due_at FROM deposit_callback.events e
      WHERE e.kind = wanted.kind AND e.state IN ('owed', 'leased') AND e.due_at IS NOT NULL AND e.due_at <= now_ms
        AND (e.crashes >= suspect_after) = suspects
      ORDER BY e.due_at LIMIT most FOR UPDATE SKIP LOCKED) of_kind
    ORDER BY of_kind.due_at, of_kind.seq LIMIT most),
  leased AS (
    UPDATE deposit_callback.events e
    SET state = 'leased', handed = true, attempts = e.attempts + 1, lease = e.lease + 1, due_at = now_ms + lease_ms,
      holder = holder_id
    FROM due WHERE e.transaction_id = due.transaction_id AND e.seq = due.seq
    RETURNING due.due_at, e.seq, json_build_array(e.id, e.kind, e.generation, e.attempts,
      e.transaction_id::text || ':' || e.seq || ':' || e.lease, e.record)::text AS claim)
  SELECT leased.claim FROM leased ORDER BY leased.due_at, leased.seq;
END $$;
