-- Marks events as handled and gives the next of their deposits its turn.
-- In: transaction, place and lease of each event, in three arrays; a time for tests, or NULL.
-- Out: the numbers, from 1, of those whose lease is still theirs.
CREATE OR REPLACE FUNCTION deposit_callback.settle(
  transaction_ids bigint[], seqs bigint[], leases integer[], given_now bigint
) RETURNS SETOF integer LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  now_ms bigint := deposit_callback.now_ms(given_now);
  settled_ids bigint[];
  settled integer[];
BEGIN
  WITH updated AS (
    UPDATE deposit_callback.events e SET state = 'handled', settled_at = now_ms
    -- In the order of their keys, as record locks events.
    FROM (
      SELECT * FROM unnest(transaction_ids, seqs, leases) WITH ORDINALITY AS one (transaction_id, seq, lease, number)
      ORDER BY one.transaction_id, one.seq) given
    WHERE e.transaction_id = given.transaction_id AND e.seq = given.seq AND e.lease = given.lease
      -- That is leased, in words that no partial index matches.
      AND e.state NOT IN ('owed', 'dead', 'handled', 'cancelled')
    RETURNING given.number, e.transaction_id)
  SELECT array_agg(u.transaction_id), array_agg(u.number) INTO settled_ids, settled FROM updated u;
  IF settled IS NULL THEN RETURN; END IF;
  PERFORM deposit_callback.give_turn(settled_ids, now_ms);
  RETURN QUERY SELECT unnest(settled);
END $$;
