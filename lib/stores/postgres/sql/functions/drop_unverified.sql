-- Forgets callbacks whose signature did not match.
-- In: their ids.
CREATE OR REPLACE FUNCTION deposit_callback.drop_unverified(ids text[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  freed bigint;
BEGIN
  PERFORM 1 FROM deposit_callback.tallies t WHERE t.name = 'unverified-bytes' FOR UPDATE;
  WITH gone AS (DELETE FROM deposit_callback.unverified u WHERE u.id = ANY (ids) RETURNING u.bytes)
  SELECT coalesce(sum(g.bytes), 0) INTO freed FROM gone g;
  UPDATE deposit_callback.tallies t SET n = t.n - freed WHERE t.name = 'unverified-bytes' AND t.slot = 0;
END $$;
